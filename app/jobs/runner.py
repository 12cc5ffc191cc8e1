"""One run of one job: claim its lease, keep it while running, record the outcome, give it back."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

from structlog.contextvars import bound_contextvars

from app.deps import Deps
from app.jobs.chunks import Stopped
from app.jobs.job import Counts, Job
from app.metrics import JOB_RUNS, JOB_SECONDS
from app.rules.errors import Unavailable
from app.store import jobs as store

LOG = logging.getLogger(__name__)
RENEWAL_S = store.LEASE.total_seconds() / 3
MARGIN = timedelta(milliseconds=500)
"""Ticks are never exact: a run counts as the previous one's period if it started this much early."""


def new_holder() -> str:
    """A name for this worker that no other has."""
    return uuid4().hex


def run_if_due(deps: Deps, job: Job, holder: str) -> store.Run | None:
    """Run the job if its time has come and nobody else holds it; None otherwise, or where it was broken off."""
    return _run(deps, job, holder, ran_before=job.due_since(deps.now()) + MARGIN)


def run_now(deps: Deps, job: Job, holder: str, *, at: datetime | None = None) -> store.Run | None:
    """Run the job at once, whenever it ran last; None where somebody else holds it.

    With `at` it runs as if it were then. That is on record, and says nothing of how the job stands today.
    """
    return _run(deps, job, holder, ran_before=datetime.max.replace(tzinfo=deps.now().tzinfo), at=at)


def give_back_all(deps: Deps, holder: str) -> None:
    """Let other workers take at once whatever this one holds still."""
    with deps.transaction() as tx:
        store.give_back_all(tx, holder)


def _run(deps: Deps, job: Job, holder: str, *, ran_before: datetime, at: datetime | None = None) -> store.Run | None:
    started_at = deps.now()
    with deps.transaction() as tx:
        if not store.claim(tx, job.name, holder, now=started_at, ran_before=ran_before):
            return None
    try:
        with _lease_kept(deps, job, holder), bound_contextvars(job=job.name), JOB_SECONDS.labels(job.name).time():
            outcome, counts, error = _outcome(deps, job, at or started_at)
    except Stopped:
        LOG.info("job %s is left to another worker", job.name)
        with deps.transaction() as tx:
            store.give_back(tx, job.name, holder)
        return None
    JOB_RUNS.labels(job.name, outcome).inc()
    run = store.Run(job.name, started_at, deps.now(), outcome, counts, error, as_if=at is not None)
    with deps.transaction() as tx:
        store.release(tx, run, holder)
    return run


def _outcome(deps: Deps, job: Job, now: datetime) -> tuple[str, Counts, str | None]:
    """A run that throws is `failed`, never `ok`; one that left items behind is `partial`."""
    try:
        counts = job.run(deps, now)
    except (Unavailable, Stopped):
        raise
    except Exception as error:
        LOG.exception("job %s failed", job.name)
        return "failed", {}, type(error).__name__
    return ("partial" if counts.get("failed") else "ok"), counts, None


@contextmanager
def _lease_kept(deps: Deps, job: Job, holder: str) -> Iterator[None]:
    done = threading.Event()
    keeper = threading.Thread(target=_keep, args=(deps, job.name, holder, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(deps: Deps, name: str, holder: str, done: threading.Event) -> None:
    while not done.wait(RENEWAL_S):
        try:
            with deps.transaction() as tx:
                store.renew(tx, name, holder)
        except Unavailable:
            LOG.warning("lease of job %s could not be renewed", name)
        except Exception:  # the next renewal may go through; a thread that ended over this one would lose the lease
            LOG.exception("lease of job %s could not be renewed", name)
