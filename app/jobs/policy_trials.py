"""The job that makes trials of drafts: a few people at a time, so that nothing else of the worker waits for it."""

import logging
from datetime import datetime

from app.actions import try_policy as trying
from app.deps import Deps
from app.jobs.chunks import Stopped
from app.jobs.job import Counts
from app.rules.errors import Unavailable
from app.store.policy_trials import Trial

LOG = logging.getLogger(__name__)


def make(deps: Deps, now: datetime) -> Counts:
    """Make every trial that waits. One that cannot be made is marked so, and holds up none behind it."""
    made = failed = 0
    while True:
        with deps.transaction() as tx:
            trial = trying.take_trial(tx, now=now)
        if trial is None:
            return {"trials": made, "failed": failed}
        try:
            _make(deps, trial)
            made += 1
        except (Unavailable, Stopped):
            raise
        except Exception as error:
            LOG.exception("trial %s failed", trial.id)
            with deps.transaction() as tx:
                trying.fail_trial(tx, trial, type(error).__name__, now=deps.now())
            failed += 1


def _make(deps: Deps, trial: Trial) -> None:
    with deps.autocommit() as connection:
        everybody = trying.people_of(connection, trial)
    drawn = everybody[: trying.MOST_PEOPLE]
    tried = trying.Tried()
    for start in range(0, len(drawn), trying.AT_ONCE):
        if deps.stopping.is_set():
            raise Stopped
        with deps.autocommit() as connection:
            tried.add(trying.count_some(connection, trial, drawn[start : start + trying.AT_ONCE]))
    with deps.transaction() as tx:
        trying.finish_trial(tx, trial, tried, len(drawn), len(everybody), now=deps.now())
