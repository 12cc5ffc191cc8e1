"""Told to end: what was begun is answered, what waits waits no more, and what is held is given back at once."""

import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import Engine, TextClause, create_engine, text

from app.deps import SystemClock
from app.rules.facts import DutyKind
from app.simulation.clock import TestClock
from app.store.jobs import LEASE
from app.store.session import make_engine, transaction
from tests.builders.app import make_test_app
from tests.builders.checkins import a_check_in, a_resident
from tests.builders.duties import a_duty
from tests.builders.offices import a_tree
from tests.builders.users import a_user, phone_logged_in
from tests.database import Database
from tests.jobs.processes import Process, answers, free_port, running
from tests.patience import LONG_S, PATIENT, eventually

HOUR = timedelta(hours=1)
IN_FLIGHT = text(
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)
LOOKED_FOR_NEWS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT EXISTS (SELECT notices.id%'"
    " AND datname = current_database()"
)


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def owner(fresh_database: Database) -> Iterator[Engine]:
    made = create_engine(fresh_database.owner_url)
    yield made
    made.dispose()


class Sent(threading.Thread):
    """A request in a thread of its own; `status` is None where it was not answered."""

    def __init__(self, method: str, url: str, **given: Any) -> None:
        super().__init__(daemon=True)
        self._asked = (method, url)
        self._given = given
        self.status: int | None = None
        self.start()

    def run(self) -> None:
        self.status = requests.request(*self._asked, timeout=300, **self._given).status_code


@pytest.mark.slow
def test_the_api_answers_what_was_begun_refuses_the_rest_and_ends(
    fresh_database: Database, engine: Engine, owner: Engine
) -> None:
    now, port = SystemClock().now(), free_port()
    base = f"http://127.0.0.1:{port}"
    with transaction(engine) as tx:
        tree = a_tree(tx)
        person = a_resident(tx, tree, a_user(tx, tree.office))
        a_duty(tx, tree, person, now - HOUR, now + HOUR, kind=DutyKind.LOCATION_CHECK)
    headers = phone_logged_in(make_test_app(engine, TestClock(now - timedelta(minutes=1))), person)
    body = a_check_in(now)
    with running(fresh_database.url, "serve", "--port", str(port), "--workers", "1") as api:
        eventually(lambda: answers(port))
        with owner.begin() as lock:
            lock.execute(text("LOCK TABLE attempts"))
            poll = Sent("GET", f"{base}/api/mobile/v1/notices?wait=25&after=0", headers=headers)
            eventually(lambda: _counted(engine, LOOKED_FOR_NEWS) > 0)
            begun = Sent("POST", f"{base}/api/mobile/v1/checkins", json=body, headers=headers)
            eventually(lambda: _counted(engine, IN_FLIGHT) > 0 or not begun.is_alive())
            assert begun.is_alive(), begun.status
            api.signal(signal.SIGTERM)
            eventually(lambda: not answers(port))
            poll.join(timeout=LONG_S)
            assert not poll.is_alive(), "a wait for news ends with the process"
            assert poll.status == 200
            assert begun.is_alive()
        begun.join(timeout=LONG_S)
        assert begun.status == 201
        assert api.wait() == 0
    with transaction(engine) as tx:
        assert tx.execute(text("SELECT count(*) FROM attempts WHERE id = :id"), {"id": body["id"]}).scalar_one() == 1


def _counted(engine: Engine, number: TextClause) -> int:
    with engine.connect() as connection:
        return int(connection.execute(number).scalar_one())


@pytest.mark.slow
def test_a_scheduler_gives_back_what_it_holds_and_ends(fresh_database: Database, engine: Engine, owner: Engine) -> None:
    """It is told to in the middle of a run: a table that the run needs is locked."""
    quick = {"ZHIFANG_LOCK_TIMEOUT_MS": "5000"}
    with running(fresh_database.url, "worker", settings=quick) as worker:
        eventually(lambda: _ran(engine))
        with owner.begin() as lock:
            lock.execute(text("LOCK TABLE alerts"))
            eventually(lambda: _counted(engine, IN_FLIGHT) > 0 and _held(engine) != [])
            worker.signal(signal.SIGTERM)
            assert worker.wait() == 0, "although nobody gives the table back"
        assert not _held(engine), f"nobody has to wait {LEASE} for it"


def _ran(engine: Engine) -> bool:
    with transaction(engine) as tx:
        query = "SELECT count(*) FROM job_states WHERE name = 'climb_ladder' AND last_ok_at IS NOT NULL"
        return bool(tx.execute(text(query)).scalar_one() == 1)


def _held(engine: Engine) -> list[str]:
    with transaction(engine) as tx:
        return list(tx.execute(text("SELECT name FROM job_states WHERE lease_until > clock_timestamp()")).scalars())


@pytest.mark.slow
def test_both_processes_wait_for_a_database_that_is_away_at_their_start(
    fresh_database: Database, engine: Engine, owner: Engine
) -> None:
    name = owner.url.database
    server = owner.execution_options(isolation_level="AUTOCOMMIT")
    port = free_port()
    with server.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0'))
        with (
            running(fresh_database.url, "serve", "--port", str(port), "--workers", "1") as api,
            running(fresh_database.url, "worker") as worker,
        ):
            eventually(lambda: answers(port))
            assert requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=60).status_code == 503
            connection.execute(text(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1'))
            eventually(lambda: _ready(port) and _ran(engine))
            assert _alive(api, worker)


def _ready(port: int) -> bool:
    return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=60).status_code == 200


def _alive(*processes: Process) -> bool:
    return all(process.alive for process in processes)
