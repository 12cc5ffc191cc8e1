"""The scheduler process. APScheduler only ticks; what is due is read from rows, so a missed tick heals itself."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from app.deps import Deps, SystemClock
from app.jobs import runner
from app.jobs.heartbeat import Heartbeat
from app.jobs.job import Job
from app.jobs.outbox_listener import OutboxListener
from app.jobs.schedule import JOBS, declare
from app.metrics import Gauge, show
from app.queries.service_state import gauges
from app.rules.errors import Unavailable

LOG = logging.getLogger(__name__)
LONGEST_TICK_S = 60
RETRY_S = 2
LOOK_S = 1.0
STOP_S = 8.0
"""How long jobs may take to come to an end once the process is told to. A chunk takes less than a second."""


def run(deps: Deps) -> None:
    """Run until SIGTERM or SIGINT, and for some seconds more. Waits for the database where it is away at the start."""
    stopped = deps.stopping
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    _declare(deps, stopped)
    heartbeat = Heartbeat(deps, "scheduler")
    ticking, woken = runner.new_holder(), runner.new_holder()
    scheduler = make_scheduler(deps, ticking)
    listener = OutboxListener(deps.settings.listen_url)
    waker = threading.Thread(target=_wake, args=(deps, listener, woken), name="outbox", daemon=True)
    heartbeat.start()
    scheduler.start()
    waker.start()
    LOG.info("scheduler started with %d jobs", len(JOBS))
    _keep_ticking(scheduler, stopped)
    listener.close()
    ended = _ended(scheduler, waker)
    _give_back(deps, ticking, woken)
    if not ended:
        LOG.error("a job did not come to an end within %g s", STOP_S)
        os._exit(0)
    heartbeat.stop()
    LOG.info("scheduler stopped")


def _keep_ticking(scheduler: BackgroundScheduler, stopped: threading.Event) -> None:
    """Until the end, look whether the machine's clock was set back: the next ticks would wait until it caught up."""
    clock = SystemClock()
    before, mark = clock.now(), time.monotonic()
    while not stopped.wait(LOOK_S):
        now, moment = clock.now(), time.monotonic()
        if now - before < timedelta(seconds=moment - mark - LOOK_S):
            LOG.error("the clock was set back by some %s", timedelta(seconds=moment - mark) - (now - before))
            for job in JOBS:
                scheduler.modify_job(job.name, next_run_time=now)
        before, mark = now, moment


def _ended(scheduler: BackgroundScheduler, waker: threading.Thread) -> bool:
    """Let every job come to the end of its chunk. What has not by then ends with the process, and is rolled back."""
    until = time.monotonic() + STOP_S
    ending = threading.Thread(target=scheduler.shutdown, name="ending", daemon=True)
    ending.start()
    for thread in (waker, ending):
        thread.join(max(until - time.monotonic(), 0))
    return not (waker.is_alive() or ending.is_alive())


def _give_back(deps: Deps, *holders: str) -> None:
    """Give back what is held still, also by runs that met a busy database, so that nobody waits for it."""
    try:
        for holder in holders:
            runner.give_back_all(deps, holder)
    except Unavailable as error:
        LOG.warning("leases could not be given back: %s", error.code)


def _declare(deps: Deps, stopped: threading.Event) -> None:
    while not stopped.is_set():
        try:
            declare(deps)
        except Unavailable:
            LOG.warning("the database is away; trying again in %d s", RETRY_S)
            stopped.wait(RETRY_S)
        else:
            return


def show_metrics(deps: Deps, port: int, host: str) -> None:
    """Show to Prometheus what this scheduler does, and how the service stands."""
    show(port, host, read=lambda: _gauges(deps))


def _gauges(deps: Deps) -> list[Gauge]:
    try:
        with deps.autocommit() as connection:
            return [Gauge(*found) for found in gauges(connection, now=deps.now())]
    except Unavailable:
        return [Gauge("zhifang_database_up", "Whether the database answers.", "database", {"primary": 0.0})]


class Every(BaseTrigger):  # type: ignore[misc]  # the library ships no types
    """Ticks an interval after the last tick, whatever the clock showed then: none is made up for, however many."""

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def __str__(self) -> str:
        return f"every {self._interval}"

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """When to tick next; the first time at once."""
        return now if previous is None else now + self._interval


def make_scheduler(deps: Deps, holder: str) -> BackgroundScheduler:
    """A scheduler in memory with one ticking entry for each job."""
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(6)})
    for job in JOBS:
        scheduler.add_job(
            tick,
            Every(min(job.every, timedelta(seconds=LONGEST_TICK_S))),
            args=(deps, job, holder),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=SystemClock().now(),  # as the library reads it, whatever the database's clock shows
        )
    return scheduler


def _wake(deps: Deps, listener: OutboxListener, holder: str) -> None:
    """Send a push as soon as its notice is committed; where a wake-up is lost, the next tick finds it."""
    job = next(job for job in JOBS if job.name == "deliver")
    while not deps.stopping.is_set():
        if listener.wait():
            _ask(runner.run_now, deps, job, holder)


def tick(deps: Deps, job: Job, holder: str) -> None:
    """Run the job if it is due. A database that is away is logged; the next tick tries again."""
    _ask(runner.run_if_due, deps, job, holder)


def _ask(run_job: Callable[[Deps, Job, str], object], deps: Deps, job: Job, holder: str) -> None:
    """Whatever one run meets, the next is asked for all the same."""
    if deps.stopping.is_set():
        return
    try:
        run_job(deps, job, holder)
    except Unavailable as error:
        LOG.warning("job %s could not run: %s", job.name, error.code)
    except Exception:
        LOG.exception("job %s could not run", job.name)
