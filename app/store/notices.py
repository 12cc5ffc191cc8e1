"""Notices as their recipients take them: handed out in the app, and read."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

HAND_OUT = text(
    """
    UPDATE deliveries d SET state = 'sent', attempts = d.attempts + 1, settled_at = :now
    FROM notices n
    WHERE n.id = d.notice_id AND n.recipient_kind = :recipient_kind AND n.recipient_id = :recipient_id
      AND d.channel = 'in_app' AND d.state = 'pending' AND n.id = ANY(:notice_ids)
    """
)

READ = text(
    """
    WITH read AS (
        UPDATE notices n SET read_at = coalesce(n.read_at, :now)
        WHERE n.id = :notice_id AND n.recipient_kind = :recipient_kind AND n.recipient_id = :recipient_id
        RETURNING n.id, n.read_at
    ), handed AS (
        UPDATE deliveries d SET state = 'sent', attempts = d.attempts + 1, settled_at = :now
        FROM read r WHERE d.notice_id = r.id AND d.channel = 'in_app' AND d.state = 'pending'
    )
    SELECT read_at FROM read
    """
)


def hand_out(
    tx: Connection, recipient_kind: str, recipient_id: UUID, notice_ids: Sequence[UUID], *, now: datetime
) -> None:
    """The recipient's app was given these; other people's are left alone."""
    tx.execute(
        HAND_OUT,
        {"recipient_kind": recipient_kind, "recipient_id": recipient_id, "notice_ids": list(notice_ids), "now": now},
    )


def read(tx: Connection, recipient_kind: str, recipient_id: UUID, notice_id: UUID, *, now: datetime) -> datetime | None:
    """The recipient read it, the first time at the time that is given back; None where it is not the recipient's."""
    return tx.execute(
        READ,
        {"recipient_kind": recipient_kind, "recipient_id": recipient_id, "notice_id": notice_id, "now": now},
    ).scalar_one_or_none()
