"""Users' own channels on disk: sealed addresses, and what of the outbox is to go to them."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text, update

from app.config import Settings
from app.models.channel import UserChannel
from app.rules.channels import CODE_DIGITS, Address, Schema, Standing
from app.rules.errors import Conflict
from app.store.deliveries import LEASE
from app.store.sealing import Keys, Purpose, Sealed, seal

CHANNEL = "apprise"
DAY = timedelta(days=1)

CLAIM = text(
    """
    WITH due AS (
        SELECT d.id, d.next_try_at AS due_at FROM deliveries d JOIN notices n ON n.id = d.notice_id
        WHERE d.state = 'pending' AND d.next_try_at <= :now AND d.channel = 'apprise'
        ORDER BY d.next_try_at, n.seq, d.id LIMIT :limit
        FOR UPDATE OF d SKIP LOCKED
    ), claimed AS (
        UPDATE deliveries d SET next_try_at = :leased_until, lease = :lease, attempts = d.attempts + 1
        FROM due WHERE d.id = due.id
        RETURNING d.id, d.notice_id, d.channel_id, d.attempts, due.due_at
    )
    SELECT c.id, c.notice_id, c.attempts, n.about_kind, u.id AS channel_id, u.user_id, u.schema, u.cipher,
           u.key_version, u.tests,
           CASE WHEN n.about_kind = 'channel' THEN
                     CASE WHEN u.retired_at IS NOT NULL OR n.step <> 'test.' || u.tests THEN 'replaced' END
                WHEN n.read_at IS NOT NULL THEN 'already_read'
                WHEN u.retired_at IS NOT NULL OR u.verified_at IS NULL THEN 'endpoint_retired'
                WHEN w.disabled_at IS NOT NULL THEN 'account_closed' END AS pointless
    FROM claimed c
    JOIN notices n ON n.id = c.notice_id
    JOIN user_channels u ON u.id = c.channel_id
    JOIN users w ON w.id = u.user_id
    ORDER BY c.due_at, n.seq, c.id
    """
)

SEND_TEST = text(
    """
    INSERT INTO deliveries (id, notice_id, channel, endpoint, channel_id, state, next_try_at, attempts)
    VALUES (md5(CAST(:notice_id AS text) || 'apprise' || CAST(:channel_id AS text))::uuid, :notice_id, 'apprise',
            CAST(:channel_id AS text), :channel_id, 'pending', :now, 0)
    ON CONFLICT (notice_id, channel, endpoint) DO UPDATE SET next_try_at = excluded.next_try_at
    """
)

GONE_UNTOLD = text(
    """
    SELECT c.id, c.user_id, c.schema FROM user_channels c
    WHERE c.retire_reason = 'gone'
      AND NOT EXISTS (SELECT FROM notices n WHERE n.about_kind = 'channel' AND n.about_id = c.id AND n.step = 'gone')
    ORDER BY c.id
    """
)

# Where no phone can be reached by push, waiting for it to be read there would be waiting for nothing.
HURRY = text(
    """
    UPDATE deliveries a SET next_try_at = :now
    WHERE a.notice_id = ANY(:notice_ids) AND a.channel = 'apprise' AND a.state = 'pending' AND a.attempts = 0
      AND a.next_try_at > :now
      AND NOT EXISTS (SELECT FROM deliveries d WHERE d.notice_id = a.notice_id AND d.channel = 'fcm'
                      AND d.state IN ('pending', 'sent'))
    """
)


@dataclass(frozen=True)
class ChannelClaim:
    """One delivery to a user's channel, to be tried now. `pointless` says why there is nothing to send."""

    id: UUID
    notice_id: UUID
    attempts: int
    about_kind: str
    channel_id: UUID
    user_id: UUID
    schema: str
    sealed: Sealed = field(repr=False)
    tests: int
    pointless: str | None


def claim(tx: Connection, lease: UUID, *, now: datetime, limit: int) -> list[ChannelClaim]:
    """Take what is due for channels, the longest due first, until the lease runs out; each claim counts as a try."""
    values = {"now": now, "limit": limit, "lease": lease, "leased_until": now + LEASE}
    return [
        ChannelClaim(
            id=row.id,
            notice_id=row.notice_id,
            attempts=row.attempts,
            about_kind=row.about_kind,
            channel_id=row.channel_id,
            user_id=row.user_id,
            schema=row.schema,
            sealed=Sealed(row.key_version, row.cipher),
            tests=row.tests,
            pointless=row.pointless,
        )
        for row in tx.execute(CLAIM, values)
    ]


def hurry(tx: Connection, notice_ids: Iterable[UUID], *, now: datetime) -> None:
    """What waits for these notices to be read on a phone goes now, where no push reached or can reach one."""
    tx.execute(HURRY, {"notice_ids": list(notice_ids), "now": now})


