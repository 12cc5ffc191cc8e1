"""The job that deletes what only served to supervise and has served its time."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from app.actions.keep_no_longer import FIRST, keep_no_longer
from app.deps import Deps
from app.jobs.job import Counts

AT_ONCE = 200


def delete(deps: Deps, now: datetime) -> Counts:
    """Over everybody, some people in each transaction; what fails stays due until the next run."""
    deleted: Counter[str] = Counter()
    after: UUID | None = FIRST
    while after is not None:
        with deps.transaction() as tx:
            after, of_some = keep_no_longer(tx, after, now=now, limit=AT_ONCE)
        deleted.update(of_some)
    return deleted
