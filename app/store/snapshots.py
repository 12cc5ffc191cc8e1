"""Figures of months as they are kept: which are still to take, and how one is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from app.models.compliance import ComplianceSnapshot

# A county that was founded after a month has nothing of it.
UNTAKEN = text(
    """
    SELECT o.id, o.path, m.month
    FROM offices o CROSS JOIN unnest(CAST(:months AS date[])) AS m(month)
    WHERE o.level = 'county' AND o.created_at < (m.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
      AND NOT EXISTS (SELECT FROM compliance_snapshots s WHERE s.office_id = o.id AND s.month = m.month)
    ORDER BY m.month, o.path COLLATE "C"
    """
)


@dataclass(frozen=True)
class Untaken:
    """A county's month of which nothing is kept yet."""

    office_id: UUID
    path: str
    month: date


def untaken(tx: Connection, months: Sequence[date]) -> list[Untaken]:
    """Each county's months of `months` that are not taken, the oldest first."""
    rows = tx.execute(UNTAKEN, {"months": list(months)})
    return [Untaken(row.id, row.path, row.month) for row in rows]


def add(
    tx: Connection, office_id: UUID, month: date, content: Mapping[str, Any], content_hash: str, *, now: datetime
) -> bool:
    """Keep the month; False where another run has kept it already, which then stays."""
    row = {
        "id": uuid5(office_id, f"snapshot|{month.isoformat()}"),
        "office_id": office_id,
        "month": month,
        "taken_at": now,
        "content": dict(content),
        "content_hash": content_hash,
    }
    statement = insert(ComplianceSnapshot).values(row).on_conflict_do_nothing().returning(ComplianceSnapshot.id)
    return tx.execute(statement).one_or_none() is not None
