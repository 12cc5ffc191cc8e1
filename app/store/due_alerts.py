"""When the ladder or the outbox has something to do next: a replay jumps there."""

from datetime import datetime

from sqlalchemy import Connection, text

NEXT = text(
    """
    SELECT least((SELECT min(next_step_at) FROM alerts WHERE next_step_at IS NOT NULL),
                 (SELECT min(next_try_at) FROM deliveries WHERE state = 'pending'))
    """
)


def next_due(connection: Connection) -> datetime | None:
    """The earliest step of a ladder or try of a delivery, in the past or to come; None where nothing is waiting."""
    due: datetime | None = connection.execute(NEXT).scalar_one()
    return due
