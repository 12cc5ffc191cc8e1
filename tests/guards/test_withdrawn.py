"""What is withdrawn bites at the next request, far within a minute: role, office, phone, user and session; also in a
request that waits, and on the pages.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event, text

from app.deps import Deps
from app.rules.devices import Device
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store import accounts, devices, sessions
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_sent_batch, a_sent_report
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in
from tests.database import Database
from tests.patience import LONG_S, PATIENT
from tests.web.browsing import Visitor, a_visitor

OFFICE, MOBILE = "/api/office/v1", "/api/mobile/v1"
PHONE = uuid4()


@dataclass(frozen=True)
class Team:
    """An officer of two offices, a subject in the second one, and the subject's phone."""

    tree: Tree
    officer: Worker
    subject_id: UUID


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    return make_test_app(undone, clock)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as made:
        yield made


def a_team(tx: Connection) -> Team:
    tree = a_tree(tx)
    officer = a_user(tx, tree.office, login="xujianguo")
    accounts.give_role(tx, uuid4(), officer.id, Role.OFFICER, tree.second_office.id, now=MONDAY)
    colleague = a_user(tx, tree.second_office, login="colleague")
    subject = a_subject(tx, colleague, key="wang", at=MONDAY)
    devices.bind(tx, subject.id, Device(PHONE, "android"), now=MONDAY)
    return Team(tree, officer, subject.id)


@pytest.fixture
def team(undone: Engine) -> Team:
    with transaction(undone) as tx:
        return a_team(tx)


def withdraw_roles(tx: Connection, team: Team, now: Any) -> None:
    for role_id in tx.execute(text("SELECT id FROM user_roles WHERE user_id = :id"), {"id": team.officer.id}).scalars():
        accounts.withdraw_role(tx, role_id, now=now)


def leave_second_office(tx: Connection, team: Team, now: Any) -> None:
    role_id = tx.execute(
        text("SELECT id FROM user_roles WHERE user_id = :user AND office_id = :office"),
        {"user": team.officer.id, "office": team.tree.second_office.id},
    ).scalar_one()
    accounts.withdraw_role(tx, role_id, now=now)


def disable(tx: Connection, team: Team, now: Any) -> None:
    accounts.set_disabled(tx, team.officer.id, now)


def end_sessions(tx: Connection, team: Team, now: Any) -> None:
    sessions.end_of_owner(tx, "user", team.officer.id, "log_out", now=now)
    sessions.end_of_owner(tx, "subject", team.subject_id, "log_out", now=now)


def release(tx: Connection, team: Team, now: Any) -> None:
    tx.execute(
        text("UPDATE device_bindings SET bound = tstzrange(lower(bound), :now) WHERE device_id = :phone"),
        {"now": now, "phone": PHONE},
    )


def end_correction(tx: Connection, team: Team, now: Any) -> None:
    tx.execute(text("UPDATE subjects SET status = 'ended' WHERE id = :id"), {"id": team.subject_id})


Change = Callable[[Connection, Team, Any], None]
OF_USERS = [(withdraw_roles, 403), (leave_second_office, 404), (disable, 401), (end_sessions, 401)]
OF_PHONES = [(release, 401), (end_correction, 401), (end_sessions, 401)]


@pytest.mark.parametrize(("change", "status"), OF_USERS)
def test_an_officer_is_out_at_the_next_request(
    app: Flask, client: FlaskClient, undone: Engine, clock: TestClock, team: Team, change: Change, status: int
) -> None:
    headers, path = logged_in(app, team.officer), f"{OFFICE}/subjects/{team.subject_id}"
    assert client.get(path, headers=headers).status_code == 200
    now = clock.advance(seconds=1)
    with transaction(undone) as tx:
        change(tx, team, now)
    assert client.get(path, headers=headers).status_code == status
    assert client.get(f"{OFFICE}/subjects", headers=headers).status_code == (200 if status == 404 else status)


@pytest.mark.parametrize(("change", "status"), OF_PHONES)
def test_a_phone_is_out_at_the_next_request(
    app: Flask, client: FlaskClient, undone: Engine, clock: TestClock, team: Team, change: Change, status: int
) -> None:
    headers = phone_logged_in(app, team.subject_id, device_id=PHONE)
    assert client.get(f"{MOBILE}/me", headers=headers).status_code == 200
    batch = a_sent_batch(a_sent_report(clock.now()))
    assert client.post(f"{MOBILE}/positions", json=batch, headers=headers).status_code == 201
    now = clock.advance(seconds=1)
    with transaction(undone) as tx:
        change(tx, team, now)
    for path in ("me", "duties", "collection", "notices"):
        assert client.get(f"{MOBILE}/{path}", headers=headers).status_code == status, path
    batch = a_sent_batch(a_sent_report(now))
    assert client.post(f"{MOBILE}/positions", json=batch, headers=headers).status_code == status


@pytest.mark.parametrize(("change", "status"), OF_USERS)
def test_a_page_is_closed_at_the_next_request(
    app: Flask, undone: Engine, clock: TestClock, team: Team, change: Change, status: int
) -> None:
    visitor: Visitor = a_visitor(app, team.officer)
    assert visitor.get("/duties").status_code == 200
    now = clock.advance(seconds=1)
    with transaction(undone) as tx:
        change(tx, team, now)
    answer = visitor.get("/duties")
    assert answer.status_code == {401: 302, 404: 200}.get(status, status)
    if status == 401:
        assert answer.headers["Location"].startswith("/login")
    part = visitor.get("/today/alerts", headers={"HX-Request": "true"})
    assert ("HX-Redirect" in part.headers) == (status == 401)


@pytest.mark.parametrize(
    ("path", "change", "status"),
    [
        (f"{OFFICE}/notices", withdraw_roles, 403),
        (f"{OFFICE}/notices", disable, 401),
        (f"{MOBILE}/notices", release, 401),
    ],
)
def test_a_request_that_waits_ends_with_nothing(
    fresh_database: Database, clock: TestClock, path: str, change: Change, status: int
) -> None:
    """It was let in, waits for news, and is asked who it is once more before anything is handed to it."""
    engine = make_engine(fresh_database.url, limits=PATIENT)
    app = make_test_app(engine, clock)
    with transaction(engine) as tx:
        team = a_team(tx)
    of_office = path.startswith(OFFICE)
    headers = logged_in(app, team.officer) if of_office else phone_logged_in(app, team.subject_id, device_id=PHONE)
    answers: list[int] = []

    def wait() -> None:
        with app.test_client() as waiting:
            answers.append(waiting.get(path, query_string={"wait": 25}, headers=headers).status_code)

    inside = threading.Event()

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "EXISTS" in statement and "notices" in statement:
            inside.set()

    event.listen(engine, "after_cursor_execute", look)
    thread = threading.Thread(target=wait)
    thread.start()
    assert inside.wait(LONG_S), "it never looked for news"
    with transaction(engine) as tx:
        change(tx, team, clock.now())
    deps: Deps = app.extensions["deps"]
    deps.stopping.set()  # no wait goes on
    thread.join(timeout=LONG_S)
    engine.dispose()
    assert answers == [status]
