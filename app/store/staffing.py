"""Who takes alerts in which office, when they are away, and whom to tell at its county."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.staffing import LOOK_AHEAD, Holder, Span, Staffing
from app.store.scope import UPWARD

MEMORY = timedelta(days=31)
"""Absences that ended longer ago cannot be the beginning of a stretch that still goes on."""

OFFICES = text(
    f"""
    SELECT o.id, c.id AS county_id FROM offices o
    LEFT JOIN offices c ON c.level = 'county' AND c.path = {UPWARD}
    WHERE (CAST(:office_ids AS uuid[]) IS NULL OR o.id = ANY(:office_ids))
      AND EXISTS (SELECT FROM subjects s WHERE s.office_id = o.id AND s.status = 'in_correction')
    ORDER BY o.path
    """  # noqa: S608  (put together from a constant)
)

HOLDERS = text(
    """
    SELECT r.office_id, r.user_id, lower(r.held) AS held_from, upper(r.held) AS held_to, x.away_from, x.away_to
    FROM user_roles r
    JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
    CROSS JOIN LATERAL (
        SELECT array_agg(lower(a.away) ORDER BY a.away) AS away_from,
               array_agg(upper(a.away) ORDER BY a.away) AS away_to
        FROM absences a
        WHERE a.user_id = r.user_id AND a.withdrawn_at IS NULL AND NOT isempty(a.away)
          AND a.away && tstzrange(:since, :until)
    ) x
    WHERE r.office_id = ANY(:office_ids) AND r.role IN ('officer', 'aide') AND NOT isempty(r.held)
    ORDER BY u.login, r.role
    """
)

COUNTY = text(
    """
    SELECT r.office_id, r.user_id FROM user_roles r JOIN users u ON u.id = r.user_id AND u.disabled_at IS NULL
    WHERE r.office_id = ANY(:county_ids) AND r.role IN ('county_staff', 'county_head')
      AND r.held @> CAST(:now AS timestamptz)
    ORDER BY u.login
    """
)


def facts(tx: Connection, *, now: datetime, office_ids: Collection[UUID] | None = None) -> list[Staffing]:
    """Every office with subjects in correction (or those of `office_ids`), in the order of their paths."""
    wanted = None if office_ids is None else list(office_ids)
    offices = {row.id: row.county_id for row in tx.execute(OFFICES, {"office_ids": wanted})}
    if not offices:
        return []
    holders = _holders(tx, offices, now)
    county: dict[UUID, dict[UUID, None]] = defaultdict(dict)
    for row in tx.execute(COUNTY, {"county_ids": list({*offices.values()} - {None}), "now": now}):
        county[row.office_id][row.user_id] = None
    return [
        Staffing(office_id, tuple(holders[office_id]), tuple(county[county_id]))
        for office_id, county_id in offices.items()
    ]


def offices_of_user(tx: Connection, user_id: UUID, *, now: datetime) -> list[UUID]:
    """The offices in which the user takes alerts now or will do: those that an absence of theirs concerns."""
    found = tx.execute(
        text(
            "SELECT DISTINCT office_id FROM user_roles WHERE user_id = :user_id AND role IN ('officer', 'aide')"
            " AND (upper(held) IS NULL OR upper(held) > :now)"
        ),
        {"user_id": user_id, "now": now},
    )
    return list(found.scalars())


def _holders(tx: Connection, offices: Collection[UUID], now: datetime) -> dict[UUID, list[Holder]]:
    found: dict[UUID, list[Holder]] = defaultdict(list)
    values = {"office_ids": list(offices), "since": now - MEMORY, "until": now + LOOK_AHEAD}
    for row in tx.execute(HOLDERS, values):
        found[row.office_id].append(_holder(row))
    return found


def _holder(row: Any) -> Holder:
    away = zip(row.away_from or (), row.away_to or (), strict=True)
    return Holder(Span(row.held_from, row.held_to), tuple(Span(from_at, to_at) for from_at, to_at in away))
