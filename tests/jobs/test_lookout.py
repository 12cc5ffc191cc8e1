"""A dead scheduler cannot tell of itself; the processes that serve do, and the scheduler that comes back ends it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.actions.beat import beat
from app.deps import Deps
from app.jobs.heartbeat import Heartbeat
from app.jobs.lookout import look_for_scheduler
from app.jobs.maintenance import watch
from app.queries.service_days import faults
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import autocommit, make_engine, transaction
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.database import Database
from tests.patience import PATIENT

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(made) as tx:
        a_user(tx, a_tree(tx).city, Role.ADMIN)
    yield made
    made.dispose()


@pytest.fixture
def clock() -> TestClock:
    return TestClock(MONDAY)


@pytest.fixture
def deps(engine: Engine, clock: TestClock) -> Deps:
    return deps_for_tests(engine, clock)


def scheduler_beats(engine: Engine, at: datetime) -> None:
    with transaction(engine) as tx:
        beat(tx, "scheduler", "one", now=at)


def lasting(engine: Engine) -> list[str]:
    with autocommit(engine) as connection:
        return [fault.code for fault in faults(connection)]


def test_a_scheduler_that_is_away_for_two_minutes_is_told(engine: Engine, clock: TestClock, deps: Deps) -> None:
    api = Heartbeat(deps, "api", look_for_scheduler)
    scheduler_beats(engine, MONDAY)
    for seconds in range(0, 120, 10):
        clock.set(MONDAY + seconds * SECOND)
        api.beat_once()
        assert lasting(engine) == []
    clock.set(MONDAY + 2 * MINUTE)
    api.beat_once()
    assert lasting(engine) == ["scheduler_away"]


def test_its_return_is_noted_by_its_own_watchdog(engine: Engine, clock: TestClock, deps: Deps) -> None:
    api = Heartbeat(deps, "api", look_for_scheduler)
    for seconds in range(0, 150, 10):
        clock.set(MONDAY + seconds * SECOND)
        api.beat_once()
    assert lasting(engine) == ["scheduler_away"]
    watch(deps, clock.now())
    assert lasting(engine) == []


def test_a_service_that_comes_up_gives_its_scheduler_two_minutes(engine: Engine, clock: TestClock, deps: Deps) -> None:
    scheduler_beats(engine, MONDAY - timedelta(days=1))
    api = Heartbeat(deps, "api", look_for_scheduler)
    api.beat_once()
    clock.set(MONDAY + MINUTE)
    api.beat_once()
    assert lasting(engine) == []
