"""Positioning orders through HTTP: who decides, what is refused, what is shown."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.duties import a_supervised
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
def subject_id(undone: Engine, tree: Tree, officer: Worker, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, officer, at=clock.now() - 30 * DAY)


@pytest.fixture
def head(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_head(tx, tree)


@pytest.fixture
def headers(app: Flask, head: Worker) -> dict[str, str]:
    return logged_in(app, head)


def a_body(subject_id: UUID, from_at: datetime, until: datetime | None = None) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "subject_id": str(subject_id),
        "ground": "broke_prohibition",
        "from": from_at.isoformat(),
        "to": (until or from_at + 30 * DAY).isoformat(),
    }


def test_an_order_as_it_is_shown(
    client: FlaskClient, headers: dict[str, str], head: Worker, subject_id: UUID, clock: TestClock
) -> None:
    body = a_body(subject_id, clock.now())

    answer = client.post(URL, json=body, headers=headers)

    assert answer.status_code == 201
    assert answer.get_json() == {
        "id": body["id"],
        "subject_id": str(subject_id),
        "ground": "broke_prohibition",
        "approver_id": str(head.id),
        "approver_name": "郑局长",
        "from": "2026-03-02T09:00:00+08:00",
        "to": "2026-04-01T09:00:00+08:00",
        "in_force_until": "2026-04-01T09:00:00+08:00",
        "covers_phone": True,
        "created_at": "2026-03-02T09:00:00+08:00",
        "lifted_at": None,
        "lifted_by": None,
        "lift_reason": None,
        "purged_positions": None,
        "extends": None,
        "notice_due_at": "2026-03-05T18:00:00+08:00",
        "notice_state": "open",
        "renewal_asked_at": "2026-03-18T09:00:00+08:00",
        "renewal_state": "planned",
    }
    again = client.post(URL, json=body, headers=headers)
    assert (again.status_code, again.get_json()) == (200, answer.get_json())
    assert client.get(f"{URL}/{body['id']}", headers=headers).get_json() == answer.get_json()


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"to": "2026-06-02T09:00:01+08:00"}, 422, "order_too_long", "to"),
        ({"to": "2026-03-02T09:00:00+08:00"}, 422, "ends_before_it_begins", "to"),
        ({"from": "2026-03-01T09:00:00+08:00"}, 422, "order_backdated", "from"),
        ({"ground": "bad_mood"}, 422, "unreadable", "ground"),
        ({"subject_id": str(UUID(int=9))}, 404, "not_found", None),
    ],
)
def test_what_is_refused_is_named(
    client: FlaskClient,
    headers: dict[str, str],
    subject_id: UUID,
    clock: TestClock,
    changes: dict[str, Any],
    status: int,
    code: str,
    field: str | None,
) -> None:
    answer = client.post(URL, json={**a_body(subject_id, clock.now()), **changes}, headers=headers)

    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert [error["field"] for error in problem["errors"]] == ([field] if field else [])
    assert "—" not in problem["detail"]


def test_an_order_within_another_is_a_conflict(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    client.post(URL, json=a_body(subject_id, clock.now()), headers=headers)

    answer = client.post(URL, json=a_body(subject_id, clock.now() + 29 * DAY), headers=headers)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "order_overlaps")


def test_only_the_head_of_the_county_decides(
    client: FlaskClient, app: Flask, officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    answer = client.post(URL, json=a_body(subject_id, clock.now()), headers=logged_in(app, officer))

    assert answer.status_code == 403


def test_orders_are_listed_in_pages_the_latest_first(
    client: FlaskClient, app: Flask, headers: dict[str, str], officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    made = [a_body(subject_id, clock.now() + n * DAY, clock.now() + (n + 1) * DAY - HOUR) for n in range(3)]
    for body in made:
        assert client.post(URL, json=body, headers=headers).status_code == 201
    reader = logged_in(app, officer)

    first = client.get(URL, query_string={"limit": 2, "subject_id": str(subject_id)}, headers=reader).get_json()
    second = client.get(URL, query_string={"limit": 2, "cursor": first["next_cursor"]}, headers=reader).get_json()

    assert [order["id"] for order in first["items"] + second["items"]] == [body["id"] for body in reversed(made)]
    assert second["next_cursor"] is None
    other = client.get(URL, query_string={"subject_id": str(UUID(int=9))}, headers=reader).get_json()
    assert other["items"] == []


def test_lifting_ends_the_order_and_purges_what_came_after(
    client: FlaskClient, headers: dict[str, str], undone: Engine, head: Worker, subject_id: UUID, clock: TestClock
) -> None:
    begun = clock.now()
    order_id = client.post(URL, json=a_body(subject_id, begun), headers=headers).get_json()["id"]
    clock.advance(5 * HOUR)
    with transaction(undone) as tx:
        report(tx, subject_id, a_report(begun + HOUR), a_report(begun + 4 * HOUR), now=clock.now())

    answer = client.post(
        f"{URL}/{order_id}/lift",
        json={"reason": "已无必要", "lifted_at": (begun + 2 * HOUR).isoformat()},
        headers=headers,
    )

    shown = answer.get_json()
    assert answer.status_code == 200
    assert (shown["in_force_until"], shown["lifted_at"]) == ("2026-03-02T11:00:00+08:00", "2026-03-02T11:00:00+08:00")
    assert (shown["purged_positions"], shown["lift_reason"], shown["lifted_by"]) == (1, "已无必要", str(head.id))
    again = client.post(f"{URL}/{order_id}/lift", json={"reason": "已无必要"}, headers=headers)
    assert (again.status_code, again.get_json()["code"]) == (409, "order_ended")


def test_a_lifting_needs_a_reason(
    client: FlaskClient, headers: dict[str, str], subject_id: UUID, clock: TestClock
) -> None:
    order_id = client.post(URL, json=a_body(subject_id, clock.now()), headers=headers).get_json()["id"]

    assert client.post(f"{URL}/{order_id}/lift", json={}, headers=headers).status_code == 422
    assert client.post(f"{URL}/{order_id}/lift", json={"reason": ""}, headers=headers).status_code == 422
