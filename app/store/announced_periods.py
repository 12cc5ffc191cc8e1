"""Announced periods on disk: announced, found, withdrawn. Their occasions are written by a job (`period_spreading`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from app.models.announced_period import AnnouncedPeriod
from app.models.office import Office
from app.rules.announced_periods import Announced, Standing
from app.rules.facts import Actor, Grant
from app.store.scope import offices_of


def office_within_reach(tx: Connection, actor: Actor, office_id: UUID) -> bool:
    """Whether the actor's grants reach that office."""
    return tx.execute(select(Office.id).where(Office.id == office_id, offices_of(actor))).first() is not None


def find(tx: Connection, period_id: UUID) -> tuple[UUID, bytes] | None:
    """For which office a period was announced, with the fingerprint of the request; None where there is none."""
    columns = (AnnouncedPeriod.office_id, AnnouncedPeriod.body_hash)
    row = tx.execute(select(*columns).where(AnnouncedPeriod.id == period_id)).one_or_none()
    return (row.office_id, row.body_hash) if row else None


def standing(tx: Connection, actor: Actor, period_id: UUID) -> Standing | None:
    """A period of an office within reach, locked; None for any other."""
    row = tx.execute(
        select(AnnouncedPeriod.__table__)
        .join(Office, Office.id == AnnouncedPeriod.office_id)
        .where(AnnouncedPeriod.id == period_id, offices_of(actor))
        .with_for_update(of=AnnouncedPeriod)
    ).one_or_none()
    return Standing(row.id, row.office_id, row.withdrawn_by, row.withdraw_reason) if row else None


def add(tx: Connection, period: Announced, *, announced_by: UUID, now: datetime) -> None:
    """Write a period; a job then tells everybody's file of it."""
    row: dict[str, Any] = {
        "id": period.id,
        "office_id": period.office_id,
        "kind": period.kind,
        "title": period.title,
        "from_at": period.from_at,
        "until": period.until,
        "reason": period.reason,
        "announced_by": announced_by,
        "announced_at": now,
        "body_hash": period.body_hash,
    }
    tx.execute(insert(AnnouncedPeriod), row)


def withdraw(tx: Connection, period_id: UUID, reason: str, *, withdrawn_by: UUID, now: datetime) -> None:
    """Note that it does not hold; a job then takes back what was written of it."""
    values = {"withdrawn_at": now, "withdrawn_by": withdrawn_by, "withdraw_reason": reason, "spread_at": None}
    tx.execute(update(AnnouncedPeriod).where(AnnouncedPeriod.id == period_id).values(**values, spread_after=None))


def paths_above(grants: Sequence[Grant]) -> list[str]:
    """The paths of the offices of these grants and of all above them."""
    found = set()
    for grant in grants:
        parts = grant.office_path.split(".")
        found |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return sorted(found)
