"""Letting go what an office owes: who may, the second person at the county, and what each of them hears."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import DutyKind, DutyState, Role, SupervisionClass
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, alerts_of, duty_row
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in

DAY = timedelta(days=1)
WAIVERS = "/api/office/v1/waivers"
STRICT, NORMAL = SupervisionClass.STRICT, SupervisionClass.NORMAL


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


@pytest.fixture
def county(app: Flask, undone: Engine, tree: Tree) -> tuple[dict[str, str], dict[str, str]]:
    """A member of the county's staff, and its head."""
    with transaction(undone) as tx:
        staff, head = a_user(tx, tree.county, Role.COUNTY_STAFF), a_user(tx, tree.county, Role.COUNTY_HEAD)
    return logged_in(app, staff), logged_in(app, head)


def owed(
    undone: Engine,
    tree: Tree,
    officer: Worker,
    class_: SupervisionClass,
    *,
    kind: DutyKind = DutyKind.VISIT,
    state: DutyState = DutyState.OPEN,
) -> UUID:
    with transaction(undone) as tx:
        subject_id = a_supervised(tx, tree, officer, class_=class_, at=MONDAY - 30 * DAY)
        return a_duty(tx, tree, subject_id, MONDAY - 9 * DAY, MONDAY + DAY, kind=kind, state=state)


def waive(client: FlaskClient, headers: dict[str, str], duty_id: UUID, **changes: Any) -> Any:
    body = {"reason": "没有工作单位", **changes}
    return client.post(f"/api/office/v1/duties/{duty_id}/waive", json=body, headers=headers)


def decide(client: FlaskClient, headers: dict[str, str], waiver_id: str, **body: Any) -> Any:
    return client.post(f"{WAIVERS}/{waiver_id}/decision", json=body, headers=headers)


def notices(client: FlaskClient, headers: dict[str, str]) -> list[str]:
    found = client.get("/api/office/v1/notices", headers=headers).get_json()["items"]
    return [notice["text"] for notice in found if notice["about_kind"] == "waiver"]


def state_of(undone: Engine, duty_id: UUID) -> str:
    with transaction(undone) as tx:
        return str(duty_row(tx, duty_id).state)


def test_in_the_normal_class_the_officers_word_is_enough(
    client: FlaskClient, undone: Engine, tree: Tree, officer: Worker, headers: dict[str, str]
) -> None:
    duty_id = owed(undone, tree, officer, NORMAL)
    assert waive(client, headers, duty_id, not_applicable=True).status_code == 200
    assert waive(client, headers, duty_id, not_applicable=True).status_code == 200
    assert state_of(undone, duty_id) == "waived"
    (kept,) = client.get(f"{WAIVERS}?duty_id={duty_id}", headers=headers).get_json()["items"]
    assert (kept["kind"], kept["state"], kept["decided_by"]) == ("not_applicable", "granted", None)


def test_in_the_strict_class_it_is_a_request_that_another_person_confirms(
    client: FlaskClient,
    undone: Engine,
    tree: Tree,
    officer: Worker,
    headers: dict[str, str],
    county: tuple[dict[str, str], dict[str, str]],
) -> None:
    staff, head = county
    duty_id = owed(undone, tree, officer, STRICT)
    first, again, other = (
        waive(client, headers, duty_id),
        waive(client, headers, duty_id),
        waive(client, headers, duty_id, reason="别的理由"),
    )
    assert [answer.status_code for answer in (first, again, other)] == [202, 202, 409]
    asked = first.get_json()
    assert (asked["state"], asked["id"]) == ("waiting", again.get_json()["id"])
    assert state_of(undone, duty_id) == "open"
    assert all("申请免除“走访家庭”" in notices(client, asking)[0] for asking in county)
    listed = client.get(f"{WAIVERS}?state=waiting", headers=staff).get_json()["items"]
    assert [one["id"] for one in listed] == [asked["id"]]
    assert decide(client, headers, asked["id"], granted=True).status_code == 403
    granted = decide(client, staff, asked["id"], granted=True)
    assert (granted.status_code, granted.get_json()["state"]) == (200, "granted")
    assert decide(client, staff, asked["id"], granted=True).status_code == 200
    assert decide(client, head, asked["id"], granted=False, answer="再看").get_json()["code"] == "waiver_decided"
    assert state_of(undone, duty_id) == "waived"
    assert "已确认免除“走访家庭”" in notices(client, headers)[0]
    assert client.get(f"{WAIVERS}?state=waiting", headers=staff).get_json()["items"] == []
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT action FROM audit WHERE action LIKE '%waive%' ORDER BY id")).scalars().all()
    assert acts == ["waivers.ask", "waivers.decide", "duties.waive"]


