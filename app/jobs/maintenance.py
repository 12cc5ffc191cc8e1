"""The jobs that look after the service itself."""

import logging
from datetime import datetime

from app.actions import keep_up
from app.actions.account_for_days import account_for_days
from app.actions.note_faults import note_faults
from app.deps import Deps
from app.jobs.job import Counts
from app.queries.watchdog import impossible_states, left_behind, left_to_people, stale_jobs

LOG = logging.getLogger(__name__)


def make_partitions(deps: Deps, now: datetime) -> Counts:
    """Partitions for the months ahead."""
    with deps.transaction() as tx:
        return keep_up.make_partitions(tx, now=now)


def load_units(deps: Deps, now: datetime) -> Counts:
    """The units of the next province of which none are on record."""
    with deps.transaction() as tx:
        return keep_up.load_units(tx, now=now)


def purge(deps: Deps, now: datetime) -> Counts:
    """End what may be kept no longer."""
    with deps.transaction() as tx:
        return keep_up.purge(tx, now=now)


def watch(deps: Deps, now: datetime) -> Counts:
    """Look for states that must not be; each makes the run `partial`, the health page red, and is told to the
    administrators, as is a job that is late. That this job runs shows that a scheduler does.

    What waits too long for people is counted beside them: the office table shows the supervisor where.
    """
    with deps.autocommit() as connection:
        states = {**impossible_states(connection, now=now), **left_behind(connection, now=now)}
        left = left_to_people(connection, now=now)
        stale = stale_jobs(connection, now=now)
    found = {state: n for state, n in states.items() if n}
    if found:
        LOG.error("states that must not be: %s", found)
    with deps.transaction() as tx:
        note_faults(tx, {**states, **stale, "scheduler_away": 0}, now=now)
    return {**found, **left, "failed": sum(found.values())}


def account(deps: Deps, now: datetime) -> Counts:
    """Were all checks of the last days made? Where they were not, the administrators are told."""
    with deps.transaction() as tx:
        counts = account_for_days(tx, now=now)
        note_faults(tx, {"days_not_made": counts["not_made"]}, now=now)
    return counts
