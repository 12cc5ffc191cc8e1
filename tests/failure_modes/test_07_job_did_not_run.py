"""Failure mode 7: the job did not run, so nothing was flagged.

A scheduler that stood still for 26 hours leaves the same judgments as one that never stopped, each with its own time.
A run that throws is shown as failed. Whoever never reported is flagged. Two schedulers at once flag nothing twice.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import Connection, Engine, text

from app.actions.judge_duties import judge_duties
from app.actions.notice_judgment import notice_judgment
from app.actions.open_duties import open_duties
from app.actions.plan_duties import plan_duties
from app.actions.remind_duties import remind_duties
from app.jobs import chunks, runner, sweeps
from app.jobs.job import Counts, Job
from app.rules.facts import Category, Role, SupervisionClass
from app.rules.intake import Announced
from app.rules.planning import HORIZON
from app.simulation.clock import TestClock
from app.store import due, jobs
from app.store.session import make_engine, transaction
from tests import database
from tests.builders.app import MONDAY, deps_for_tests, make_test_app, settings_for_tests
from tests.builders.checkins import a_check_in
from tests.builders.duties import KEY, a_duty, a_supervised, api_up, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, phone_logged_in
from tests.database import Database
from tests.patience import LONG_S, PATIENT

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = MONDAY - 3 * HOUR
"""Monday 2 March 2026, 06:00 in Shanghai."""


class County:
    """A small county, its phones, and a scheduler that runs when the test lets it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = TestClock(START)
        self.deps = deps_for_tests(engine, self.clock)
        self.app = make_test_app(engine, self.clock)
        self.client = self.app.test_client()
        with transaction(engine) as tx:
            self.tree: Tree = a_tree(tx)
            self.officer: Worker = a_user(tx, self.tree.office, Role.OFFICER, login="officer")
            self.people: list[UUID] = [
                a_subject(tx, self.officer, key=class_.value, class_=class_, at=START).id for class_ in SupervisionClass
            ]
        self.phone = phone_logged_in(self.app, self.people[0])

    def up(self, from_at: datetime, to_at: datetime, instance: str = "one") -> None:
        with transaction(self.engine) as tx:
            api_up(tx, from_at, to_at, instance=instance)

    def sweep(self) -> None:
        """One tick of every job of duties, in the order of the schedule."""
        for job in (sweeps.plan, sweeps.open_windows, sweeps.remind, sweeps.judge):
            job(self.deps, self.clock.now())

    def attended_until(self, end: datetime) -> None:
        """The scheduler runs whenever something is due."""
        while (at := self._next()) is not None and at <= end:
            self.clock.set(max(at, self.clock.now()))
            self.sweep()
        self.clock.set(end)

    def _next(self) -> datetime | None:
        with transaction(self.engine) as tx:
            return due.next_due(tx)

    def check_in(self, at: datetime) -> str:
        self.clock.set(at)
        answer: Any = self.client.post("/api/mobile/v1/checkins", headers=self.phone, json=a_check_in(at)).get_json()
        return str(answer["outcome"])

    def rows(self, sql: str, **params: Any) -> list[tuple[Any, ...]]:
        with transaction(self.engine) as tx:
            return [tuple(row) for row in tx.execute(text(sql), params)]

    def judgments(self, until: datetime) -> list[tuple[Any, ...]]:
        """Every duty that was due by then, and what became of it."""
        return self.rows(
            "SELECT subject_id, rule_code, slot_start, opens_at, due_at, state FROM duties "
            "WHERE judge_at <= :until ORDER BY subject_id, rule_code, slot_start",
            until=until,
        )

    def flags(self) -> list[tuple[Any, ...]]:
        """Every occurrence of every alert, with its own time."""
        return self.rows(
            "SELECT a.subject_id, a.kind, o.event_at, o.source_id FROM alerts a "
            "JOIN alert_occurrences o ON o.alert_id = a.id ORDER BY o.event_at, a.subject_id, o.source_id"
        )


