"""Alerts that go on unclosed, and those that were told of for that and are settled since."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.facts import AlertKind, Handling
from app.rules.handling import WATCHED, Unhandled
from app.store import policies, states

LEFT = text(
    """
    SELECT a.id, a.subject_id, s.office_id, a.kind, a.handling, o.recorded_at AS since
    FROM alerts a
    JOIN subjects s ON s.id = a.subject_id AND s.status <> 'ended'
    JOIN alert_occurrences o ON o.alert_id = a.id AND o.n = a.occurrences
    WHERE a.handling <> 'closed' AND a.condition = 'active' AND a.kind = ANY(:kinds)
      AND a.opened_at <= CAST(:now AS timestamptz) - interval '1 hour'
      AND NOT EXISTS (SELECT FROM alert_occurrences h
                      WHERE h.source_kind = 'alert' AND h.source_id = a.id AND h.event_at > o.recorded_at)
    ORDER BY a.subject_id, a.id
    """
)

SETTLED = text(
    """
    SELECT a.subject_id, h.source_id AS alert_id
    FROM alerts a
    JOIN alert_occurrences h ON h.alert_id = a.id AND h.source_kind = 'alert' AND h.recovered_at IS NULL
    JOIN alerts left_one ON left_one.id = h.source_id
    WHERE a.kind = 'handling_overdue' AND a.handling <> 'closed' AND a.condition = 'active'
      AND (left_one.handling = 'closed' OR left_one.condition = 'recovered')
    ORDER BY a.subject_id, h.source_id
    """
)


def left(tx: Connection, *, now: datetime) -> list[Unhandled]:
    """What goes on and was closed by nobody, each occurrence of it once, under the locks of those whom it is about."""
    rows = tx.execute(LEFT, {"kinds": list(WATCHED), "now": now}).all()
    if not rows:
        return []
    states.lock(tx, sorted({row.subject_id for row in rows}))
    in_force = policies.in_force(tx, {row.office_id for row in rows}, at=now)
    return [
        Unhandled(
            alert_id=row.id,
            subject_id=row.subject_id,
            office_id=row.office_id,
            kind=AlertKind(row.kind),
            since=row.since,
            taken=row.handling == Handling.ACKNOWLEDGED,
            handle_within_h=in_force[row.office_id].policy.handle_within_h,
            policy_version_id=in_force[row.office_id].version_id,
        )
        for row in rows
    ]


def settled(tx: Connection) -> Sequence[tuple[UUID, UUID]]:
    """Person and alert of what was told of as left, and is closed or over since; under the persons' locks."""
    rows = tx.execute(SETTLED).all()
    if rows:
        states.lock(tx, sorted({row.subject_id for row in rows}))
    return [(row.subject_id, row.alert_id) for row in rows]
