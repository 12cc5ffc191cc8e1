"""Failure mode 1: a success is answered, and the data is lost.

The line to the database is cut at every step of every kind of request: before the server has the step, and after it has
done it. Nothing that is not in the table afterwards may have been answered with success, what is sent again is taken
once, and no cut is a fault of ours (500): 503 says when to come again.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from werkzeug.test import TestResponse

from app.deps import Deps
from app.jobs import sweeps
from app.jobs.deliver import deliver
from app.rules.errors import Unavailable
from app.rules.facts import DutyKind
from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests import database
from tests.builders.alerts import a_phone, an_alert
from tests.builders.app import MONDAY, deps_for_tests, make_test_app
from tests.builders.checkins import a_check_in, a_record, a_resident
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import Tree, a_tree
from tests.builders.push import a_push
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in
from tests.builders.visits import a_body
from tests.database import Database
from tests.patience import PATIENT
from tests.wire_cutter import Cutter, Moment, wire

HOUR = timedelta(hours=1)
MOMENTS: tuple[Moment, ...] = get_args(Moment)
MOST_STEPS = 60


@dataclass(frozen=True)
class Service:
    """The service on a line that can be cut, and the database as it is."""

    app: Flask
    cutter: Cutter
    engine: Engine
    tree: Tree
    officer: Worker
    subject_id: UUID
    phone: Mapping[str, str]
    desk: Mapping[str, str]

    def count(self, statement: str, **values: object) -> int:
        with transaction(self.engine) as tx:
            return int(tx.execute(text(statement), values).scalar_one())


@pytest.fixture(scope="module")
def service(database_server: database.Server) -> Iterator[Service]:
    with ExitStack() as stack:
        copy = stack.enter_context(database.copy_of_template(database_server))
        cutter = stack.enter_context(wire(copy.url))
        engine = make_engine(copy.url, limits=PATIENT)
        cut_engine = make_engine(cutter.url, pool_size=1, limits=PATIENT)
        stack.callback(engine.dispose)
        stack.callback(cut_engine.dispose)
        app = make_test_app(cut_engine, TestClock(MONDAY))
        with transaction(engine) as tx:
            tree = a_tree(tx)
            officer = a_user(tx, tree.office)
            subject_id = a_resident(tx, tree, officer)
            a_duty(tx, tree, subject_id, MONDAY - HOUR, MONDAY + HOUR, kind=DutyKind.LOCATION_CHECK)
        phone, desk = phone_logged_in(app, subject_id), logged_in(app, officer)
        yield Service(app, cutter, engine, tree, officer, subject_id, phone, desk)


Request = tuple[Callable[[FlaskClient], TestResponse], Callable[[], int]]
"""Sends one thing, and counts how often it is in the tables."""

Kind = Callable[[Service], Request]


def check_in(service: Service) -> Request:
    body = a_check_in(MONDAY)
    return _post(service, "/api/mobile/v1/checkins", body, "SELECT count(*) FROM attempts WHERE id = :id")


def positions(service: Service) -> Request:
    reports = [{"id": str(uuid4()), "recorded_at": MONDAY.isoformat(), "lon": 118.627, "lat": 28.738, "accuracy_m": 10}]
    body = {"request_id": str(uuid4()), "reports": reports}
    both = """SELECT (SELECT count(*) FROM position_batches WHERE request_id = :id)
                     + (SELECT count(*) FROM positions WHERE id = :point)
                     + (SELECT count(*) FROM subject_states
                        WHERE rejudge_from IS NOT NULL AND last_position IS NOT NULL)"""
    send, count = _post(service, "/api/mobile/v1/positions", body, both, point=reports[0]["id"])
    _forget_position(service)
    return send, lambda: {0: 0, 3: 1}.get(count(), -1)


def _forget_position(service: Service) -> None:
    with transaction(service.engine) as tx:
        tx.execute(text("UPDATE subject_states SET rejudge_from = NULL, last_position = NULL, last_position_at = NULL"))
        tx.execute(text("DELETE FROM positions"))


def device_health(service: Service) -> Request:
    body = {"id": str(uuid4()), "battery_percent": 50}
    return _post(service, "/api/mobile/v1/device-health", body, "SELECT count(*) FROM device_health WHERE id = :id")


def visit(service: Service) -> Request:
    body = a_body(service.subject_id, MONDAY)
    return _post(service, "/api/office/v1/visits", body, "SELECT count(*) FROM records WHERE id = :id")


def record(service: Service) -> Request:
    body = a_record(service.subject_id, MONDAY)
    return _post(service, "/api/office/v1/check-ins", body, "SELECT count(*) FROM attempts WHERE id = :id")


def _alert(service: Service) -> UUID:
    with transaction(service.engine) as tx:
        person = a_supervised(tx, service.tree, service.officer, at=MONDAY - HOUR)
        return an_alert(tx, service.tree, person, MONDAY)


def acknowledged_alert(service: Service) -> Request:
    alert = _alert(service)
    query = "SELECT count(*) FROM alert_events WHERE alert_id = :id AND what = 'acknowledged'"
    return _post(service, f"/api/office/v1/alerts/{alert}/acknowledge", {}, query, id=str(alert))


def closed_alert(service: Service) -> Request:
    alert = _alert(service)
    body = {"reason": "real", "result": "已联系本人,情况正常"}
    query = "SELECT count(*) FROM alert_events WHERE alert_id = :id AND what = 'closed'"
    return _post(service, f"/api/office/v1/alerts/{alert}/close", body, query, id=str(alert))


def _post(service: Service, path: str, body: Mapping[str, Any], query: str, **values: object) -> Request:
    headers = dict(service.phone if "/mobile/" in path else service.desk)
    given = {"id": body.get("id") or body.get("request_id"), **values}
    return (
        lambda client: client.post(path, json=dict(body), headers=headers),
        lambda: service.count(query, **{name: value for name, value in given.items() if f":{name}" in query}),
    )


KINDS: tuple[Kind, ...] = (check_in, positions, device_health, visit, record, acknowledged_alert, closed_alert)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_no_success_is_answered_for_what_is_not_in_the_table(service: Service, kind: Kind, moment: Moment) -> None:
    refused, was_cut = 0, True
    with service.app.test_client() as client:
        for step in range(1, MOST_STEPS):
            send, count = kind(service)
            service.cutter.cut_at(step, moment)
            answer = send(client)
            was_cut = service.cutter.leave()
            if answer.status_code == 503:
                refused += 1
                assert answer.mimetype == "application/problem+json"
                assert answer.headers["Retry-After"].isdigit()
                assert count() in {0, 1}, "all of it or nothing"
            else:
                assert answer.status_code in {200, 201}, (step, answer.get_data(as_text=True))
                assert count() == 1
            done_already = count() == 1
            again = send(client)
            if kind is closed_alert and done_already:  # a person is told, not an app that repeats
                assert (again.status_code, again.get_json()["code"]) == (409, "alert_closed")
            else:
                assert again.status_code in {200, 201}, (step, again.get_data(as_text=True))
            assert count() == 1
            if not was_cut:
                break
    assert not was_cut, "every step was cut once"
    assert refused >= 1


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_job_that_dies_at_any_step_is_done_once_by_the_next(fresh_database: Database, moment: Moment) -> None:
    """Miss, alert, notice, deliveries, push: cut at every step of every job, then run once more."""
    with ExitStack() as stack:
        cutter = stack.enter_context(wire(fresh_database.url))
        engine = make_engine(fresh_database.url, limits=PATIENT)
        cut_engine = make_engine(cutter.url, pool_size=2, limits=PATIENT)
        stack.callback(engine.dispose)
        stack.callback(cut_engine.dispose)
        push = stack.enter_context(a_push())
        deps = deps_for_tests(cut_engine, TestClock(MONDAY), push=push.channel)
        with transaction(engine) as tx:
            tree = a_tree(tx)
            officer = a_user(tx, tree.office)
            a_phone(tx, officer.id, "officer", at=MONDAY - HOUR)
            api_up(tx, MONDAY - 10 * HOUR, MONDAY)
        people = 0
        for step in range(1, MOST_STEPS):
            with transaction(engine) as tx:
                person = a_supervised(tx, tree, officer, at=MONDAY - 10 * HOUR, planned_until=MONDAY + 80 * HOUR)
                a_duty(tx, tree, person, MONDAY - 4 * HOUR, MONDAY - 2 * HOUR)
            people += 1
            cutter.cut_at(step, moment)
            _worked(deps)
            if not cutter.leave():
                break
            deps.clock.advance(minutes=2)  # type: ignore[attr-defined]  # what a dead worker holds falls due again
            _worked(deps)
        assert people > 10
        with transaction(engine) as tx:
            found = tx.execute(
                text(
                    """SELECT (SELECT count(*) FROM duty_events WHERE to_state = 'missed') AS missed,
                              (SELECT count(*) FROM alert_occurrences) AS occurrences,
                              (SELECT count(*) FROM notices) AS notices,
                              (SELECT count(*) FROM deliveries WHERE channel = 'fcm' AND state = 'sent') AS sent"""
                )
            ).one()
            notices = {str(id_) for id_ in tx.execute(text("SELECT id FROM notices")).scalars()}
        assert set(found) == {people}
        assert {notice for _, notice in push.shown} == notices
        assert len({(m.data["n"], m.collapse_key) for m in push.fcm.received}) == people


def _worked(deps: Deps) -> None:
    """One round of the jobs that lead from a miss to a push; a job that meets a dead database is left at that."""
    for job in (sweeps.judge, sweeps.ladder, deliver):
        try:
            job(deps, deps.now())
        except Unavailable:
            continue
