"""Zones on disk: which hold for whom, how a shape becomes a polygon, and the removal, which is written once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, or_, select

from app.models.zone import Zone as Row
from app.rules.bounds import WeeklyHours, Zone, ZoneKind


def holding(
    tx: Connection, subject_ids: Sequence[UUID], from_at: datetime, until: datetime
) -> Mapping[UUID, Sequence[Zone]]:
    """The zones of these subjects whose term touches [from_at, until), in the order in which they begin. One query.

    A removal ends a zone early: `Zone.until` is the earlier of the two. Hours are for the caller: a zone with hours is
    given whether or not one of them falls into the span. Shapes are measured in the database (`zones.shape`).
    """
    ends = func.least(Row.until, Row.removed_at)  # of times that are there: least leaves NULL out
    rows = tx.execute(
        select(Row.id, Row.subject_id, Row.kind, Row.name, Row.from_at, ends.label("ends"), Row.hours)
        .where(Row.subject_id.in_(subject_ids), Row.from_at < until)
        .where(or_(ends.is_(None), (ends > from_at) & (ends > Row.from_at)))
        .order_by(Row.subject_id, Row.from_at, Row.id)
    )
    found: dict[UUID, list[Zone]] = defaultdict(list)
    for row in rows:
        zone = Zone(row.id, row.subject_id, ZoneKind(row.kind), row.name, row.from_at, row.ends, hours_of(row.hours))
        found[row.subject_id].append(zone)
    return found


def hours_of(stored: Sequence[Mapping[str, Any]]) -> tuple[WeeklyHours, ...]:
    """Hours as the rules know them, from how the table keeps them."""
    return tuple(
        WeeklyHours(frozenset(each["weekdays"]), time.fromisoformat(each["from"]), time.fromisoformat(each["to"]))
        for each in stored
    )
