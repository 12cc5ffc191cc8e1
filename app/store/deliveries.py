"""Deliveries on disk: claimed for a while, then settled by whoever still holds the claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.deliveries import Settlement
from app.store.arrays import as_json

LEASE = timedelta(seconds=60)
"""How long a delivery stays with a worker that is not heard of any more."""

CLAIM = text(
    """
    WITH due AS (
        SELECT d.id, d.next_try_at AS due_at FROM deliveries d JOIN notices n ON n.id = d.notice_id
        WHERE d.state = 'pending' AND d.next_try_at <= :now AND d.channel = 'fcm'
        ORDER BY d.next_try_at, n.seq, d.id LIMIT :limit
        FOR UPDATE OF d SKIP LOCKED
    ), claimed AS (
        UPDATE deliveries d SET next_try_at = :leased_until, lease = :lease, attempts = d.attempts + 1
        FROM due WHERE d.id = due.id
        RETURNING d.id, d.notice_id, d.endpoint_id, d.attempts, due.due_at
    )
    SELECT c.id, c.notice_id, c.attempts, e.kind, e.address,
           CASE WHEN n.read_at IS NOT NULL THEN 'already_read'
                WHEN e.id IS NULL OR e.retired_at IS NOT NULL THEN 'endpoint_retired' END AS pointless
    FROM claimed c
    JOIN notices n ON n.id = c.notice_id
    LEFT JOIN push_endpoints e ON e.id = c.endpoint_id
    ORDER BY c.due_at, n.seq, c.id
    """
)

SETTLE = text(
    """
    WITH settled AS (
        UPDATE deliveries d SET state = s.state, attempts = s.attempts, next_try_at = s.next_try_at, lease = NULL,
            last_error = coalesce(s.error, d.last_error),
            settled_at = CASE WHEN s.state <> 'pending' THEN CAST(:now AS timestamptz) END
        FROM jsonb_to_recordset(CAST(:settlements AS jsonb)) AS s(
            id uuid, state text, attempts integer, next_try_at timestamptz, error text, retire boolean)
        WHERE d.id = s.id AND d.lease = :lease
        RETURNING d.id, d.endpoint_id, d.channel_id, s.retire
    ), gone AS (
        UPDATE user_channels c SET retired_at = :now, retire_reason = 'gone'
        FROM settled s WHERE s.retire AND c.id = s.channel_id AND c.retired_at IS NULL
    ), retired AS (
        UPDATE push_endpoints e SET retired_at = :now, retire_reason = 'unregistered'
        FROM settled s WHERE s.retire AND e.id = s.endpoint_id AND e.retired_at IS NULL
    )
    SELECT id FROM settled
    """
)


@dataclass(frozen=True)
class Claimed:
    """One delivery to be tried now. `pointless` says why there is nothing to send: it was read, or the app is gone."""

    id: UUID
    notice_id: UUID
    attempts: int
    kind: Literal["token", "fid"] | None
    address: str | None = field(repr=False)
    pointless: str | None


def claim(tx: Connection, lease: UUID, *, now: datetime, limit: int) -> list[Claimed]:
    """Take pushes that are due, the longest due first, until the lease runs out; each claim counts as a try.

    Two workers never take the same; what a dead worker took falls due again by itself.
    """
    values = {"now": now, "limit": limit, "lease": lease, "leased_until": now + LEASE}
    return [
        Claimed(row.id, row.notice_id, row.attempts, row.kind, row.address, row.pointless)
        for row in tx.execute(CLAIM, values)
    ]


def settle(tx: Connection, lease: UUID, settlements: Mapping[UUID, Settlement], *, now: datetime) -> set[UUID]:
    """Write what became of claimed deliveries, one statement for all, and retire addresses that are gone.

    Gives those that were still held under this lease; what somebody else took in the meantime is theirs to settle.
    """
    rows = [
        {
            "id": delivery_id,
            "state": settlement.state,
            "attempts": settlement.attempts,
            "next_try_at": settlement.next_try_at,
            "error": settlement.error,
            "retire": settlement.retire_endpoint,
        }
        for delivery_id, settlement in settlements.items()
    ]
    return set(tx.execute(SETTLE, {"settlements": as_json(rows), "lease": lease, "now": now}).scalars())


class AnyClaim(Protocol):
    """What is known of a claimed delivery, whichever channel it goes by."""

    @property
    def id(self) -> UUID:
        """The delivery's."""
        ...

    @property
    def notice_id(self) -> UUID:
        """Of the notice that it brings."""
        ...

    @property
    def attempts(self) -> int:
        """Tries so far, this one too."""
        ...


def failures(settlements: Mapping[UUID, Settlement], claimed: Sequence[AnyClaim]) -> list[UUID]:
    """The notices of which a delivery has come to an end without success."""
    return list(dict.fromkeys(one.notice_id for one in claimed if settlements[one.id].failed))
