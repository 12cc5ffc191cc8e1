"""Duties through the office's API: lists with their filters, one with its history, and waiving."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.actions.judge_duties import judge_duties
from app.rules.facts import DutyKind, DutyState, Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, alerts_of, api_up, duty_row
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in

BASE = "/api/office/v1/duties"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPENS, ENDS = MONDAY + HOUR, MONDAY + 3 * HOUR


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, Role.OFFICER)


@pytest.fixture
def subject(undone: Engine, tree: Tree, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        api_up(tx, MONDAY - 30 * DAY, MONDAY + 30 * DAY)
        return a_supervised(tx, tree, officer, at=MONDAY - 10 * DAY)


@pytest.fixture
def duty(undone: Engine, tree: Tree, subject: UUID) -> UUID:
    with transaction(undone) as tx:
        return a_duty(tx, tree, subject, OPENS, ENDS)


def listed(client: FlaskClient, headers: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    answer = client.get(BASE, headers=headers, query_string=query)
    assert answer.status_code == 200, answer.get_json()
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


# --------------------------------------------------------------------------------------------------------------- lists


def test_a_duty_with_all_that_is_known_of_it(
    client: FlaskClient, app: Flask, tree: Tree, officer: Worker, subject: UUID, duty: UUID
) -> None:
    (item,) = listed(client, logged_in(app, officer))
    assert item["subject_no"].startswith("T")
    assert item["subject_name"].startswith("王某")
    expected = {
        "id": str(duty),
        "subject_id": str(subject),
        "office_id": str(tree.office.id),
        "kind": "check_in",
        "title": "签到",
        "rule_code": "check_in.strict.1",
        "policy_version_id": str(tree.policy_version_id),
        "obligor": "subject",
        "state": "planned",
        "opens_at": "2026-03-02T10:00:00+08:00",
        "due_at": "2026-03-02T12:00:00+08:00",
        "grace_until": "2026-03-02T12:30:00+08:00",
        "fulfilled_at": None,
        "missed_at": None,
        "waived_by": None,
        "waive_reason": None,
    }
    assert {name: item[name] for name in expected} == expected


def test_visits_are_named_as_the_policy_names_them(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, subject: UUID
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, subject, OPENS, ENDS, kind=DutyKind.VISIT)
        a_duty(tx, tree, subject, OPENS, ENDS + HOUR, kind=DutyKind.TALK)
    items = listed(client, logged_in(app, officer))
    assert [(item["title"], item["rule_code"], item["obligor"]) for item in items] == [
        ("走访家庭", "访1", "office"),
        ("入矫必谈", "谈1", "office"),
    ]


@pytest.mark.parametrize(("seconds", "state"), [(-1, "planned"), (0, "open"), (1, "open")])
def test_a_planned_duty_counts_as_open_from_its_time_on_whether_a_job_ran_or_not(
    client: FlaskClient, app: Flask, clock: TestClock, officer: Worker, duty: UUID, seconds: int, state: str
) -> None:
    headers = logged_in(app, officer)
    clock.set(OPENS + timedelta(seconds=seconds))
    (item,) = listed(client, headers)
    assert item["state"] == state
    assert len(listed(client, headers, state=state)) == 1
    assert listed(client, headers, state="open" if state == "planned" else "planned") == []


def test_filters(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, subject: UUID, duty: UUID
) -> None:
    with transaction(undone) as tx:
        other = a_supervised(tx, tree, officer, at=MONDAY - 10 * DAY)
        visit = a_duty(tx, tree, other, OPENS, ENDS, kind=DutyKind.VISIT)
        gone = a_duty(tx, tree, other, OPENS - DAY, ENDS - DAY, state=DutyState.CANCELLED)
    headers = logged_in(app, officer)

    def ids(**query: Any) -> set[str]:
        return {item["id"] for item in listed(client, headers, **query)}

    assert ids() == {str(duty), str(visit)}
    assert ids(kind="visit") == {str(visit)}
    assert ids(subject_id=str(subject)) == {str(duty)}
    assert ids(state="cancelled") == {str(gone)}
    assert ids(due_before=ENDS.isoformat()) == set()
    assert ids(due_before=(ENDS + timedelta(seconds=1)).isoformat()) == {str(duty), str(visit)}


def test_pages_hold_every_duty_once_in_order(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, subject: UUID
) -> None:
    with transaction(undone) as tx:
        made = [a_duty(tx, tree, subject, OPENS + day * DAY, ENDS + day * DAY) for day in range(5)]
    headers = logged_in(app, officer)
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = client.get(BASE, headers=headers, query_string=query).get_json()
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == [str(duty_id) for duty_id in made]


@pytest.mark.parametrize(
    "query",
    [
        {"state": "done"},
        {"kind": "leave"},
        {"subject_id": "7"},
        {"due_before": "soon"},
        {"cursor": "WyJhIl0="},
    ],
)
def test_filters_that_mean_nothing_are_refused(
    client: FlaskClient, app: Flask, officer: Worker, query: dict[str, Any]
) -> None:
    answer = client.get(BASE, headers=logged_in(app, officer), query_string=query)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


# --------------------------------------------------------------------------------------------------------------- scope


def test_another_offices_duties_do_not_exist(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, duty: UUID
) -> None:
    with transaction(undone) as tx:
        stranger = a_user(tx, tree.other_office, Role.OFFICER)
        head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    headers = logged_in(app, stranger)
    assert listed(client, headers) == []
    assert client.get(f"{BASE}/{duty}", headers=headers).status_code == 404
    refused = client.post(f"{BASE}/{duty}/waive", headers=headers, json={"reason": "住院"})
    assert refused.status_code == 404
    assert [item["id"] for item in listed(client, logged_in(app, head))] == [str(duty)]


@pytest.mark.parametrize("role", [Role.AIDE, Role.PROCURATOR, Role.CITY_STAFF])
def test_who_may_look_may_not_always_waive(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, duty: UUID, role: Role
) -> None:
    with transaction(undone) as tx:
        reader = a_user(tx, tree.city if role is Role.CITY_STAFF else tree.office, role)
    headers = logged_in(app, reader)
    assert client.get(f"{BASE}/{duty}", headers=headers).status_code == 200
    assert client.post(f"{BASE}/{duty}/waive", headers=headers, json={"reason": "住院"}).status_code == 403


# ------------------------------------------------------------------------------------------------------------- waiving


@pytest.mark.parametrize("state", [DutyState.PLANNED, DutyState.OPEN, DutyState.SUBMITTED])
def test_a_duty_is_waived_and_says_by_whom_and_why(
    client: FlaskClient,
    app: Flask,
    undone: Engine,
    tree: Tree,
    officer: Worker,
    subject: UUID,
    state: DutyState,
) -> None:
    with transaction(undone) as tx:
        duty_id = a_duty(tx, tree, subject, OPENS, ENDS, state=state)
    headers = logged_in(app, officer)
    answer = client.post(f"{BASE}/{duty_id}/waive", headers=headers, json={"reason": "住院治疗,有病历"})
    assert answer.status_code == 200
    assert (answer.get_json()["state"], answer.get_json()["waived_by"], answer.get_json()["waive_reason"]) == (
        "waived",
        str(officer.id),
        "住院治疗,有病历",
    )
    history = client.get(f"{BASE}/{duty_id}", headers=headers).get_json()["history"]
    assert history[-1] == {
        "at": "2026-03-02T09:00:00+08:00",
        "from_state": state.value,
        "to_state": "waived",
        "reason": "duty_waived",
        "detail": "经工作人员同意,此项免予办理。",
        "note": "住院治疗,有病历",
        "actor_kind": "user",
        "actor_id": str(officer.id),
    }
    with transaction(undone) as tx:
        (audit,) = tx.execute(text("SELECT actor_id, subject_id, object_id, reason FROM audit")).all()
    assert tuple(audit) == (officer.id, subject, duty_id, "住院治疗,有病历")


def test_the_same_again_is_answered_the_same_and_anything_else_is_a_conflict(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, duty: UUID
) -> None:
    headers = logged_in(app, officer)
    first = client.post(f"{BASE}/{duty}/waive", headers=headers, json={"reason": "住院"})
    again = client.post(f"{BASE}/{duty}/waive", headers=headers, json={"reason": "住院"})
    other = client.post(f"{BASE}/{duty}/waive", headers=headers, json={"reason": "出差"})
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert first.get_json() == again.get_json()
    assert other.get_json()["code"] == "duty_settled"
    with transaction(undone) as tx:
        assert tx.execute(text("SELECT count(*) FROM duty_events WHERE to_state = 'waived'")).scalar_one() == 1


def test_with_a_missed_duty_its_alert_recovers_and_what_was_missed_stays_on_record(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, officer: Worker, subject: UUID, duty: UUID
) -> None:
    headers = logged_in(app, officer)
    judged = ENDS + timedelta(minutes=31)
    clock.set(judged)
    with transaction(undone) as tx:
        assert judge_duties(tx, now=judged).missed == 1
    answer = client.post(f"{BASE}/{duty}/waive", headers=headers, json={"reason": "住院"})
    assert (answer.status_code, answer.get_json()["missed_at"]) == (200, "2026-03-02T12:31:00+08:00")
    with transaction(undone) as tx:
        (alert,) = alerts_of(tx, subject)
    assert (alert.condition, alert.handling) == ("recovered", "open")


def test_an_alert_of_several_misses_recovers_with_the_last_of_them(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, tree: Tree, officer: Worker, subject: UUID
) -> None:
    judged = ENDS + DAY + timedelta(minutes=31)
    with transaction(undone) as tx:
        missed = [a_duty(tx, tree, subject, OPENS + day * DAY, ENDS + day * DAY) for day in range(2)]
        judge_duties(tx, now=judged)
    headers = logged_in(app, officer)
    clock.set(judged)
    conditions = []
    for duty_id in missed:
        client.post(f"{BASE}/{duty_id}/waive", headers=headers, json={"reason": "住院"})
        with transaction(undone) as tx:
            (alert,) = alerts_of(tx, subject)
        conditions.append(alert.condition)
    assert conditions == ["active", "recovered"]


def test_what_a_waived_duty_allowed_to_collect_ends(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, tree: Tree, officer: Worker, subject: UUID
) -> None:
    with transaction(undone) as tx:
        ahead = a_duty(tx, tree, subject, OPENS, ENDS)
        running = a_duty(tx, tree, subject, OPENS, ENDS, kind=DutyKind.LOCATION_CHECK, state=DutyState.OPEN)
        over = a_duty(tx, tree, subject, OPENS - DAY, ENDS - DAY, state=DutyState.MISSED)
    headers = logged_in(app, officer)
    client.post(f"{BASE}/{ahead}/waive", headers=headers, json={"reason": "住院"})
    clock.set(OPENS + HOUR)
    for duty_id in (running, over):
        client.post(f"{BASE}/{duty_id}/waive", headers=headers, json={"reason": "住院"})
    with transaction(undone) as tx:
        powers = tx.execute(text("SELECT id, lower(covers) AS a, upper(covers) AS b FROM collection_powers")).all()
    assert {row.id: (row.a, row.b) for row in powers} == {
        running: (OPENS, OPENS + HOUR),
        over: (OPENS - DAY, ENDS - DAY + HOUR / 2),
    }


@pytest.mark.parametrize(
    "body", [{}, {"reason": ""}, {"reason": "x" * 501}, {"reason": "a\x00"}, {"reason": "a", "b": 1}]
)
def test_a_waiver_without_a_reason_is_refused(
    client: FlaskClient, app: Flask, officer: Worker, duty: UUID, body: dict[str, Any]
) -> None:
    answer = client.post(f"{BASE}/{duty}/waive", headers=logged_in(app, officer), json=body)
    assert answer.status_code == 422


def test_who_a_minor_is_only_the_assigned_office_reads(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, duty: UUID
) -> None:
    with transaction(undone) as tx:
        tx.execute(text("UPDATE subjects SET minor_regime = true"))
        head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    client.post(f"{BASE}/{duty}/waive", headers=logged_in(app, officer), json={"reason": "在校考试"})
    seen = {}
    for user in (officer, head):
        item = client.get(f"{BASE}/{duty}", headers=logged_in(app, user)).get_json()
        seen[user.role] = (item["subject_name"][:2], item["waive_reason"], item["history"][-1]["note"])
    assert seen[Role.OFFICER] == ("王某", "在校考试", "在校考试")
    assert seen[Role.COUNTY_HEAD] == ("未成", None, None)


def test_a_duty_that_nobody_knows(client: FlaskClient, app: Flask, officer: Worker) -> None:
    headers = logged_in(app, officer)
    assert client.get(f"{BASE}/{uuid4()}", headers=headers).status_code == 404
    assert client.post(f"{BASE}/{uuid4()}/waive", headers=headers, json={"reason": "住院"}).status_code == 404


def test_a_settled_duty_is_shown_with_when_it_was_done(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, subject: UUID
) -> None:
    with transaction(undone) as tx:
        done = a_duty(tx, tree, subject, OPENS - DAY, ENDS - DAY, state=DutyState.FULFILLED)
        row = duty_row(tx, done)
    item = client.get(f"{BASE}/{done}", headers=logged_in(app, officer)).get_json()
    assert datetime.fromisoformat(item["fulfilled_at"]).astimezone(UTC) == row.fulfilled_at
    assert [change["to_state"] for change in item["history"]] == ["open", "fulfilled"]
