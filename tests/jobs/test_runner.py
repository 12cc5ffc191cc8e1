"""When a job runs and what is known of it afterwards: first start, restarts, clocks set back, runs as if at a time."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.deps import Deps
from app.jobs import runner
from app.jobs.chunks import Stopped
from app.jobs.job import Counts, Job
from app.queries.health import job_health
from app.simulation.clock import TestClock
from app.store import jobs
from app.store.session import transaction
from tests.builders.app import MONDAY

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ME = "this worker"


class Diary:
    """A job that notes when it was run as if; it fails as long as it is told to."""

    def __init__(self) -> None:
        self.at: list[datetime] = []
        self.fails = False

    def __call__(self, _: Deps, now: datetime) -> Counts:
        self.at.append(now)
        return {"failed": int(self.fails)}


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def daily(deps: Deps, diary: Diary) -> Job:
    """Once a day at 03:10 in Shanghai; MONDAY is 09:00 there."""
    return declared(deps, Job("a_daily_job", diary, "why", max_age=26 * HOUR, daily_at=time(3, 10)))


@pytest.fixture
def frequent(deps: Deps, diary: Diary) -> Job:
    return declared(deps, Job("a_frequent_job", diary, "why", max_age=10 * MINUTE, every=30 * SECOND))


def declared(deps: Deps, job: Job) -> Job:
    with deps.transaction() as tx:
        jobs.declare(tx, [(job.name, int(job.max_age.total_seconds()), job.why)])
    return job


def fresh(deps: Deps) -> bool:
    with deps.autocommit() as connection:
        return job_health(connection, now=deps.now())[0].fresh


def state(undone: Engine) -> Any:
    with transaction(undone) as tx:
        return tx.execute(text("SELECT * FROM job_states")).one()


def test_a_daily_job_runs_at_the_first_start_and_is_well_from_then_on(deps: Deps, daily: Job, diary: Diary) -> None:
    assert not fresh(deps)
    assert runner.run_if_due(deps, daily, ME) is not None
    assert fresh(deps)
    assert runner.run_if_due(deps, daily, ME) is None
    assert diary.at == [MONDAY]


def test_a_daily_job_that_was_missed_runs_late_and_once(deps: Deps, daily: Job, diary: Diary, clock: TestClock) -> None:
    runner.run_if_due(deps, daily, ME)
    clock.advance(2 * DAY + HOUR)
    for _ in range(3):
        runner.run_if_due(deps, daily, ME)
        clock.advance(MINUTE)
    assert diary.at == [MONDAY, MONDAY + 2 * DAY + HOUR]
    clock.set(MONDAY + 3 * DAY - 6 * HOUR)  # 03:00 in Shanghai
    assert runner.run_if_due(deps, daily, ME) is None
    clock.advance(11 * MINUTE)
    assert runner.run_if_due(deps, daily, ME) is not None


def test_a_clock_that_was_set_back_stops_no_job(deps: Deps, frequent: Job, diary: Diary) -> None:
    runner.run_if_due(deps, frequent, ME)
    earlier = replace(deps, clock=TestClock(MONDAY - HOUR))
    assert runner.run_if_due(earlier, frequent, ME) is not None
    assert runner.run_if_due(earlier, frequent, ME) is None
    assert diary.at == [MONDAY, MONDAY - HOUR]


def test_what_failed_is_tried_again_at_the_next_tick(deps: Deps, daily: Job, diary: Diary) -> None:
    diary.fails = True
    assert runner.run_if_due(deps, daily, ME) is not None
    assert not fresh(deps)
    diary.fails = False
    assert runner.run_if_due(deps, daily, ME) is not None
    assert fresh(deps)


@pytest.mark.parametrize("at", [MONDAY - 400 * DAY, MONDAY + 400 * DAY])
def test_a_run_as_if_at_another_time_says_nothing_of_today(
    undone: Engine, deps: Deps, daily: Job, diary: Diary, clock: TestClock, at: datetime
) -> None:
    runner.run_if_due(deps, daily, ME)
    before = state(undone)
    clock.advance(MINUTE)
    run = runner.run_now(deps, daily, "somebody at the keyboard", at=at)
    assert run is not None
    assert (diary.at[-1], run.started_at, run.finished_at) == (at, MONDAY + MINUTE, MONDAY + MINUTE)
    after = state(undone)
    assert (after.last_ok_at, after.last_outcome, after.lease_until) == (before.last_ok_at, before.last_outcome, None)
    clock.advance(27 * HOUR)
    assert not fresh(deps)


def test_a_job_that_another_holds_is_left_to_it(undone: Engine, deps: Deps, daily: Job) -> None:
    with transaction(undone) as tx:
        assert jobs.claim(tx, daily.name, "another", now=MONDAY, ran_before=MONDAY)
    assert runner.run_if_due(deps, daily, ME) is None
    assert runner.run_now(deps, daily, ME) is None


def test_a_run_that_is_broken_off_is_taken_by_another_at_once(undone: Engine, deps: Deps) -> None:
    def broken_off(_: Deps, __: datetime) -> Counts:
        raise Stopped

    job = declared(deps, Job("a_long_job", broken_off, "why", max_age=HOUR, every=MINUTE))
    assert runner.run_if_due(deps, job, ME) is None
    found = state(undone)
    assert (found.lease_until, found.last_ok_at) == (None, None)
    with transaction(undone) as tx:
        assert jobs.claim(tx, job.name, "another", now=MONDAY, ran_before=MONDAY)


def test_a_renewal_that_comes_after_the_giving_back_holds_nothing(undone: Engine, deps: Deps, daily: Job) -> None:
    """As of a worker that is told to end: the thread that keeps the lease lives a moment longer."""
    with transaction(undone) as tx:
        assert jobs.claim(tx, daily.name, ME, now=MONDAY, ran_before=MONDAY)
        assert jobs.renew(tx, daily.name, ME)
    runner.give_back_all(deps, ME)
    with transaction(undone) as tx:
        assert not jobs.renew(tx, daily.name, ME)
        assert jobs.claim(tx, daily.name, "another", now=MONDAY, ran_before=MONDAY)


def test_two_workers_whose_clocks_differ_run_a_job_no_less_than_it_is_due(
    deps: Deps, frequent: Job, diary: Diary, clock: TestClock
) -> None:
    ahead = TestClock(MONDAY + HOUR)
    other = replace(deps, clock=ahead)
    for _ in range(10):
        runner.run_if_due(other, frequent, "ahead")
        runner.run_if_due(deps, frequent, ME)
        clock.advance(30 * SECOND)
        ahead.advance(30 * SECOND)
    assert len([at for at in diary.at if at < MONDAY + HOUR]) == 10
