"""Logs carry ids: no name, number, password or place gets into them, not even where the database quotes a row."""

import logging
import struct
from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from app.deps import Deps
from app.jobs import runner
from app.jobs.schedule import JOBS, declare
from app.logs import set_up_logs
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.checkins import a_check_in
from tests.builders.offices import a_tree
from tests.builders.positions import a_sent_batch, a_sent_report
from tests.builders.subjects import an_id_number
from tests.builders.users import PASSWORD, Worker, a_user, logged_in, phone_logged_in
from tests.database import Database
from tests.patience import PATIENT

OFFICE, MOBILE = "/api/office/v1", "/api/mobile/v1"
LON, LAT = 118.62731, 28.73857
PERSON: dict[str, Any] = {
    "name": "欧阳试探",
    "id_number": an_id_number(serial=731),
    "phone": "13755550731",
    "home_address": "虎山街道试探路731号",
    "login": "ouyangshitan",
    "password": "shitan Bei 731 hao",
    "home": {"lon": LON, "lat": LAT},
}
OFFICER_NAME = "慕容探长"
SECRETS = [
    *(value for value in PERSON.values() if isinstance(value, str)),
    OFFICER_NAME,
    PASSWORD,
    str(LON),
    str(LAT),
    *(struct.pack("<d", degrees).hex() for degrees in (LON, LAT)),  # as the database shows a geometry
]

FAULTS = {
    "subjects": "name <> '欧阳试探'",
    "positions": "accuracy_m < 5",
    "duties": "state <> 'open'",
}
"""Constraints that the service knows nothing of: whatever breaks one is quoted, the whole row of it."""


@pytest.fixture
def logs() -> Iterator[StringIO]:
    """What the service's own logging writes, at its most talkative."""
    root, written = logging.getLogger(), StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logs(logging.DEBUG)
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def app(engine: Engine, clock: TestClock) -> Flask:
    return make_test_app(engine, clock)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as made:
        yield made


@pytest.fixture
def officer(engine: Engine) -> Worker:
    with transaction(engine) as tx:
        return a_user(tx, a_tree(tx).office, Role.OFFICER, login="tanzhang", name=OFFICER_NAME)


def break_by(database: Database, table: str) -> None:
    """From now on each new row of the table breaks a constraint."""
    owner = create_engine(database.owner_url)
    with owner.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT a_fault CHECK ({FAULTS[table]}) NOT VALID"))
    owner.dispose()


def register(app: Flask, client: FlaskClient, officer: Worker) -> Any:
    body = {
        "id": str(uuid4()),
        "category": "probation",
        "class": "strict",
        "office_id": str(officer.office.id),
        **PERSON,
    }
    return client.post(f"{OFFICE}/subjects", json=body, headers=logged_in(app, officer))


def report(app: Flask, client: FlaskClient, subject_id: UUID) -> Any:
    here = {"lon": LON, "lat": LAT, "accuracy_m": 20.0}
    headers = phone_logged_in(app, subject_id)
    client.post(f"{MOBILE}/checkins", json=a_check_in(MONDAY, position=here), headers=headers)
    batch = a_sent_batch(a_sent_report(MONDAY, **here))
    return client.post(f"{MOBILE}/positions", json=batch, headers=headers)


def run_jobs(app: Flask) -> list[str]:
    """Every job once; gives the outcomes."""
    deps: Deps = app.extensions["deps"]
    declare(deps)
    runs = [runner.run_now(deps, job, runner.new_holder()) for job in JOBS if job.name != "deliver"]
    return [run.outcome for run in runs if run is not None]


def test_a_day_without_faults(app: Flask, client: FlaskClient, officer: Worker, logs: StringIO) -> None:
    subject = register(app, client, officer)
    assert subject.status_code == 201, subject.get_json()
    subject_id = UUID(subject.get_json()["id"])
    device = {"id": str(uuid5(subject_id, "phone")), "platform": "android"}
    for password in (PERSON["password"], PASSWORD):
        client.post(f"{MOBILE}/sessions", json={"login": PERSON["login"], "password": password, "device": device})
    assert report(app, client, subject_id).status_code == 201
    headers = logged_in(app, officer)
    reveal = f"{OFFICE}/subjects/{subject_id}/id-number/reveal"
    assert client.post(reveal, json={"reason": "核对"}, headers=headers).get_json() == {
        "id_number": PERSON["id_number"]
    }
    assert (
        client.post(f"{OFFICE}/subjects/find", json={"id_number": PERSON["id_number"]}, headers=headers).status_code
        == 200
    )
    assert set(run_jobs(app)) == {"ok"}
    assert_silent(logs)


def test_a_registration_that_fails_deep_down(
    app: Flask, client: FlaskClient, officer: Worker, fresh_database: Database, logs: StringIO
) -> None:
    break_by(fresh_database, "subjects")
    assert_fault(register(app, client, officer), logs)


def test_a_position_that_fails_deep_down(
    app: Flask, client: FlaskClient, officer: Worker, fresh_database: Database, logs: StringIO
) -> None:
    subject_id = UUID(register(app, client, officer).get_json()["id"])
    break_by(fresh_database, "positions")
    with transaction(app.extensions["deps"].engine) as tx:
        tx.execute(text("UPDATE collection_powers SET covers = tstzrange('2026-03-01', '2026-03-04')"))
    assert_fault(report(app, client, subject_id), logs)


def test_a_job_that_fails_deep_down(
    app: Flask, client: FlaskClient, officer: Worker, fresh_database: Database, logs: StringIO, clock: TestClock
) -> None:
    register(app, client, officer)
    break_by(fresh_database, "duties")
    clock.advance(hours=24)
    assert "partial" in run_jobs(app)
    assert "CheckViolation" in logs.getvalue()
    assert_silent(logs)


def assert_fault(answer: Any, logs: StringIO) -> None:
    """The caller learns nothing of it; the log learns its kind and place, and which constraint it was."""
    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal")
    assert_no_secret(answer.get_data(as_text=True))
    told = logs.getvalue()
    assert "fault at POST" in told
    assert "psycopg.errors.CheckViolation (23514" in told
    assert "a_fault" in told
    assert "app/store/" in told
    assert_silent(logs)


def assert_silent(logs: StringIO) -> None:
    assert_no_secret(logs.getvalue())


def assert_no_secret(told: str) -> None:
    assert [secret for secret in SECRETS if secret.lower() in told.lower()] == []
