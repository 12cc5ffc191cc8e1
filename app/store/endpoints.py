"""The addresses at push services to which a user's or subject's phone listens. One holder an address at a time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text, true, update

from app.models.session import PushEndpoint

TAKE_OVER = text(
    """
    WITH older AS (
        UPDATE push_endpoints SET retired_at = :now, retire_reason = 'moved'
        WHERE retired_at IS NULL
          AND (owner_kind, owner_id, device_id, address)
              IS DISTINCT FROM (:owner_kind, :owner_id, :device_id, coalesce(CAST(:address AS text), address))
          AND (address = CAST(:address AS text) OR (owner_kind = :owner_kind AND device_id = :device_id))
        RETURNING id
    )
    INSERT INTO push_endpoints (id, owner_kind, owner_id, device_id, kind, address, created_at)
    SELECT CAST(md5(concat_ws('|', CAST(:address AS text), CAST(:device_id AS text), earlier.n)) AS uuid),
           :owner_kind, :owner_id, :device_id, 'token', :address, :now
    FROM (SELECT count(*) FROM older) AS retired_first,
         (SELECT count(*) AS n FROM push_endpoints WHERE address = CAST(:address AS text)) AS earlier
    WHERE CAST(:address AS text) IS NOT NULL
    ON CONFLICT (address) WHERE retired_at IS NULL DO NOTHING
    """
)


def take_over(
    tx: Connection, owner_kind: str, owner_id: UUID, device_id: UUID, address: str | None, *, now: datetime
) -> None:
    """The device is the owner's from now on, and listens at `address` where it has one.

    The address leaves whoever had it, and what others still had on this device retires: a push never reaches the last
    person who used a phone. A new address of the same device takes the place of the old one.
    """
    tx.execute(
        TAKE_OVER,
        {"owner_kind": owner_kind, "owner_id": owner_id, "device_id": device_id, "address": address, "now": now},
    )


def retire_of_device(
    tx: Connection, owner_kind: str, owner_id: UUID, device_id: UUID, reason: str, *, now: datetime
) -> None:
    """Nothing is pushed to this device of the owner any more."""
    tx.execute(
        update(PushEndpoint)
        .where(
            PushEndpoint.owner_kind == owner_kind,
            PushEndpoint.owner_id == owner_id,
            PushEndpoint.device_id == device_id,
            PushEndpoint.retired_at.is_(None),
        )
        .values(retired_at=now, retire_reason=reason)
    )


def retire_of_owner(
    tx: Connection, owner_kind: str, owner_id: UUID, reason: str, *, now: datetime, spared: UUID | None = None
) -> None:
    """Nothing is pushed to any device of the owner any more, but to the one that is spared."""
    others = PushEndpoint.device_id.is_distinct_from(spared) if spared else true()
    tx.execute(
        update(PushEndpoint)
        .where(
            PushEndpoint.owner_kind == owner_kind,
            PushEndpoint.owner_id == owner_id,
            PushEndpoint.retired_at.is_(None),
            others,
        )
        .values(retired_at=now, retire_reason=reason)
    )
