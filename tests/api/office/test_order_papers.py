"""An order's life through HTTP: told, served, assessed, extended, asked to be lifted; the sheet and the track."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.actions.judge_duties import judge_duties
from app.actions.open_duties import open_duties
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.duties import a_supervised, api_up
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_head, a_report, phones_under_order, report
from tests.builders.users import Worker, a_user, logged_in

URL = "/api/office/v1/positioning-orders"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tree(undone: Engine) -> Tree:
    with transaction(undone) as tx:
        return a_tree(tx, policy=phones_under_order())


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def head(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_head(tx, tree)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        api_up(tx, clock.now() - 30 * DAY, clock.now() + 90 * DAY)
        return a_supervised(tx, tree, officer, at=clock.now() - 30 * DAY)


def order_from(client: FlaskClient, headers: dict[str, str], subject_id: UUID, at: Any, days: int = 30) -> Any:
    body = {
        "id": str(uuid4()),
        "subject_id": str(subject_id),
        "ground": "broke_prohibition",
        "from": at.isoformat(),
        "to": (at + days * DAY).isoformat(),
    }
    return client.post(URL, json=body, headers=headers)


def run_jobs(undone: Engine, clock: TestClock) -> None:
    with transaction(undone) as tx:
        open_duties(tx, now=clock.now())
        judge_duties(tx, now=clock.now())


def alerts(undone: Engine, kind: str) -> list[tuple[str, str]]:
    with undone.connect() as connection:
        statement = text("SELECT about_kind, condition FROM alerts WHERE kind = :kind")
        return [(row.about_kind, row.condition) for row in connection.execute(statement, {"kind": kind})]


def test_an_order_is_told_served_late_assessed_and_extended(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, officer: Worker, head: Worker, subject_id: UUID
) -> None:
    by_head, by_officer = logged_in(app, head), logged_in(app, officer)
    begun = clock.now()
    order_id = order_from(client, by_head, subject_id, begun).get_json()["id"]
    with undone.connect() as connection:
        told = connection.execute(text("SELECT recipient_id, step FROM notices WHERE about_kind = 'order'")).all()
    assert [tuple(row) for row in told] == [(subject_id, "told")]

    clock.advance(4 * DAY)
    run_jobs(undone, clock)
    assert alerts(undone, "handling_overdue") == [("duty", "active")]
    serving = {
        "id": str(uuid4()),
        "served_at": clock.now().isoformat(),
        "way": "in_person",
        "outcome": "refused",
        "note": "本人拒绝签字,社区民警在场见证",
    }
    papers = client.post(f"{URL}/{order_id}/notices", json=serving, headers=by_officer).get_json()
    assert [notice["outcome"] for notice in papers["notices"]] == ["refused"]
    assert client.get(f"{URL}/{order_id}", headers=by_officer).get_json()["notice_state"] == "late"
    assert alerts(undone, "handling_overdue") == [("duty", "recovered")]

    clock.advance(12 * DAY)
    run_jobs(undone, clock)
    assert alerts(undone, "order_expiring") == [("order", "active")]
    refused = order_from(client, by_head, subject_id, begun + 30 * DAY)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "order_not_assessed")
    assessment = {"id": str(uuid4()), "still_needed": True, "why": "近期仍有违反禁止令的情况"}
    assert client.post(f"{URL}/{order_id}/assessments", json=assessment, headers=by_officer).status_code == 201
    extension = order_from(client, by_head, subject_id, begun + 30 * DAY).get_json()
    assert extension["extends"] == order_id
    assert alerts(undone, "order_expiring") == [("order", "recovered")]


def test_an_order_that_is_let_end_ends_its_alert(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, officer: Worker, head: Worker, subject_id: UUID
) -> None:
    by_head, by_officer = logged_in(app, head), logged_in(app, officer)
    order_id = order_from(client, by_head, subject_id, clock.now()).get_json()["id"]
    clock.advance(16 * DAY)
    run_jobs(undone, clock)
    body = {"id": str(uuid4()), "still_needed": False, "why": "表现稳定"}
    client.post(f"{URL}/{order_id}/assessments", json=body, headers=by_officer)
    assert alerts(undone, "order_expiring") == [("order", "active")]

    clock.advance(14 * DAY + HOUR)
    run_jobs(undone, clock)

    assert alerts(undone, "order_expiring") == [("order", "recovered")]
    assert client.get(f"{URL}/{order_id}", headers=by_officer).get_json()["renewal_state"] == "fulfilled"


def test_a_request_to_lift_is_answered_by_the_head(
    client: FlaskClient, app: Flask, clock: TestClock, officer: Worker, head: Worker, subject_id: UUID
) -> None:
    by_head, by_officer = logged_in(app, head), logged_in(app, officer)
    order_id = order_from(client, by_head, subject_id, clock.now()).get_json()["id"]
    url = f"{URL}/{order_id}/lift-requests"
    asked = {"id": str(uuid4()), "why": "表现稳定"}
    assert client.post(url, json=asked, headers=by_officer).status_code == 201
    assert (
        client.post(f"{url}/{asked['id']}/refuse", json={"answer": "再看一月"}, headers=by_officer).status_code == 403
    )
    kept = client.post(f"{url}/{asked['id']}/refuse", json={"answer": "再看一月"}, headers=by_head).get_json()
    assert [(one["granted"], one["answer"]) for one in kept["lift_requests"]] == [(False, "再看一月")]

    again = {"id": str(uuid4()), "why": "已满一月"}
    client.post(url, json=again, headers=by_officer)
    client.post(f"{URL}/{order_id}/lift", json={"reason": "不再需要"}, headers=by_head)
    papers = client.get(f"{URL}/{order_id}/papers", headers=by_officer).get_json()
    assert {one["id"]: one["granted"] for one in papers["lift_requests"]} == {asked["id"]: False, again["id"]: True}


def test_the_monthly_sheet_counts_points_readers_and_what_was_purged(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, head: Worker, subject_id: UUID
) -> None:
    headers, begun = logged_in(app, head), clock.now()
    order_id = order_from(client, headers, subject_id, begun).get_json()["id"]
    clock.advance(5 * HOUR)
    with transaction(undone) as tx:
        report(tx, subject_id, a_report(begun + HOUR), a_report(begun + 4 * HOUR), now=clock.now())
    asked = {"from": begun.isoformat(), "to": clock.now().isoformat(), "reason": "核实行踪"}
    track = client.get(f"/api/office/v1/subjects/{subject_id}/track", query_string=asked, headers=headers).get_json()
    lifted = {"reason": "不再需要", "lifted_at": (begun + 2 * HOUR).isoformat()}
    client.post(f"{URL}/{order_id}/lift", json=lifted, headers=headers)

    (part,) = track["parts"]
    assert (part["power_id"], part["power_kind"], part["article"]) == (order_id, "order", "Law 29")
    assert (part["power_from"], part["points"]) == ("2026-03-02T09:00:00+08:00", 2)
    (row,) = client.get(f"{URL}/sheet", query_string={"month": "2026-03"}, headers=headers).get_json()["items"]
    assert (row["state"], row["begun"], row["lifted"], row["ended"]) == ("lifted", True, True, False)
    assert (row["points"], row["purged"], row["days_left"]) == (1, 1, None)
    assert row["readers"] == [{"name": "郑局长", "times": 1}]
    assert client.get(f"{URL}/sheet", query_string={"month": "2026-02"}, headers=headers).get_json()["items"] == []
