"""The job that deletes photos whose time is over."""

from datetime import datetime

from app.actions.delete_photos import delete_photos
from app.deps import Deps
from app.jobs.job import Counts

AT_ONCE = 200


def delete(deps: Deps, now: datetime) -> Counts:
    """Delete in chunks, each in its own transaction; what fails stays due, and the watchdog tells of it."""
    deleted = 0
    while True:
        with deps.transaction() as tx:
            found = delete_photos(tx, now=now, limit=AT_ONCE)
        deleted += found
        if found < AT_ONCE:
            return {"photos": deleted}
