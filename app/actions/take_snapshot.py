"""Keep the figures of a county's month as they stand some days after its end."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from app.rules.calendar import add_months, start_of_day
from app.rules.errors import Refused
from app.rules.oversight import Line, content_hash, content_of, months_to_take, taken_from
from app.store import policies, snapshots
from app.store.snapshots import Untaken

WITHOUT_POLICY = 3
"""Days to wait where no policy says within how many a record is written."""


def months_due(tx: Connection, *, now: datetime) -> list[Untaken]:
    """The counties' months that are over, whose last records may be written no more, and that nobody has kept."""
    found = snapshots.untaken(tx, months_to_take(now))
    return [one for one in found if taken_from(one.month, _days(tx, one)) <= now]


def _days(tx: Connection, one: Untaken) -> int:
    """Within how many days a record was to be written at the month's end, by the county's policy of then."""
    end = start_of_day(add_months(one.month, 1))
    try:
        return policies.of_office(tx, one.office_id, at=end).policy.visits.write_within_days
    except Refused:
        return WITHOUT_POLICY


def take_snapshot(tx: Connection, one: Untaken, lines: Sequence[Line], *, now: datetime) -> bool:
    """Keep what was counted, with the hash of it; False where it is kept already."""
    content = content_of(lines)
    return snapshots.add(tx, one.office_id, one.month, content, content_hash(content), now=now)