@contextmanager
def a_county(server: database.Server) -> Iterator[County]:
    with database.copy_of_template(server) as copy:
        engine = make_engine(copy.url, limits=PATIENT)
        try:
            yield County(engine)
        finally:
            engine.dispose()


# --------------------------------------------------------------------------------------------------------- a standstill


def test_after_26_hours_everything_of_the_gap_is_judged_once_and_as_if_nothing_had_stopped(
    database_server: database.Server,
) -> None:
    gone, back = START + HOUR, START + 27 * HOUR
    end = back + 2 * HOUR
    with a_county(database_server) as attended, a_county(database_server) as stopped:
        for county in (attended, stopped):
            county.up(START - DAY, end + DAY)
            county.attended_until(gone)
        outcomes = []
        for county in (attended, stopped):
            # The service itself never stopped: a window that no job has opened takes a check-in all the same.
            if county is attended:
                county.attended_until(START + 2 * HOUR + 30 * timedelta(minutes=1))
            outcomes.append(county.check_in(START + 2 * HOUR + 30 * timedelta(minutes=1)))
        attended.attended_until(end)
        stopped.clock.set(back)
        stopped.sweep()
        first = stopped.rows("SELECT id, at FROM duty_events ORDER BY id"), stopped.flags()
        stopped.sweep()
        assert (stopped.rows("SELECT id, at FROM duty_events ORDER BY id"), stopped.flags()) == first
        stopped.attended_until(end)
        assert outcomes == ["accepted", "accepted"]
        assert attended.people == stopped.people
        states = {row[-1] for row in stopped.judgments(end)}
        assert states == {"fulfilled", "missed"}
        assert stopped.judgments(end) == attended.judgments(end)
        assert stopped.flags() == attended.flags()
        gap = [event_at for _, _, event_at, _ in stopped.flags() if gone < event_at <= back]
        assert gap
        assert len(set(stopped.flags())) == len(stopped.flags())
        ahead = "SELECT id, opens_at, due_at, policy_version_id FROM duties WHERE opens_at < :until ORDER BY id"
        assert stopped.rows(ahead, until=end + 2 * DAY) == attended.rows(ahead, until=end + 2 * DAY)


def test_what_opened_and_ended_in_the_gap_is_told_to_nobody_afterwards(undone: Engine) -> None:
    county = County(undone)
    county.up(START - DAY, START + 3 * DAY)
    back = START + 27 * HOUR
    county.clock.set(back)
    county.sweep()
    told = county.rows("SELECT d.due_at FROM notices n JOIN duties d ON d.id = n.about_id")
    assert all(due_at > back for (due_at,) in told)


def test_beyond_the_plan_windows_are_made_up_for_and_blame_nobody(undone: Engine) -> None:
    county = County(undone)
    county.up(START - DAY, START + 10 * DAY)
    planned_until = START + HORIZON
    back = START + 5 * DAY
    county.clock.set(back)
    county.sweep()
    fixed = "SELECT opens_at, state FROM duties WHERE rule_code = 'check_in.strict.1' AND judge_at <= :now ORDER BY 1"
    made = county.rows(fixed, now=back)
    assert [opens_at for opens_at, _ in made] == [MONDAY - HOUR + day * DAY for day in range(5)]
    assert [state for _, state in made] == [
        "missed" if opens_at < planned_until else "unjudged" for opens_at, _ in made
    ]
    assert [
        event_at for _, kind, event_at, _ in county.flags() if kind == "missed_check_in" and event_at > planned_until
    ] == []
    assert county.rows("SELECT kind, about, from_at FROM incidents") == [("planned_late", "scheduler", back)]


