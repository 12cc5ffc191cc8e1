"""A user's own channel as the user may see it: never the address."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.facts import Actor

OWN = text(
    """
    SELECT c.id, c.schema, c.hint, c.wait_min, c.created_at, c.tested_at, c.verified_at, c.retired_at, c.retire_reason,
           last.state AS last_state, last.last_error, last.settled_at AS last_settled_at
    FROM user_channels c
    LEFT JOIN LATERAL (
        SELECT d.state, d.last_error, d.settled_at
        FROM notices n JOIN deliveries d ON d.notice_id = n.id AND d.channel_id = c.id
        WHERE n.recipient_id = c.user_id AND n.created_at >= c.created_at AND d.attempts > 0
        ORDER BY n.seq DESC LIMIT 1
    ) last ON true
    WHERE c.user_id = :user_id AND (c.retired_at IS NULL OR c.retire_reason = 'gone')
    ORDER BY c.created_at DESC, c.id LIMIT 1
    """
)


@dataclass(frozen=True)
class ChannelView:
    """A channel. `state` is `unverified`, `in_use`, or `gone` where the vendor knows the address no more.

    `last_error` is the code of the last try that failed, None where the last message arrived.
    """

    id: UUID
    schema: str
    hint: str
    wait_min: int
    state: str
    created_at: datetime
    tested_at: datetime | None
    verified_at: datetime | None
    last_sent_at: datetime | None
    last_error: str | None


def own_channel(connection: Connection, actor: Actor) -> ChannelView | None:
    """The user's channel: the live one, or the last if it was given up because its address is gone."""
    row = connection.execute(OWN, {"user_id": actor.id}).one_or_none()
    if row is None:
        return None
    sent = row.last_state == "sent"
    return ChannelView(
        id=row.id,
        schema=row.schema,
        hint=row.hint,
        wait_min=row.wait_min,
        state="gone" if row.retired_at else "in_use" if row.verified_at else "unverified",
        created_at=row.created_at,
        tested_at=row.tested_at,
        verified_at=row.verified_at,
        last_sent_at=row.last_settled_at if sent else None,
        last_error=None if sent else row.last_error,
    )
