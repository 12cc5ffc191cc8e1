"""Failure mode 9, for missed check-ins: the same thing is alerted many times.

The same miss is judged three times over by two workers at once, raised three times by two workers at once, climbed and
sent by two workers at once: one alert, one occurrence, one notice for each receiver, one push for each phone. A subject
is reminded once of each window.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from app.deps import Deps
from app.jobs import sweeps
from app.jobs.deliver import deliver
from app.rules.effects import Decision
from app.rules.facts import About, AlertKind
from app.simulation.clock import TestClock
from app.simulation.fake_fcm_answers import OK, UNAVAILABLE
from app.store import effects, states
from app.store.session import make_engine, transaction
from tests.builders.alerts import Team, a_phone, a_team, raising
from tests.builders.app import MONDAY, a_clock, deps_for_tests
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import Tree, a_tree
from tests.builders.push import Push, a_push
from tests.database import Database
from tests.patience import PATIENT

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
JUDGED = MONDAY + 30 * MINUTE + timedelta(seconds=30)
PEOPLE = 20


class County:
    """Twenty people with a window until Monday at nine, two officers with two phones each, and the subjects' phones."""

    def __init__(self, engine: Engine, push: Push) -> None:
        self.engine, self.push = engine, push
        self.clock: TestClock = a_clock(MONDAY - 30 * MINUTE)
        self.deps: Deps = deps_for_tests(engine, self.clock, push=push.channel)
        with transaction(engine) as tx:
            self.tree: Tree = a_tree(tx)
            self.team: Team = a_team(tx, self.tree)
            for user in (self.team.officer, self.team.colleague):
                for n in (1, 2):
                    a_phone(tx, user.id, f"{user.login}-{n}", at=MONDAY - DAY)
            api_up(tx, MONDAY - 30 * DAY, MONDAY + 30 * DAY)
            self.people = [self._person(tx, n) for n in range(PEOPLE)]
            tx.execute(text("UPDATE subjects SET officer_id = NULL"))

    def _person(self, tx: Connection, n: int) -> UUID:
        person = a_supervised(tx, self.tree, self.team.officer, at=MONDAY - 20 * DAY)
        a_phone(tx, person, f"subject-{n}", at=MONDAY - DAY, owner_kind="subject")
        a_duty(tx, self.tree, person, MONDAY - HOUR, MONDAY, remind_at=MONDAY - 30 * MINUTE)
        return person

    def twice_at_once(self, work: Callable[[], object]) -> None:
        """Two workers, each three times."""
        start, faults = threading.Barrier(2), list[Exception]()

        def worker() -> None:
            start.wait()
            try:
                for _ in range(3):
                    work()
            except Exception as fault:  # noqa: BLE001  (shown below, in the test's own thread)
                faults.append(fault)

        workers = [threading.Thread(target=worker) for _ in range(2)]
        for thread in workers:
            thread.start()
        for thread in workers:
            thread.join()
        assert faults == []

    def run(self, *jobs: Callable[[Deps, datetime], object]) -> None:
        for job in jobs:
            self.twice_at_once(partial(job, self.deps, self.clock.now()))

    def number(self, what: str) -> int:
        with transaction(self.engine) as tx:
            return int(tx.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())

    def pushes(self) -> Counter[tuple[str, str]]:
        return Counter(self.push.shown)


@pytest.fixture
def county(fresh_database: Database) -> Iterator[County]:
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with a_push() as push:
        yield County(engine, push)
    engine.dispose()


def test_one_miss_is_one_alert_one_notice_and_one_push_a_phone(county: County) -> None:
    county.clock.set(JUDGED)
    county.run(sweeps.judge, sweeps.ladder, deliver)

    assert county.number("alerts") == county.number("alert_occurrences") == PEOPLE
    assert county.number("alert_events") == county.number("alert_steps") == PEOPLE
    assert county.number("notices WHERE about_kind = 'alert'") == 2 * PEOPLE, "one for each officer"
    assert county.number("deliveries WHERE channel = 'in_app'") == 2 * PEOPLE
    assert county.number("deliveries WHERE channel = 'fcm' AND state = 'sent' AND attempts = 1") == 4 * PEOPLE
    assert len(county.pushes()) == 4 * PEOPLE
    assert set(county.pushes().values()) == {1}


def test_what_two_workers_raise_three_times_is_one(county: County) -> None:
    """Whatever way it comes, the sweep's or late evidence's: the duty is the occurrence's name."""
    raised = [
        raising(
            county.tree,
            person,
            JUDGED,
            kind=AlertKind.MISSED_CHECK_IN,
            source=About("duty", person),
            event_at=MONDAY,
        )
        for person in county.people
    ]

    def raise_again() -> None:
        with county.deps.transaction() as tx:
            states.lock(tx, county.people)
            effects.apply(tx, [Decision((effect,)) for effect in raised])

    county.twice_at_once(raise_again)
    county.clock.set(JUDGED)
    county.run(sweeps.ladder, deliver)
    assert county.number("alerts") == county.number("alert_occurrences") == PEOPLE
    assert county.number("alerts WHERE occurrences = 1") == PEOPLE
    assert county.number("notices") == 2 * PEOPLE
    assert set(county.pushes().values()) == {1}


def test_retries_show_nothing_twice(county: County) -> None:
    """The vendor fails every other call: what arrived once is not sent again."""
    for address in ("xu-1", "xu-2", "li-1", "li-2"):
        county.push.fcm.script(address, UNAVAILABLE, OK, cycle=True)
    county.clock.set(JUDGED)
    county.run(sweeps.judge, sweeps.ladder)
    for _ in range(20):
        county.run(deliver)
        county.clock.advance(MINUTE)
    assert county.number("deliveries WHERE channel = 'fcm' AND state = 'sent'") == 4 * PEOPLE
    assert len(county.pushes()) == 4 * PEOPLE
    assert set(county.pushes().values()) == {1}


def test_each_step_of_the_ladder_is_taken_once(county: County) -> None:
    county.clock.set(JUDGED)
    county.run(sweeps.judge)
    for _ in range(6):
        county.run(sweeps.ladder)
        county.clock.advance(HOUR)
    assert county.number("alert_steps") == 3 * PEOPLE
    assert county.number("notices") == (2 + 2 + 1) * PEOPLE
    assert county.number("(SELECT DISTINCT recipient_id, about_id, step FROM notices) n") == 5 * PEOPLE


def test_a_window_is_reminded_of_once(county: County) -> None:
    county.run(sweeps.remind, deliver)
    county.clock.advance(MINUTE)
    county.run(sweeps.remind, deliver)
    assert county.number("notices WHERE recipient_kind = 'subject'") == PEOPLE
    assert county.pushes() == Counter(dict.fromkeys(county.pushes(), 1))
    assert len(county.pushes()) == PEOPLE