def test_nobody_at_the_county_confirms_what_they_asked_themselves(
    client: FlaskClient,
    undone: Engine,
    tree: Tree,
    officer: Worker,
    county: tuple[dict[str, str], dict[str, str]],
) -> None:
    staff, head = county
    duty_id = owed(undone, tree, officer, STRICT)
    asked = waive(client, staff, duty_id).get_json()["id"]
    own = decide(client, staff, asked, granted=True)
    assert (own.status_code, own.get_json()["code"]) == (403, "waiver_second_person")
    assert decide(client, head, asked, granted=True).status_code == 200


def test_a_refusal_tells_why_and_the_duty_stays(
    client: FlaskClient,
    undone: Engine,
    tree: Tree,
    officer: Worker,
    headers: dict[str, str],
    county: tuple[dict[str, str], dict[str, str]],
) -> None:
    staff, _ = county
    duty_id = owed(undone, tree, officer, STRICT)
    asked = waive(client, headers, duty_id).get_json()["id"]
    bare = decide(client, staff, asked, granted=False)
    assert (bare.status_code, bare.get_json()["code"]) == (422, "waiver_answer_needed")
    refused = decide(client, staff, asked, granted=False, answer="可以电话核实单位")
    assert (refused.get_json()["state"], refused.get_json()["answer"]) == ("refused", "可以电话核实单位")
    assert state_of(undone, duty_id) == "open"
    assert "没有同意" in notices(client, headers)[0]
    assert waive(client, headers, duty_id, reason="已电话核实,确无单位").status_code == 202


def test_the_class_when_the_duty_opened_decides(
    client: FlaskClient, undone: Engine, tree: Tree, officer: Worker, headers: dict[str, str]
) -> None:
    duty_id = owed(undone, tree, officer, STRICT)
    with transaction(undone) as tx:
        subject_id = duty_row(tx, duty_id).subject_id
        eased = {"id": subject_id, "at": MONDAY - DAY}
        tx.execute(
            text("UPDATE class_periods SET period = tstzrange(lower(period), :at) WHERE subject_id = :id"), eased
        )
        tx.execute(text("UPDATE subjects SET class = 'lenient' WHERE id = :id"), eased)
    assert waive(client, headers, duty_id).status_code == 202


def test_what_the_person_owes_is_let_go_as_before(
    client: FlaskClient, undone: Engine, tree: Tree, officer: Worker, headers: dict[str, str]
) -> None:
    duty_id = owed(undone, tree, officer, STRICT, kind=DutyKind.CHECK_IN)
    assert waive(client, headers, duty_id).status_code == 200
    assert client.get(WAIVERS, headers=headers).get_json()["items"] == []


def test_what_was_done_meanwhile_is_not_let_go(
    client: FlaskClient,
    undone: Engine,
    tree: Tree,
    officer: Worker,
    headers: dict[str, str],
    county: tuple[dict[str, str], dict[str, str]],
) -> None:
    duty_id = owed(undone, tree, officer, STRICT)
    asked = waive(client, headers, duty_id).get_json()["id"]
    with transaction(undone) as tx:
        tx.execute(text("UPDATE duties SET state = 'fulfilled' WHERE id = :id"), {"id": duty_id})
        assert alerts_of(tx, duty_row(tx, duty_id).subject_id) == []
    answer = decide(client, county[0], asked, granted=True)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "duty_settled")
    assert client.get(f"{WAIVERS}?state=waiting", headers=county[0]).get_json()["items"] == []