def test_where_the_service_itself_was_away_the_windows_are_unjudged_as_one_incident(undone: Engine) -> None:
    county = County(undone)
    gone, back = MONDAY + HOUR, MONDAY + 27 * HOUR
    county.up(START - DAY, gone)
    county.attended_until(gone)
    county.up(back, back + DAY, instance="two")
    county.clock.set(back)
    county.sweep()
    away = "SELECT DISTINCT state FROM duties WHERE due_at > :gone AND judge_at <= :back AND kind <> 'visit'"
    waiting = county.rows(
        "SELECT DISTINCT state FROM duties WHERE due_at > :gone AND due_at <= :back", gone=gone, back=back
    )
    assert waiting == [("open",)]
    wait = timedelta(minutes=county.tree.policy.late_evidence_wait_min)
    county.clock.set(back + wait)
    county.sweep()
    assert county.rows(away, gone=gone, back=back + wait) == [("unjudged",)]
    assert county.rows("SELECT kind, about, from_at, to_at FROM incidents") == [("service_away", "api", gone, back)]
    assert [event_at for _, _, event_at, _ in county.flags() if gone < event_at <= back] == []


# ----------------------------------------------------------------------------------------------------- a run that threw


def test_a_run_that_threw_is_shown_as_failed_and_not_as_done(undone: Engine) -> None:
    county = County(undone)

    def throw(_deps: Any, _now: datetime) -> Counts:
        raise RuntimeError("nothing was done")

    job = Job("a_job_that_throws", throw, "to see what a fault leaves behind", max_age=HOUR)
    with transaction(undone) as tx:
        jobs.declare(tx, [(job.name, 3600, job.why)])
    run = runner.run_now(county.deps, job, runner.new_holder())
    assert run is not None
    assert (run.outcome, run.error) == ("failed", "RuntimeError")
    assert county.rows("SELECT last_outcome, last_ok_at FROM job_states WHERE name = :name", name=job.name) == [
        ("failed", None)
    ]
    assert county.rows("SELECT outcome, error FROM job_runs") == [("failed", "RuntimeError")]


# --------------------------------------------------------------------------------------------------- who never reported


def test_who_never_reported_is_flagged_too_once_each(undone: Engine) -> None:
    county = County(undone)
    county.up(START - DAY, START + 30 * DAY)
    with transaction(undone) as tx:
        announced = Announced(
            id=uuid5(county.people[0], "judgment"),
            body_hash=b"judgment",
            subject_id=uuid5(county.people[0], "awaited"),
            name="赵某",
            office_id=county.tree.office.id,
            category=Category.PROBATION,
            effective_on=date(2026, 2, 26),
            papers_on=date(2026, 2, 27),
            birth_date=date(1990, 1, 1),
        )
        receipt, _ = notice_judgment(tx, county.officer.actor, announced, settings_for_tests(), now=START)
        limit = timedelta(hours=county.tree.policy.silence_h)
    for _ in range(2):
        county.clock.set(START + 12 * DAY)
        county.sweep()
        sweeps.silence(county.deps, county.clock.now())
    flags = county.flags()
    # Day 10 after 26 February is Sunday 8 March, which gives way to Monday.
    assert [row[1:3] for row in flags if row[0] == receipt.subject_id] == [
        ("missed_intake", datetime.fromisoformat("2026-03-10T00:00:00+08:00"))
    ]
    for subject_id in county.people[1:]:
        own = [(kind, event_at) for who, kind, event_at, _ in flags if who == subject_id]
        assert ("lost_contact", START + limit) in own
        assert len([kind for kind, _ in own if kind == "lost_contact"]) == 1
        assert [kind for kind, _ in own if kind == "missed_check_in"]
    why = county.rows(
        "SELECT DISTINCT why ->> 'code' FROM alerts WHERE kind = 'missed_check_in' AND subject_id <> :id",
        id=county.people[0],
    )
    assert why == [("missed_check_in_never_heard",)]


# ----------------------------------------------------------------------------------------------- two schedulers at once


@pytest.fixture
def busy(fresh_database: Database) -> Database:
    """Thirty people, each with two windows at which nobody checked in, one that is open, and a plan that is used up."""
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, Role.OFFICER)
        api_up(tx, START - DAY, START + 9 * DAY)
        for _ in range(30):
            subject = a_supervised(tx, tree, officer, at=START)
            for day in range(2):
                opens_at = START + day * DAY
                a_duty(tx, tree, subject, opens_at, opens_at + HOUR)
            open_ = START + 3 * DAY - HOUR
            a_duty(tx, tree, subject, open_, open_ + 2 * HOUR, random=True, remind_at=START + 3 * DAY)
            set_state(tx, subject, planned_until=START + 3 * DAY)
    engine.dispose()
    return fresh_database


