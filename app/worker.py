"""The scheduler process. APScheduler only ticks; what is due is read from rows, so a missed tick heals itself."""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from app.deps import Deps
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


def run(deps: Deps) -> None:
    """Run until SIGTERM or SIGINT. Waits for the database where it is away at the start."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    _declare(deps, stopped)
    heartbeat = Heartbeat(deps, "scheduler")
    scheduler = make_scheduler(deps)
    listener = OutboxListener(deps.settings.listen_url)
    waker = threading.Thread(target=_wake, args=(deps, listener, stopped), name="outbox", daemon=True)
    heartbeat.start()
    scheduler.start()
    waker.start()
    LOG.info("scheduler started with %d jobs", len(JOBS))
    stopped.wait()
    listener.close()
    waker.join(timeout=RETRY_S)
    scheduler.shutdown(wait=True)
    heartbeat.stop()
    LOG.info("scheduler stopped")


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


def make_scheduler(deps: Deps) -> BackgroundScheduler:
    """A scheduler in memory with one ticking entry for each job."""
    scheduler = BackgroundScheduler(timezone=UTC, executors={"default": ThreadPoolExecutor(6)})
    holder = runner.new_holder()
    for job in JOBS:
        scheduler.add_job(
            tick,
            IntervalTrigger(seconds=min(job.every.total_seconds(), LONGEST_TICK_S)),
            args=(deps, job, holder),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=deps.now(),
        )
    return scheduler


def _wake(deps: Deps, listener: OutboxListener, stopped: threading.Event) -> None:
    """Send a push as soon as its notice is committed; where a wake-up is lost, the next tick finds it."""
    job = next(job for job in JOBS if job.name == "deliver")
    holder = runner.new_holder()
    while not stopped.is_set():
        if listener.wait():
            _ask(runner.run_now, deps, job, holder)


def tick(deps: Deps, job: Job, holder: str) -> None:
    """Run the job if it is due. A database that is away is logged; the next tick tries again."""
    _ask(runner.run_if_due, deps, job, holder)


def _ask(run_job: Callable[[Deps, Job, str], object], deps: Deps, job: Job, holder: str) -> None:
    try:
        run_job(deps, job, holder)
    except Unavailable as error:
        LOG.warning("job %s could not run: %s", job.name, error.code)
