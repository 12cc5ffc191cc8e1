"""The table of jobs: what runs when, and why."""

from datetime import time, timedelta

from app.deps import Deps
from app.jobs import maintenance
from app.jobs.job import Job
from app.store import jobs as store

DAY = timedelta(days=1, hours=2)

JOBS: tuple[Job, ...] = (
    Job(
        "watchdog",
        maintenance.watch,
        "finds states that must not be, so that a fault of the service is not taken for a person's silence",
        every=timedelta(seconds=60),
        max_age=timedelta(minutes=10),
    ),
    Job(
        "make_partitions",
        maintenance.make_partitions,
        "positions of the months to come find their own partition",
        daily_at=time(3, 10),
        max_age=DAY,
    ),
    Job(
        "purge",
        maintenance.purge,
        "set-aside reports go after 30 days, records of runs after a year",
        daily_at=time(3, 30),
        max_age=DAY,
    ),
)


def declare(deps: Deps) -> None:
    """Make the jobs known to the database, so that a job that never ran shows as such."""
    with deps.transaction() as tx:
        store.declare(tx, [(job.name, int(job.max_age.total_seconds()), job.why) for job in JOBS])