def both(url: str, work: Callable[[Engine], None]) -> None:
    """The same work by two workers, each with connections of its own, begun at the same moment."""
    begin = threading.Barrier(2)
    faults: list[BaseException] = []

    def run() -> None:
        engine = make_engine(url, limits=PATIENT)
        try:
            begin.wait(timeout=LONG_S)
            work(engine)
        except BaseException as fault:  # noqa: BLE001  (told by the thread that waits)
            faults.append(fault)
        finally:
            engine.dispose()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=LONG_S)
    assert not faults
    assert not any(worker.is_alive() for worker in workers)


TICKED = START + 3 * DAY
SWEEPS: tuple[tuple[due.Sweep, Callable[[Connection, Sequence[UUID]], Any]], ...] = (
    (due.PLAN, lambda tx, ids: plan_duties(tx, now=TICKED, key=KEY, ids=ids)),
    (due.OPEN, lambda tx, ids: open_duties(tx, now=TICKED, ids=ids)),
    (due.REMIND, lambda tx, ids: remind_duties(tx, now=TICKED, ids=ids)),
    (due.JUDGE, lambda tx, ids: judge_duties(tx, now=TICKED, ids=ids)),
)


def tick(engine: Engine) -> None:
    """Every sweep of duties in chunks of four, so that two workers meet often."""
    for kind, work in SWEEPS:
        assert chunks.sweep(kind, work, lambda: transaction(engine), now=TICKED, size=4).failed == []


@pytest.fixture
def ticked(busy: Database) -> Iterator[Engine]:
    """What two schedulers at once left, and one more tick after them for what each had to leave to the other."""
    both(busy.url, tick)
    engine = make_engine(busy.url, limits=PATIENT)
    tick(engine)
    yield engine
    engine.dispose()


def test_two_schedulers_at_once_write_nothing_twice(ticked: Engine) -> None:
    with transaction(ticked) as tx:

        def one(sql: str) -> Any:
            return tx.execute(text(sql)).scalar_one()

        assert one("SELECT count(*) FROM duty_events WHERE to_state = 'missed'") == 60
        # Not all 120 need an opening of their own: what the other one held just then may be judged as it stands.
        assert one("SELECT count(*) FROM duty_events WHERE from_state = 'planned'") == 90 + 30
        assert (
            one("SELECT count(*) FROM (SELECT FROM duty_events GROUP BY duty_id, to_state HAVING count(*) > 1) t") == 0
        )
        assert one("SELECT count(*) FROM alerts") == 30
        assert one("SELECT count(*) FROM alert_occurrences") == 60
        assert one("SELECT count(*) FROM alert_events") == 60
        assert one("SELECT count(*) FROM notices WHERE step = 'opened'") == 30
        assert one("SELECT count(*) FROM notices WHERE step = 'reminder'") == 30
        assert one("SELECT count(*) FROM subject_states WHERE planned_until = timestamptz '2026-03-08 06:00+08'") == 30
        assert one("SELECT count(*) FROM duties WHERE rule_code = 'check_in.strict.2'") == 30 * 3


def test_a_window_that_could_not_be_opened_is_judged_as_it_stands(busy: Database) -> None:
    engine = make_engine(busy.url, limits=PATIENT)
    try:
        with transaction(engine) as other:
            other.execute(text("SELECT FROM subject_states FOR UPDATE"))
            with transaction(engine) as tx:
                assert open_duties(tx, now=TICKED).duties == 0
        with transaction(engine) as tx:
            judge_duties(tx, now=TICKED)
            steps = tx.execute(text("SELECT from_state, to_state, count(*) FROM duty_events GROUP BY 1, 2")).all()
            assert [tuple(step) for step in steps] == [("planned", "missed", 60)]
            assert tx.execute(text("SELECT count(*) FROM alert_occurrences")).scalar_one() == 60
    finally:
        engine.dispose()
