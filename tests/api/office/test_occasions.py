"""What gives rise to visits and talks, as officers enter it and people report it by phone, and taking it back."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from app.models.occasion import Occasion
from app.rules.effects import Decision, PlanDuty
from app.rules.facts import DutyKind, Obligor, Reason, Role, SupervisionClass
from app.simulation.clock import TestClock
from app.store import effects
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.checkins import a_resident
from tests.builders.duties import a_supervised, duty_row
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REPORTS = "/api/mobile/v1/reports"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, officer, class_=SupervisionClass.NORMAL, at=MONDAY - 30 * DAY)


@pytest.fixture
def headers(app: Flask, officer: Worker) -> dict[str, str]:
    return logged_in(app, officer)


def url(subject_id: UUID) -> str:
    return f"/api/office/v1/subjects/{subject_id}/occasions"


def a_body(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "kind": "family_event", "note": "母亲住院,需要陪护", **changes}


def entered(client: FlaskClient, headers: dict[str, str], subject_id: UUID, **changes: Any) -> dict[str, Any]:
    answer = client.post(url(subject_id), json=a_body(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def test_time_runs_from_when_the_office_learned_of_it(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, officer: Worker
) -> None:
    body = a_body(known_since=(MONDAY - 2 * DAY).isoformat(), on="2026-02-20")
    first = client.post(url(subject_id), json=body, headers=headers)
    again = client.post(url(subject_id), json=body, headers=headers)
    other = client.post(url(subject_id), json={**body, "note": "别的事"}, headers=headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.get_json() == again.get_json()
    told = first.get_json()
    assert (told["happened_at"], told["known_at"]) == ("2026-02-28T09:00:00+08:00", "2026-03-02T09:00:00+08:00")
    assert (told["on"], told["source_kind"], told["actor_name"]) == ("2026-02-20", "entry", officer.name)
    listed = client.get(url(subject_id), headers=headers).get_json()["items"]
    assert [one["id"] for one in listed] == [body["id"]]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"known_since": (MONDAY + HOUR).isoformat()}, 422, "occasion_ahead"),
        ({"on": "2026-03-03"}, 422, "occasion_ahead"),
        ({"known_since": (MONDAY - 31 * DAY).isoformat()}, 422, "occasion_before_intake"),
        ({"kind": "intake"}, 422, "unreadable"),
        ({"kind": "period_announced"}, 422, "unreadable"),
    ],
)
def test_what_cannot_be_meant(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, changes: dict[str, str], status: int, code: str
) -> None:
    answer = client.post(url(subject_id), json=a_body(**changes), headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def followed_by_a_talk(undone: Engine, tree: Tree, subject_id: UUID, occasion_id: str) -> UUID:
    """The duty as the planner makes it of the occasion."""
    duty_id, due = uuid4(), MONDAY + 3 * DAY
    plan = PlanDuty(
        *(duty_id, subject_id, DutyKind.TALK, Obligor.OFFICE, "谈1", MONDAY, MONDAY, due, due, due),
        *(tree.office.id, tree.policy_version_id, MONDAY),
        why=Reason("duty_opened"),
        occasion_id=UUID(occasion_id),
    )
    with transaction(undone) as tx:
        effects.apply(tx, [Decision((plan,))])
    return duty_id


def test_what_is_taken_back_leaves_nothing_to_do(
    client: FlaskClient, headers: dict[str, str], undone: Engine, tree: Tree, subject_id: UUID
) -> None:
    one = entered(client, headers, subject_id)
    duty_id = followed_by_a_talk(undone, tree, subject_id, one["id"])
    (followed,) = client.get(url(subject_id), headers=headers).get_json()["items"][0]["duties"]
    assert (followed["id"], followed["title"], followed["state"]) == (str(duty_id), "入矫必谈", "planned")
    back = f"/api/office/v1/occasions/{one['id']}/withdraw"
    first = client.post(back, json={"reason": "登记错了人"}, headers=headers)
    again = client.post(back, json={"reason": "登记错了人"}, headers=headers)
    other = client.post(back, json={"reason": "别的理由"}, headers=headers)
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert first.get_json()["withdraw_reason"] == "登记错了人"
    with transaction(undone) as tx:
        assert duty_row(tx, duty_id).state == "cancelled"
        acts = "SELECT action FROM audit WHERE action LIKE 'occasions.%' ORDER BY id"
        assert tx.execute(text(acts)).scalars().all() == ["occasions.enter", "occasions.withdraw"]


def test_of_the_strict_class_somebody_else_at_the_county_takes_it_back(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, headers: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        strict = a_supervised(tx, tree, officer, at=MONDAY - DAY)
        staff = a_user(tx, tree.county, Role.COUNTY_STAFF)
        head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    at_county, of_head = logged_in(app, staff), logged_in(app, head)
    one = entered(client, at_county, strict, kind="violation")
    back = f"/api/office/v1/occasions/{one['id']}/withdraw"
    answers = [
        client.post(back, json={"reason": "查无此事"}, headers=asking) for asking in (headers, at_county, of_head)
    ]
    codes = [answer.get_json().get("code") for answer in answers]
    assert codes == ["occasion_needs_county", "occasion_second_person", None]
    assert [answer.status_code for answer in answers] == [403, 403, 200]


def test_what_an_act_of_the_house_told_is_not_taken_back_here(
    client: FlaskClient, headers: dict[str, str], undone: Engine, tree: Tree, officer: Worker
) -> None:
    with transaction(undone) as tx:
        resident = a_resident(tx, tree, officer, area="330881")
        intake = tx.execute(select(Occasion.id).where(Occasion.subject_id == resident)).scalars().all()
    for occasion_id in intake:
        answer = client.post(
            f"/api/office/v1/occasions/{occasion_id}/withdraw", json={"reason": "不要"}, headers=headers
        )
        assert (answer.status_code, answer.get_json()["code"]) == (409, "occasion_not_written")


def test_a_change_reported_by_phone_has_a_receipt_and_reaches_the_office(
    client: FlaskClient,
    app: Flask,
    undone: Engine,
    tree: Tree,
    officer: Worker,
    headers: dict[str, str],
    clock: TestClock,
) -> None:
    with transaction(undone) as tx:
        resident = a_resident(tx, tree, officer, area="330881")
        at_county = logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF))
    phone = phone_logged_in(app, resident)
    body = {"id": str(uuid4()), "kind": "work", "on": "2026-03-01", "text": "换到城北的厂里上班"}
    first = client.post(REPORTS, json=body, headers=phone)
    clock.advance(HOUR)
    again = client.post(REPORTS, json=body, headers=phone)
    other = client.post(REPORTS, json={**body, "text": "没有换"}, headers=phone)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    told = first.get_json()
    assert told == again.get_json()
    assert (told["kind"], told["received_at"]) == ("work", "2026-03-02T09:00:00+08:00")
    assert told["receipt_no"].startswith("2026-")
    assert client.get(REPORTS, headers=phone).get_json()["items"] == [told]
    listed = client.get(url(resident), headers=headers).get_json()["items"]
    (one,) = [one for one in listed if one["source_kind"] == "report"]
    assert (one["kind"], one["receipt_no"], one["actor_kind"]) == ("work_event", told["receipt_no"], "subject")
    assert one["happened_at"] == told["received_at"]
    notices = client.get("/api/office/v1/notices", headers=headers).get_json()["items"]
    assert [notice["about_id"] for notice in notices if notice["about_kind"] == "occasion"] == [one["id"]]
    back = client.post(f"/api/office/v1/occasions/{one['id']}/withdraw", json={"reason": "已说明"}, headers=at_county)
    assert back.status_code == 200, back.text
    assert client.get(REPORTS, headers=phone).get_json()["items"][0]["withdrawn"]
