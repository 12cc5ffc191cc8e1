"""Incidents of many: what fell silent together, since when, and how many it touched. Nothing of a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

SHOWN_FOR = timedelta(days=14)

INCIDENTS = text(
    """
    SELECT i.kind, i.about, i.from_at, i.to_at, i.opened_at, count(x.subject_id) AS subjects,
           count(x.heard_at) AS heard
    FROM incidents i LEFT JOIN incident_subjects x ON x.incident_id = i.id
    WHERE i.to_at IS NULL OR i.opened_at > :since
    GROUP BY i.id ORDER BY i.to_at IS NOT NULL, i.from_at DESC, i.id LIMIT 50
    """
)


@dataclass(frozen=True)
class IncidentView:
    """One incident: how many subjects it touched, and how many of their phones were heard again so far."""

    kind: str
    about: str
    since: datetime
    until: datetime | None
    subjects: int
    heard: int


def incidents(connection: Connection, *, now: datetime) -> tuple[IncidentView, ...]:
    """Those that last, then those of the last fourteen days, the newest first."""
    rows = connection.execute(INCIDENTS, {"since": now - SHOWN_FOR})
    return tuple(IncidentView(row.kind, row.about, row.from_at, row.to_at, row.subjects, row.heard) for row in rows)
