"""Failure mode 1, the other half: a service that cannot keep a promise says so, says when to come again, and recovers.

503 with Retry-After, as a problem document to apps and as a page to people, never 500; and once the database is as it
should be, the same request is taken without anybody's hand.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from werkzeug.test import TestResponse

from app.rules.facts import DutyKind
from app.rules.wording import sentence
from app.simulation.clock import TestClock
from app.store.session import Limits, make_engine, transaction
from tests.builders.app import MONDAY, make_test_app
from tests.builders.checkins import a_check_in, a_resident
from tests.builders.duties import a_duty
from tests.builders.offices import a_tree
from tests.builders.users import PASSWORD, a_user, phone_logged_in
from tests.database import Database
from tests.wire_cutter import Cutter, wire

HOUR = timedelta(hours=1)
QUICK = Limits(statement_ms=60_000, lock_ms=200, idle_ms=0, pool_ms=200)
"""What is refused is refused soon; what is served may take its time."""


@dataclass
class Service:
    """The application with two connections to its database, and the database's owner, who may harm it."""

    app: Flask
    engine: Engine
    owner: Connection
    phone: dict[str, str]
    peer: "psycopg.Connection[tuple[object, ...]]"
    cutter: Cutter
    database: str

    def check_in(self, body: dict[str, Any]) -> TestResponse:
        with self.app.test_client() as client:
            return client.post("/api/mobile/v1/checkins", json=body, headers=self.phone)

    def end_connections(self) -> None:
        """End every connection of the application, as a restart does."""
        self.peer.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def service(fresh_database: Database) -> Iterator[Service]:
    with ExitStack() as stack:
        cutter = stack.enter_context(wire(fresh_database.url))
        engine = make_engine(cutter.url, pool_size=2, limits=QUICK)
        owner = create_engine(fresh_database.owner_url, isolation_level="AUTOCOMMIT")
        stack.callback(engine.dispose)
        stack.callback(owner.dispose)
        app = make_test_app(engine, TestClock(MONDAY))
        with transaction(engine) as tx:
            tree = a_tree(tx)
            person = a_resident(tx, tree, a_user(tx, tree.office, login="xu"))
            a_duty(tx, tree, person, MONDAY - HOUR, MONDAY + HOUR, kind=DutyKind.LOCATION_CHECK)
        url = make_url(fresh_database.url).set(drivername="postgresql")
        peer = stack.enter_context(psycopg.connect(url.render_as_string(hide_password=False), autocommit=True))
        owning = stack.enter_context(owner.connect())
        yield Service(app, engine, owning, phone_logged_in(app, person), peer, cutter, str(url.database))


@contextmanager
def exhausted(service: Service) -> Iterator[None]:
    """Every connection of the pool is in use."""
    with ExitStack() as stack:
        for _ in range(2):
            stack.enter_context(service.engine.connect())
        yield


@contextmanager
def locked(service: Service) -> Iterator[None]:
    """Somebody holds the tables that the requests need."""
    with service.owner.execution_options(isolation_level="READ COMMITTED").begin():
        service.owner.execute(text("LOCK TABLE sessions, users, attempts"))
        yield
    service.owner.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def read_only(service: Service) -> Iterator[None]:
    """The server that the connections lead to has become a stand-by."""
    service.owner.execute(text(f'ALTER DATABASE "{service.database}" SET default_transaction_read_only = on'))
    service.end_connections()
    yield
    service.owner.execute(text(f'ALTER DATABASE "{service.database}" RESET default_transaction_read_only'))


@contextmanager
def full_up(service: Service) -> Iterator[None]:
    """The server takes no more connections."""
    service.owner.execute(text(f'ALTER DATABASE "{service.database}" CONNECTION LIMIT 0'))
    service.end_connections()
    yield
    service.owner.execute(text(f'ALTER DATABASE "{service.database}" CONNECTION LIMIT -1'))


def away(service: Service) -> AbstractContextManager[None]:
    """The server answers nobody; the connections that were open are dead."""
    return service.cutter.away()


Harm = Callable[[Service], Any]
HARMS: tuple[Harm, ...] = (exhausted, locked, read_only, full_up, away)


@pytest.mark.parametrize("harm", HARMS, ids=lambda harm: harm.__name__)
def test_an_app_is_told_to_come_again_and_is_served_then(service: Service, harm: Harm) -> None:
    body = a_check_in(MONDAY)
    assert service.check_in(a_check_in(MONDAY)).status_code == 201
    with harm(service):
        refused = service.check_in(body)
    assert (refused.status_code, refused.mimetype) == (503, "application/problem+json")
    assert refused.headers["Retry-After"].isdigit()
    assert refused.get_json()["code"] in {"database_away", "database_busy"}
    taken = service.check_in(body)
    assert taken.status_code == 201, "it was not kept, and it is now"
    repeated = service.check_in(body)
    assert (repeated.status_code, repeated.get_json()) == (200, taken.get_json())


@pytest.mark.parametrize("harm", [exhausted, locked, full_up, away], ids=lambda harm: harm.__name__)
def test_a_person_is_told_what_to_do_and_sees_the_page_then(service: Service, harm: Harm) -> None:
    with service.app.test_client() as client:
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").get_data(as_text=True))
        assert token is not None
        entered = client.post("/login", data={"login": "xu", "password": PASSWORD, "csrf_token": token[1]})
        assert entered.status_code in {302, 303}, entered.get_data(as_text=True)
        with harm(service):
            refused = client.get("/")
        shown = refused.get_data(as_text=True)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"].isdigit()
        assert refused.mimetype == "text/html"
        assert any(sentence(code) in shown for code in ("database_away", "database_busy"))
        assert client.get("/").status_code == 200


def test_a_restart_between_two_requests_is_not_noticed(service: Service) -> None:
    """The connections that lay in the pool are dead: nothing was sent on them, so others are opened instead."""
    assert service.check_in(a_check_in(MONDAY)).status_code == 201
    service.end_connections()
    assert service.check_in(a_check_in(MONDAY)).status_code == 201


def test_readiness_tells_of_it_and_recovers(service: Service) -> None:
    with service.app.test_client() as client:
        for harm in (exhausted, away):
            with harm(service):
                assert client.get("/health/ready").status_code == 503
                assert client.get("/health/live").status_code == 200
            assert client.get("/health/ready").status_code == 200
