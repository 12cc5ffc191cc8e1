"""Alerts in an officer's hands: listed, looked at, taken on, closed."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, text

from app.actions.climb_ladder import climb_ladder
from app.models.audit import Audit
from app.models.subject import SubjectState
from app.rules.facts import AlertKind, Cause
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.alerts import Team, a_team, alert_row, an_alert, events_of, ladder_of, notices_about
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree
from tests.builders.users import logged_in

URL = "/api/office/v1/alerts"
HOUR = timedelta(hours=1)
CLOSING = {"reason": "phone", "result": "电话联系上本人,手机没电"}


@pytest.fixture
def team(undone: Engine, tree: Tree) -> Team:
    with transaction(undone) as tx:
        return a_team(tx, tree)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, team: Team, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, team.officer, at=clock.now() - timedelta(days=30))


@pytest.fixture
def alert_id(undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return an_alert(tx, tree, subject_id, clock.now())


@pytest.fixture
def as_officer(app: Flask, team: Team) -> dict[str, str]:
    return logged_in(app, team.officer)


def post(client: FlaskClient, alert_id: UUID, what: str, headers: dict[str, str], body: Any = None) -> Any:
    return client.post(f"{URL}/{alert_id}/{what}", json=body, headers=headers)


def get(client: FlaskClient, path: str, headers: dict[str, str], **query: str) -> Any:
    answer = client.get(f"{URL}{path}", query_string=query, headers=headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def stored(undone: Engine, alert_id: UUID) -> Any:
    with transaction(undone) as tx:
        return alert_row(tx, alert_id)


def test_the_list_shows_what_a_page_needs(
    client: FlaskClient, as_officer: dict[str, str], alert_id: UUID, clock: TestClock
) -> None:
    answer = get(client, "", as_officer)
    (item,) = answer["items"]
    assert answer["next_cursor"] is None
    assert (item["id"], item["kind"], item["title"]) == (str(alert_id), "lost_contact", "失去联系")
    assert item["why"].startswith(f"{item['subject_name']}:手机")
    assert item["opened_at"] == "2026-03-02T09:00:00+08:00"
    assert (item["next_step"], item["next_step_at"]) == ("office", "2026-03-02T09:00:00+08:00")


def test_pages_go_on_where_the_last_one_ended(
    client: FlaskClient, undone: Engine, tree: Tree, team: Team, as_officer: dict[str, str], clock: TestClock
) -> None:
    with transaction(undone) as tx:
        for n in range(5):
            subject = a_supervised(tx, tree, team.officer, at=clock.now() - timedelta(days=30))
            an_alert(tx, tree, subject, clock.now() + n * timedelta(seconds=1))
    shown, query = [], {"limit": "2"}
    while query:
        page = get(client, "", as_officer, **query)
        shown += [item["opened_at"] for item in page["items"]]
        query = {"limit": "2", "cursor": page["next_cursor"]} if page["next_cursor"] else {}
    assert shown == [f"2026-03-02T09:00:0{n}+08:00" for n in range(5)]


def test_one_alert_with_everything_known(
    client: FlaskClient,
    undone: Engine,
    tree: Tree,
    team: Team,
    as_officer: dict[str, str],
    subject_id: UUID,
    clock: TestClock,
) -> None:
    evidence = {"last_heard_at": clock.now() - HOUR, "battery_percent": 4}
    with transaction(undone) as tx:
        alert_id = an_alert(tx, tree, subject_id, clock.now(), cause=Cause.PHONE, evidence=evidence)
        climb_ladder(tx, now=clock.now())
    found = get(client, f"/{alert_id}", as_officer)
    assert found["episodes"][0]["evidence"]["battery_percent"] == 4
    assert [step["step"] for step in found["steps"]] == ["office"]
    assert (found["next_step"], found["next_step_at"]) == ("county", "2026-03-02T10:00:00+08:00")
    assert [event["what"] for event in found["history"]] == ["opened"]
    assert [(one["recipient_name"], one["state"]) for one in found["deliveries"]] == [("徐建国", "pending")]


# -------------------------------------------------------------------------------------------------------- acknowledging


def test_taking_it_on_stops_the_ladder(
    client: FlaskClient, undone: Engine, team: Team, as_officer: dict[str, str], alert_id: UUID, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        climb_ladder(tx, now=clock.now())
    answer = post(client, alert_id, "acknowledge", as_officer)
    assert answer.status_code == 200
    assert (answer.json["handling"], answer.json["acknowledged_by_name"]) == ("acknowledged", "徐建国")
    with transaction(undone) as tx:
        assert ladder_of(tx, alert_id) == (None, None)
        assert climb_ladder(tx, now=clock.now() + timedelta(days=1)) == {}


def test_again_is_the_same_as_once(
    client: FlaskClient, undone: Engine, as_officer: dict[str, str], alert_id: UUID, clock: TestClock
) -> None:
    first = post(client, alert_id, "acknowledge", as_officer)
    clock.advance(HOUR)
    again = post(client, alert_id, "acknowledge", as_officer)
    assert (again.status_code, again.json) == (200, first.json)
    with transaction(undone) as tx:
        assert [event.what for event in events_of(tx, alert_id)] == ["opened", "acknowledged"]


def test_a_colleague_takes_it_over(
    client: FlaskClient, app: Flask, undone: Engine, team: Team, as_officer: dict[str, str], alert_id: UUID
) -> None:
    post(client, alert_id, "acknowledge", as_officer)
    answer = post(client, alert_id, "acknowledge", logged_in(app, team.staff))
    assert (answer.status_code, answer.json["acknowledged_by"]) == (200, str(team.staff.id))
    with transaction(undone) as tx:
        assert [event.actor_id for event in events_of(tx, alert_id)] == [None, team.officer.id, team.staff.id]


# ------------------------------------------------------------------------------------------------------------- closing


def test_closing_keeps_reason_and_result(
    client: FlaskClient, undone: Engine, team: Team, as_officer: dict[str, str], alert_id: UUID, clock: TestClock
) -> None:
    answer = post(client, alert_id, "close", as_officer, CLOSING)
    assert answer.status_code == 200
    assert (answer.json["handling"], answer.json["close_reason"]) == ("closed", "phone")
    assert answer.json["close_result"] == CLOSING["result"]
    row = stored(undone, alert_id)
    assert (row.closed_at, row.closed_by, row.next_step_at) == (clock.now(), team.officer.id, None)
    with transaction(undone) as tx:
        acts = tx.execute(select(Audit.action, Audit.actor_id).where(Audit.object_id == alert_id)).all()
    assert [tuple(act) for act in acts] == [("alert.closed", team.officer.id)]


@pytest.mark.parametrize("what", ["close", "acknowledge"])
def test_what_is_closed_stays_closed(
    client: FlaskClient, as_officer: dict[str, str], alert_id: UUID, what: str
) -> None:
    post(client, alert_id, "close", as_officer, CLOSING)
    answer = post(client, alert_id, what, as_officer, CLOSING if what == "close" else None)
    assert (answer.status_code, answer.json["code"]) == (409, "alert_closed")
    assert answer.json["detail"] == "这条预警已经办结,不能再改。"


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "phone"},
        {"reason": "phone", "result": ""},
        {"reason": "phone", "result": "x" * 1001},
        {"reason": "whatever", "result": "已核实"},
        {"reason": "phone", "result": "已核实", "closed_by": str(uuid4())},
        {"reason": "phone", "result": "\x00"},
        [],
        None,
    ],
)
def test_a_closing_that_cannot_be_read_changes_nothing(
    client: FlaskClient, undone: Engine, as_officer: dict[str, str], alert_id: UUID, body: Any
) -> None:
    answer = post(client, alert_id, "close", as_officer, body)
    assert (answer.status_code, answer.mimetype) in {
        (422, "application/problem+json"),
        (415, "application/problem+json"),
        (400, "application/problem+json"),
    }
    assert stored(undone, alert_id).handling == "open"


@pytest.mark.parametrize(
    ("kind", "silent", "heard_again", "looked_at"),
    [
        (AlertKind.LOST_CONTACT, True, False, True),
        (AlertKind.LOST_CONTACT, False, False, False),
        (AlertKind.LOST_CONTACT, True, True, False),
        (AlertKind.MISSED_CHECK_IN, True, False, False),
    ],
)
def test_closing_does_not_make_a_silent_phone_speak(
    client: FlaskClient,
    undone: Engine,
    tree: Tree,
    as_officer: dict[str, str],
    subject_id: UUID,
    clock: TestClock,
    kind: AlertKind,
    silent: bool,
    heard_again: bool,
    looked_at: bool,
) -> None:
    with transaction(undone) as tx:
        alert_id = an_alert(tx, tree, subject_id, clock.now(), kind=kind)
        tx.execute(
            text("UPDATE subject_states SET silent = :silent, silence_check_at = NULL, heard_again_at = :heard"),
            {"silent": silent, "heard": clock.now() if heard_again else None},
        )
    assert post(client, alert_id, "close", as_officer, CLOSING).status_code == 200
    with transaction(undone) as tx:
        state = tx.execute(select(SubjectState.silent, SubjectState.silence_check_at)).one()
    assert tuple(state) == ((False, clock.now()) if looked_at else (silent, None))


def test_a_new_episode_after_closing_is_a_new_alert(
    client: FlaskClient,
    undone: Engine,
    tree: Tree,
    team: Team,
    as_officer: dict[str, str],
    subject_id: UUID,
    alert_id: UUID,
    clock: TestClock,
) -> None:
    post(client, alert_id, "close", as_officer, CLOSING)
    with transaction(undone) as tx:
        second = an_alert(tx, tree, subject_id, clock.now() + HOUR)
        climb_ladder(tx, now=clock.now() + HOUR)
        assert second != alert_id
        assert [notice.recipient_id for notice in notices_about(tx, second)] == [team.officer.id]


# --------------------------------------------------------------------------------------------------------- who may not


@pytest.mark.parametrize(("what", "body"), [("", None), ("/acknowledge", None), ("/close", CLOSING)])
def test_an_alert_that_does_not_exist(client: FlaskClient, as_officer: dict[str, str], what: str, body: Any) -> None:
    method = "POST" if what else "GET"
    answer = client.open(f"{URL}/{uuid4()}{what}", method=method, json=body, headers=as_officer)
    assert answer.status_code == 404
    assert "not_found" in answer.get_data(as_text=True)


def test_an_aide_takes_on_and_does_not_close(client: FlaskClient, app: Flask, team: Team, alert_id: UUID) -> None:
    headers = logged_in(app, team.aide)
    assert post(client, alert_id, "close", headers, CLOSING).status_code == 403
    assert post(client, alert_id, "acknowledge", headers).status_code == 200


@pytest.mark.parametrize(
    "query",
    [{"handling": "lost"}, {"limit": "0"}, {"limit": "201"}, {"cursor": "?"}, {"cursor": "W10="}, {"subject_id": "1"}],
)
def test_a_question_that_cannot_be_read(client: FlaskClient, as_officer: dict[str, str], query: Any) -> None:
    answer = client.get(URL, query_string=query, headers=as_officer)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert any(code in answer.get_data(as_text=True) for code in ("unreadable", "bad_cursor"))
