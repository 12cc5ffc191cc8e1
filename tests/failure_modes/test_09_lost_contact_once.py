"""Failure mode 9, for lost contact: the same thing is alerted many times.

A hundred silent phones, swept by four workers at once and again and again: one alert and one occurrence each, and
nobody is told twice. A phone that comes back for a moment and goes silent again is another occurrence, once.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from app.deps import Deps
from app.jobs import sweeps
from app.simulation.clock import TestClock
from app.store.session import autocommit, make_engine, transaction
from tests.builders.app import MONDAY, a_clock, deps_for_tests
from tests.builders.duties import a_supervised, api_up, set_state
from tests.builders.offices import a_tree
from tests.builders.users import Worker, a_user
from tests.database import Database
from tests.patience import PATIENT

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PEOPLE, WORKERS = 100, 4


class County:
    """A hundred people heard on Monday at nine and not since, and two officers on duty."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock: TestClock = a_clock()
        self.deps: Deps = deps_for_tests(engine, self.clock)
        with transaction(engine) as tx:
            tree = a_tree(tx)
            self.officers: list[Worker] = [a_user(tx, tree.office) for _ in range(2)]
            api_up(tx, MONDAY - 30 * DAY, MONDAY + 30 * DAY)
            self.people = [a_supervised(tx, tree, self.officers[0], at=MONDAY - 20 * DAY) for _ in range(PEOPLE)]
            for subject_id in self.people:
                set_state(tx, subject_id, last_heard_at=MONDAY, silence_check_at=MONDAY + DAY)

    def at_once(self, job: Callable[[Deps, datetime], object]) -> None:
        """The job, started by all workers in the same moment."""
        start, faults = threading.Barrier(WORKERS), list[Exception]()

        def work() -> None:
            start.wait()
            try:
                job(self.deps, self.clock.now())
            except Exception as fault:  # noqa: BLE001  (shown below, in the test's own thread)
                faults.append(fault)

        workers = [threading.Thread(target=work) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert faults == []

    def number(self, what: str) -> int:
        with autocommit(self.engine) as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())

    def hear(self, subject_id: UUID) -> None:
        """As any request of the phone."""
        with transaction(self.engine) as tx:
            tx.execute(
                text(
                    "UPDATE subject_states SET last_heard_at = :now, heard_again_at = CASE WHEN silent THEN :now END"
                    " WHERE subject_id = :id"
                ),
                {"id": subject_id, "now": self.clock.now()},
            )


@pytest.fixture
def county(fresh_database: Database) -> Iterator[County]:
    engine = make_engine(fresh_database.url, pool_size=2 * WORKERS, limits=PATIENT)
    yield County(engine)
    engine.dispose()


def test_every_silence_is_one_alert_and_nobody_is_told_twice(county: County) -> None:
    county.clock.advance(DAY)
    county.at_once(sweeps.silence)
    county.at_once(sweeps.ladder)
    told = county.number("notices")
    for _ in range(2):
        county.clock.advance(MINUTE)
        county.at_once(sweeps.silence)
        county.at_once(sweeps.ladder)

    assert county.number("alerts WHERE kind = 'lost_contact'") == PEOPLE
    assert county.number("alert_occurrences") == PEOPLE
    assert county.number("alert_events WHERE what = 'opened'") == PEOPLE
    assert told >= PEOPLE
    assert county.number("notices") == told
    assert county.number("(SELECT DISTINCT recipient_id, about_id FROM notices) AS told") == told


def test_a_second_silence_is_counted_once(county: County) -> None:
    county.clock.advance(DAY)
    county.at_once(sweeps.silence)
    county.clock.advance(HOUR)
    returning = county.people[0]
    county.hear(returning)
    county.at_once(sweeps.silence)
    county.at_once(sweeps.silence)
    assert county.number("alerts WHERE condition = 'recovered'") == 1

    county.clock.advance(DAY)
    county.at_once(sweeps.silence)
    county.at_once(sweeps.silence)

    assert county.number("alerts") == PEOPLE
    assert county.number("alert_occurrences") == PEOPLE + 1
    assert county.number(f"alerts WHERE subject_id = '{returning}' AND occurrences = 2 AND condition = 'active'") == 1
