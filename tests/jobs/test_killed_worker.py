"""Two schedulers at once, and kill -9 of either: alerts and notices exist exactly once, and work goes on."""

import random
import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from app.deps import SystemClock
from app.jobs.schedule import JOBS
from app.rules.facts import Role
from app.store.jobs import LEASE, last_ok
from app.store.session import make_engine, transaction
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.database import Database
from tests.jobs.processes import Process, running
from tests.patience import PATIENT, eventually

PEOPLE = 120
HOUR = timedelta(hours=1)

COUNTS = text(
    """
    SELECT (SELECT count(*) FROM duties WHERE state = 'missed') AS missed,
           (SELECT count(*) FROM alerts WHERE kind = 'missed_check_in') AS alerts,
           (SELECT count(*) FROM alert_occurrences) AS occurrences,
           (SELECT count(*) FROM duty_events WHERE to_state = 'missed') AS events,
           (SELECT count(*) FROM notices WHERE about_kind = 'alert') AS notices,
           (SELECT count(*) FROM deliveries d JOIN notices n ON n.id = d.notice_id WHERE n.about_kind = 'alert')
               AS deliveries
    """
)


def a_missed_morning(engine: Engine, people: int = PEOPLE) -> None:
    """Everybody missed a window; nobody has judged it yet. At night, nothing else is due."""
    now = SystemClock().now()
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, Role.OFFICER)
        api_up(tx, now - 10 * HOUR, now)
        for _ in range(people):
            person = a_supervised(tx, tree, officer, at=now - 10 * HOUR, planned_until=now + 80 * HOUR)
            a_duty(tx, tree, person, now - 4 * HOUR, now - 2 * HOUR)


def counts(engine: Engine) -> dict[str, int]:
    with transaction(engine) as tx:
        return dict(tx.execute(COUNTS).mappings().one())


@pytest.mark.durable
@pytest.mark.slow
def test_each_miss_is_told_once_however_many_schedulers_die_over_it(durable_database: Database) -> None:
    engine = make_engine(durable_database.url, limits=PATIENT)
    a_missed_morning(engine)
    lots = random.Random(3)  # the moments of the kills repeat
    once = dict.fromkeys(("missed", "alerts", "occurrences", "events", "notices", "deliveries"), PEOPLE)
    with ExitStack() as stack:
        workers = [stack.enter_context(running(durable_database.url, "worker")) for _ in range(2)]
        for _ in range(2):
            time.sleep(1.0 + lots.random())
            victim = lots.randrange(len(workers))
            workers[victim].kill()
            workers[victim] = Process(durable_database.url, "worker")
            stack.callback(_end, workers[victim])
        eventually(lambda: counts(engine) == once)
        time.sleep(3)
        assert counts(engine) == once
    engine.dispose()


def _end(process: Process) -> None:
    if process.alive:
        process.kill()


@pytest.mark.slow
def test_a_scheduler_that_vanished_is_replaced_once_its_lease_is_over(fresh_database: Database) -> None:
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with running(fresh_database.url, "worker"):
        eventually(lambda: ran_well(engine, "judge_duties"))
        with transaction(engine) as tx:
            tx.execute(
                text("UPDATE job_states SET holder = 'vanished', lease_until = clock_timestamp() + :lease"),
                {"lease": LEASE},
            )
        a_missed_morning(engine, people=1)
        eventually(lambda: counts(engine)["missed"] == 1)
    engine.dispose()


def ran_well(engine: Engine, job: str) -> bool:
    with transaction(engine) as tx:
        return last_ok(tx, job) is not None


def test_the_lease_and_the_longest_tick_of_a_sweep_stay_within_fifteen_seconds() -> None:
    ticks = [job.every for job in JOBS if job.name in {"judge_duties", "open_duties", "climb_ladder", "deliver"}]
    assert LEASE + max(ticks) < timedelta(seconds=15)
