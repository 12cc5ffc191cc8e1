"""The job that keeps each county's figures of a month."""

from datetime import datetime

from app.actions.take_snapshot import months_due, take_snapshot
from app.deps import Deps
from app.jobs.job import Counts
from app.queries.oversight import Asked, cells
from app.rules.facts import Actor, Grant, Role
from app.rules.oversight import Unit, span_of


def take(deps: Deps, now: datetime) -> Counts:
    """Each county's month in a transaction of its own: counted in one statement, and kept."""
    with deps.transaction() as tx:
        due = months_due(tx, now=now)
    taken = 0
    for one in due:
        reader = Actor("job", grants=(Grant(Role.COUNTY_STAFF, one.office_id, one.path),))
        with deps.transaction() as tx:
            lines = cells(tx, reader, Asked(span_of(Unit.MONTH, one.month)), now=now)
            taken += take_snapshot(tx, one, lines, now=now)
    return {"snapshots": taken}