def lock(tx: Connection, user_id: UUID) -> Standing | None:
    """The user's live channel, locked; None where there is none."""
    row = tx.execute(
        select(
            UserChannel.id,
            UserChannel.schema,
            UserChannel.tests,
            UserChannel.tested_at,
            UserChannel.wrong_codes,
            UserChannel.verified_at,
        )
        .where(UserChannel.user_id == user_id, UserChannel.retired_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    return Standing(row.id, Schema(row.schema), row.tests, row.tested_at, row.wrong_codes, row.verified_at)


def fingerprint_of(tx: Connection, channel_id: UUID) -> tuple[UUID, bytes] | None:
    """Whose channel has this client-made id, and the fingerprint of what was sent with it."""
    row = tx.execute(
        select(UserChannel.user_id, UserChannel.fingerprint).where(UserChannel.id == channel_id)
    ).one_or_none()
    return (row.user_id, row.fingerprint) if row else None


def made_today(tx: Connection, user_id: UUID, *, now: datetime) -> int:
    """How many channels the user has set within a day."""
    made = select(func.count()).where(UserChannel.user_id == user_id, UserChannel.created_at > now - DAY)
    return tx.execute(made).scalar_one()


def add(
    tx: Connection,
    keys: Keys,
    channel_id: UUID,
    user_id: UUID,
    address: Address,
    wait_min: int,
    *,
    fingerprint: bytes,
    now: datetime,
) -> None:
    """Seal and write the user's channel, in place of the one before. Nothing goes to it until it is verified."""
    retire(tx, user_id, "replaced", now=now)
    sealed = seal(keys, Purpose.CHANNEL, channel_id, address.url.encode())
    row = {
        "id": channel_id,
        "user_id": user_id,
        "schema": address.schema.value,
        "cipher": sealed.cipher,
        "key_version": sealed.version,
        "hint": address.hint,
        "wait_min": wait_min,
        "created_at": now,
        "fingerprint": fingerprint,
    }
    tx.execute(insert(UserChannel), row)


def retire(tx: Connection, user_id: UUID, reason: str, *, now: datetime) -> None:
    """Nothing goes to the user's channel any more."""
    live = (UserChannel.user_id == user_id, UserChannel.retired_at.is_(None))
    tx.execute(update(UserChannel).where(*live).values(retired_at=now, retire_reason=reason))


def set_wait(tx: Connection, channel_id: UUID, wait_min: int) -> None:
    """How long the channel waits from now on for a notice to be read on a phone."""
    tx.execute(update(UserChannel).where(UserChannel.id == channel_id).values(wait_min=wait_min))


def note_test(tx: Connection, channel_id: UUID, notice_id: UUID, *, now: datetime) -> None:
    """One more test of the channel, which goes out at once; wrong codes count from nought again."""
    tested = {"tests": UserChannel.tests + 1, "tested_at": now, "wrong_codes": 0}
    tx.execute(update(UserChannel).where(UserChannel.id == channel_id).values(tested))
    tx.execute(SEND_TEST, {"notice_id": notice_id, "channel_id": channel_id, "now": now})


def note_wrong_code(tx: Connection, channel_id: UUID) -> None:
    """Somebody entered another code than the one that was sent."""
    counted = {"wrong_codes": UserChannel.wrong_codes + 1}
    tx.execute(update(UserChannel).where(UserChannel.id == channel_id).values(counted))


def note_verified(tx: Connection, channel_id: UUID, *, now: datetime) -> None:
    """The code came back: whoever set the channel reads it."""
    tx.execute(update(UserChannel).where(UserChannel.id == channel_id).values(verified_at=now))


def code(settings: Settings, channel_id: UUID, test: int) -> str:
    """The code of a channel's test with this number: nobody can tell it without the service's secret."""
    digest = hmac.digest(settings.token_secret.encode(), f"channel-code|{channel_id}|{test}".encode(), sha256)
    return f"{int.from_bytes(digest[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def refuse_reused(tx: Connection, channel_id: UUID, user_id: UUID, fingerprint: bytes) -> bool:
    """Whether this very request was served before; Conflict `id_reused` where the id stands for something else."""
    found = fingerprint_of(tx, channel_id)
    if found is None:
        return False
    if found != (user_id, fingerprint):
        raise Conflict("id_reused")
    return True


def gone_untold(tx: Connection) -> list[tuple[UUID, UUID, str]]:
    """(channel, user, schema) of channels that the vendor knows no more, and whose user was not told of it yet."""
    return [(row.id, row.user_id, row.schema) for row in tx.execute(GONE_UNTOLD)]
