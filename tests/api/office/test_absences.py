"""Who is not on duty when, over the office's interface."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, logged_in

BASE = "/api/office/v1"
DAY = timedelta(days=1)
Json = dict[str, Any]


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xujianguo")


@pytest.fixture
def staff(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.COUNTY_STAFF, login="staff")


def an_absence(
    from_at: datetime = MONDAY + DAY, to_at: datetime = MONDAY + 3 * DAY, user_id: UUID | None = None, **changes: Any
) -> Json:
    body: Json = {"id": str(uuid4()), "from": from_at.isoformat(), "to": to_at.isoformat(), "note": "培训"}
    return body | ({"user_id": str(user_id)} if user_id else {}) | changes


def test_an_officer_notes_the_own_absence(app: Flask, client: FlaskClient, officer: Worker) -> None:
    headers, body = logged_in(app, officer), an_absence()
    answer = client.post(f"{BASE}/absences", json=body, headers=headers)
    assert answer.status_code == 201
    assert answer.get_json() == {
        "id": body["id"],
        "user_id": str(officer.id),
        "user_name": "徐建国",
        "from": "2026-03-03T09:00:00+08:00",
        "to": "2026-03-05T09:00:00+08:00",
        "note": "培训",
        "created_at": "2026-03-02T09:00:00+08:00",
        "withdrawn_at": None,
    }
    again = client.post(f"{BASE}/absences", json=body, headers=headers)
    assert (again.status_code, again.get_json()) == (200, answer.get_json())
    other = client.post(f"{BASE}/absences", json=body | {"note": "休假"}, headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")


@pytest.mark.parametrize(
    ("from_at", "to_at", "overlaps"),
    [
        (MONDAY, MONDAY + DAY, False),
        (MONDAY, MONDAY + DAY + timedelta(seconds=1), True),
        (MONDAY + 2 * DAY, MONDAY + 5 * DAY, True),
        (MONDAY + 3 * DAY, MONDAY + 4 * DAY, False),
    ],
)
def test_absences_do_not_overlap(
    app: Flask, client: FlaskClient, officer: Worker, from_at: datetime, to_at: datetime, *, overlaps: bool
) -> None:
    headers = logged_in(app, officer)
    client.post(f"{BASE}/absences", json=an_absence(), headers=headers)
    answer = client.post(f"{BASE}/absences", json=an_absence(from_at, to_at), headers=headers)
    assert answer.status_code == (409 if overlaps else 201)
    assert answer.get_json().get("code") == ("absence_overlaps" if overlaps else None)


def test_what_was_withdrawn_stands_in_nobodys_way(
    app: Flask, client: FlaskClient, officer: Worker, clock: TestClock
) -> None:
    headers, body = logged_in(app, officer), an_absence()
    client.post(f"{BASE}/absences", json=body, headers=headers)
    clock.advance(hours=1)
    for _ in range(2):
        assert client.delete(f"{BASE}/absences/{body['id']}", headers=headers).status_code == 204
    assert client.get(f"{BASE}/absences", headers=headers).get_json()["items"] == []
    assert client.post(f"{BASE}/absences", json=an_absence(), headers=headers).status_code == 201
    kept = client.post(f"{BASE}/absences", json=body, headers=headers).get_json()
    assert kept["withdrawn_at"] == "2026-03-02T10:00:00+08:00", "a repeated request does not bring it back"


def test_the_county_notes_absences_of_its_offices(
    app: Flask, client: FlaskClient, officer: Worker, staff: Worker, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        beyond = a_user(tx, tree.other_office)
    headers = logged_in(app, staff)
    body = an_absence(user_id=officer.id)
    assert client.post(f"{BASE}/absences", json=body, headers=headers).status_code == 201
    assert client.post(f"{BASE}/absences", json=an_absence(user_id=beyond.id), headers=headers).status_code == 404
    assert client.delete(f"{BASE}/absences/{body['id']}", headers=headers).status_code == 204


def test_a_colleague_sees_and_does_not_change(
    app: Flask, client: FlaskClient, officer: Worker, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        colleague = a_user(tx, tree.office)
        next_door = a_user(tx, tree.second_office)
    body = an_absence()
    client.post(f"{BASE}/absences", json=body, headers=logged_in(app, officer))
    headers = logged_in(app, colleague)
    shown = client.get(f"{BASE}/absences", headers=headers).get_json()["items"]
    assert [absence["id"] for absence in shown] == [body["id"]]
    assert client.delete(f"{BASE}/absences/{body['id']}", headers=headers).status_code == 403
    assert client.post(f"{BASE}/absences", json=an_absence(user_id=officer.id), headers=headers).status_code == 403
    headers = logged_in(app, next_door)
    assert client.get(f"{BASE}/absences", headers=headers).get_json()["items"] == []
    assert client.delete(f"{BASE}/absences/{body['id']}", headers=headers).status_code == 404


def test_the_list_goes_on_in_pages(app: Flask, client: FlaskClient, officer: Worker) -> None:
    headers = logged_in(app, officer)
    bodies = [an_absence(MONDAY + n * DAY, MONDAY + n * DAY + DAY) for n in range(5)]
    for body in reversed(bodies):
        assert client.post(f"{BASE}/absences", json=body, headers=headers).status_code == 201
    found: list[str] = []
    cursor = None
    while len(found) < len(bodies):
        page = client.get(f"{BASE}/absences", query_string={"limit": 2, "cursor": cursor}, headers=headers).get_json()
        found += [absence["id"] for absence in page["items"]]
        cursor = page["next_cursor"]
    assert (found, cursor) == ([body["id"] for body in bodies], None)
    later = (MONDAY + 3 * DAY).isoformat()
    page = client.get(f"{BASE}/absences", query_string={"from": later}, headers=headers).get_json()
    assert [absence["id"] for absence in page["items"]] == found[3:], "those that end after that instant"


@pytest.mark.parametrize("cursor", ["WyJhIl0=", "WyJhIiwiYiJd", "WyIyMDI2LTAzLTAyVDAwOjAwOjAwIiwgIngiXQ=="])
def test_a_cursor_of_another_list(app: Flask, client: FlaskClient, officer: Worker, cursor: str) -> None:
    answer = client.get(f"{BASE}/absences", query_string={"cursor": cursor}, headers=logged_in(app, officer))
    assert answer.status_code == 422
