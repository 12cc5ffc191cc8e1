"""Spot checks from the order to what becomes of them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.deps import Deps
from app.jobs import sweeps
from app.rules.facts import DutyState, Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.checkins import a_check_in, a_resident
from tests.builders.duties import a_duty, alerts_of, api_up, duty_row, occurrences_of
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in

URL, CHECK_INS = "/api/office/v1/spot-checks", "/api/mobile/v1/checkins"
MINUTE, HOUR, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def resident(undone: Engine, tree: Tree, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        return a_resident(tx, tree, officer, area="330881")


@pytest.fixture
def phone(app: Flask, resident: UUID) -> dict[str, str]:
    return phone_logged_in(app, resident)


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


def an_order(resident: UUID, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "subject_id": str(resident), "limit_minutes": 30, "reason": "例行抽查", **changes}


def ordered(client: FlaskClient, headers: dict[str, str], resident: UUID, **changes: Any) -> dict[str, Any]:
    answer = client.post(URL, json=an_order(resident, **changes), headers=headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def test_the_phone_hears_of_it_at_once_on_every_way(
    client: FlaskClient, headers: dict[str, str], phone: dict[str, str], resident: UUID
) -> None:
    assert client.get("/api/mobile/v1/collection", headers=phone).get_json()["mode"] == "none"
    check = ordered(client, headers, resident, ground="to_confirm")
    told = "司法所抽查:工作人员要核实最近的签到情况。请在 09:30 前用手机签到一次。"
    (duty,) = client.get("/api/mobile/v1/duties", headers=phone).get_json()["items"]
    assert (duty["id"], duty["kind"], duty["state"], duty["how"]) == (check["duty_id"], "spot_check", "open", told)
    collection = client.get("/api/mobile/v1/collection", headers=phone).get_json()
    assert (collection["mode"], "第二十六条" in collection["basis"]) == ("checks", True)
    (notice,) = client.get("/api/mobile/v1/notices", headers=phone).get_json()["items"]
    assert (notice["code"], notice["text"]) == ("spot_check_opened", told)
    assert "例行抽查" not in str((duty, collection, notice)), "the officer's own words stay in the office"


def test_a_check_in_inside_the_limit_fulfils_it(
    undone: Engine, client: FlaskClient, headers: dict[str, str], phone: dict[str, str], resident: UUID
) -> None:
    check = ordered(client, headers, resident)
    receipt = client.post(CHECK_INS, json=a_check_in(MONDAY), headers=phone).get_json()
    assert (receipt["outcome"], receipt["duty_id"]) == ("accepted", check["duty_id"])
    (listed,) = client.get(URL, query_string={"subject_id": str(resident)}, headers=headers).get_json()["items"]
    assert (listed["state"], listed["receipt_no"]) == ("fulfilled", receipt["receipt_no"])
    assert client.get("/api/mobile/v1/collection", headers=phone).get_json()["mode"] == "none"


@pytest.mark.parametrize(
    ("after", "state"),
    [(30 * MINUTE - SECOND, DutyState.FULFILLED), (30 * MINUTE, DutyState.MISSED), (31 * MINUTE, DutyState.MISSED)],
)
def test_the_end_of_the_limit(
    undone: Engine,
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    phone: dict[str, str],
    resident: UUID,
    clock: TestClock,
    after: timedelta,
    state: DutyState,
) -> None:
    deps: Deps = app.extensions["deps"]
    check = ordered(client, headers, resident)
    clock.set(MONDAY + after)
    client.post(CHECK_INS, json=a_check_in(clock.now()), headers=phone)
    clock.set(MONDAY + 32 * MINUTE)
    with transaction(undone) as tx:
        api_up(tx, MONDAY - HOUR, clock.now())
    sweeps.judge(deps, clock.now())
    sweeps.judge(deps, clock.now())
    with transaction(undone) as tx:
        assert duty_row(tx, UUID(check["duty_id"])).state == state
        alerts = alerts_of(tx, resident)
        if state is DutyState.MISSED:
            (alert,) = alerts
            (occurrence,) = occurrences_of(tx, alert.id)
            assert (alert.kind, alert.about_id, alert.occurrences) == ("missed_check_in", resident, 1)
            assert (occurrence.source_id, alert.event_at) == (UUID(check["duty_id"]), MONDAY + 30 * MINUTE)
            assert alert.why["code"] == "missed_spot_check_heard"
        else:
            assert alerts == []


def test_a_reminder_comes_once_and_no_alert_while_the_service_was_away(
    undone: Engine, app: Flask, client: FlaskClient, headers: dict[str, str], resident: UUID, phone: dict[str, str]
) -> None:
    deps: Deps = app.extensions["deps"]
    check = ordered(client, headers, resident)
    for at in (MONDAY + 20 * MINUTE, MONDAY + 21 * MINUTE):
        sweeps.remind(deps, at)
    codes = [notice["code"] for notice in client.get("/api/mobile/v1/notices", headers=phone).get_json()["items"]]
    assert sorted(codes) == ["spot_check_opened", "spot_check_reminder"]
    with transaction(undone) as tx:
        api_up(tx, MONDAY - HOUR, MONDAY + 5 * MINUTE)
        api_up(tx, MONDAY + 2 * HOUR, MONDAY + 9 * HOUR, instance="two")
    for at in (MONDAY + 31 * MINUTE, MONDAY + 2 * HOUR, MONDAY + 9 * HOUR):
        sweeps.judge(deps, at)
    with transaction(undone) as tx:
        assert duty_row(tx, UUID(check["duty_id"])).state == DutyState.UNJUDGED
        assert alerts_of(tx, resident) == []


def test_one_check_in_counts_for_the_window_that_is_open_too(
    undone: Engine, client: FlaskClient, headers: dict[str, str], phone: dict[str, str], resident: UUID, tree: Tree
) -> None:
    with transaction(undone) as tx:
        window = a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + 10 * HOUR)
    check = ordered(client, headers, resident)
    receipt = client.post(CHECK_INS, json=a_check_in(MONDAY), headers=phone).get_json()
    assert receipt["duty_id"] == check["duty_id"], "the one that ends first"
    with transaction(undone) as tx:
        assert [duty_row(tx, duty).state for duty in (UUID(check["duty_id"]), window)] == [DutyState.FULFILLED] * 2


@pytest.mark.parametrize(("answer", "state"), [(True, DutyState.FULFILLED), (False, DutyState.OPEN)])
def test_the_review_of_one_check_in_settles_both(
    undone: Engine,
    client: FlaskClient,
    headers: dict[str, str],
    phone: dict[str, str],
    resident: UUID,
    tree: Tree,
    answer: bool,
    state: DutyState,
) -> None:
    with transaction(undone) as tx:
        window = a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + 10 * HOUR)
    check = UUID(ordered(client, headers, resident)["duty_id"])
    body = a_check_in(MONDAY, position=None)
    client.post(CHECK_INS, json=body, headers=phone)
    with transaction(undone) as tx:
        assert [duty_row(tx, duty).state for duty in (check, window)] == [DutyState.SUBMITTED] * 2
    path = f"/api/office/v1/subjects/{resident}/check-ins/{body['id']}/review"
    reviewed = client.post(path, json={"accepted": answer, "note": "电话核实"}, headers=headers)
    assert reviewed.status_code == 200, reviewed.text
    with transaction(undone) as tx:
        assert [duty_row(tx, duty).state for duty in (check, window)] == [state] * 2


def test_a_question_wants_an_answer(
    client: FlaskClient, headers: dict[str, str], phone: dict[str, str], resident: UUID
) -> None:
    ordered(client, headers, resident, how=["position", "answer"], question="现在和谁在一起?")
    (duty,) = client.get("/api/mobile/v1/duties", headers=phone).get_json()["items"]
    assert duty["asks"] == {"photo": False, "question": "现在和谁在一起?"}
    silent = client.post(CHECK_INS, json=a_check_in(MONDAY), headers=phone).get_json()
    assert (silent["outcome"], silent["reasons"][0]["code"]) == ("to_review", "answer_missing")
    told = client.post(CHECK_INS, json=a_check_in(MONDAY, answers={"answer": "家人"}), headers=phone).get_json()
    assert told["outcome"] == "accepted"


def test_repeats_and_refusals(
    undone: Engine,
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    phone: dict[str, str],
    resident: UUID,
    tree: Tree,
) -> None:
    body = an_order(resident)
    first, again = (client.post(URL, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    for changed, status, code in (
        ({**body, "limit_minutes": 31}, 409, "id_reused"),
        (an_order(resident), 409, "spot_check_open"),
        (an_order(resident, limit_minutes=5), 409, "spot_check_open"),
        (an_order(uuid4()), 404, "not_found"),
        (an_order(resident, how=[]), 422, "unreadable"),
    ):
        answer = client.post(URL, json=changed, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    with transaction(undone) as tx:
        stranger, aide = a_user(tx, tree.second_office), a_user(tx, tree.office, Role.AIDE)
    assert client.post(URL, json=an_order(resident), headers=logged_in(app, stranger)).status_code == 404
    assert client.post(URL, json=an_order(resident), headers=logged_in(app, aide)).status_code == 403


def test_at_most_so_many_a_day(
    client: FlaskClient, headers: dict[str, str], phone: dict[str, str], resident: UUID, clock: TestClock
) -> None:
    for _ in range(3):
        ordered(client, headers, resident)
        client.post(CHECK_INS, json=a_check_in(clock.now()), headers=phone)
        clock.advance(minutes=40)
    fourth = client.post(URL, json=an_order(resident), headers=headers)
    assert (fourth.status_code, fourth.get_json()["code"]) == (422, "spot_check_enough")
    clock.advance(hours=24)
    ordered(client, headers, resident)


def test_waived_it_asks_for_nothing_more(
    client: FlaskClient, headers: dict[str, str], phone: dict[str, str], resident: UUID, clock: TestClock
) -> None:
    check = ordered(client, headers, resident)
    clock.advance(minutes=1)
    waived = client.post(f"/api/office/v1/duties/{check['duty_id']}/waive", json={"reason": "住院"}, headers=headers)
    assert waived.status_code == 200
    assert client.get("/api/mobile/v1/collection", headers=phone).get_json()["mode"] == "none"
