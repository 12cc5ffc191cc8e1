"""What went before a window that nobody answered: others in a row, how far the phone moved, whether somebody looks."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.duties import Asked, Unanswered
from app.rules.facts import About, Strength, TrackerClient

# Whoever has answered since has ended the episodes before, whoever closed the alert knows why; a miss of a phone that
# was not heard has another cause.
ROWS = """
    SELECT count(*) AS n, count(*) FILTER (WHERE w.kind = 'spot_check') AS spot_checks, min(w.opens_at) AS since
    FROM alerts a
    JOIN alert_occurrences o ON o.alert_id = a.id AND o.source_kind = 'duty' AND o.cause = 'person'
     AND o.recovered_at IS NULL AND o.event_at > d.due_at - interval '1 day' AND o.event_at <= d.opens_at
    JOIN duties w ON w.id = o.source_id
    WHERE a.subject_id = d.subject_id AND a.kind = 'missed_check_in' AND a.handling <> 'closed'
"""

# A fix in twenty may be a stray one. The key of positions is the phone's own clock, which may be some hours off.
APART = """
    SELECT CASE WHEN count(*) > 1 THEN percentile_disc(0.95) WITHIN GROUP (ORDER BY f.away_m) END AS m
    FROM (SELECT greatest(0, ST_Distance(CAST(p.place AS geography), CAST(first_value(p.place) OVER early AS geography))
                 - p.accuracy_m - first_value(p.accuracy_m) OVER early) AS away_m
          FROM positions p
          WHERE p.subject_id = d.subject_id AND p.accuracy_m BETWEEN 0.1 AND 500
            AND p.recorded_at BETWEEN {since} - interval '4 hours' AND d.due_at + interval '4 hours'
            AND p.effective_at BETWEEN {since} AND d.due_at
          WINDOW early AS (ORDER BY p.effective_at, p.id)) f
"""

ASKED = """
    SELECT o.source_kind, o.source_id, o.event_at, o.strength, a.handling = 'closed' AS closed
    FROM alerts a JOIN alert_occurrences o ON o.alert_id = a.id
    WHERE a.subject_id = d.subject_id AND a.kind = 'suspected_separation' AND o.recovered_at IS NULL
      AND o.event_at > d.opens_at - interval '1 day'
    ORDER BY o.event_at DESC, o.n DESC LIMIT 1
"""

BEFORE = text(
    f"""
    SELECT d.id, r.n, r.spot_checks, r.since, own.m AS window_m, every.m AS row_m,
           k.source_kind, k.source_id, k.event_at, k.strength, k.closed,
           EXISTS (SELECT FROM device_bindings b WHERE b.subject_id = d.subject_id AND b.bound @> d.opens_at
                   AND b.platform = ANY(:trackers)) AS only_reports
    FROM duties d
    CROSS JOIN LATERAL ({ROWS}) r
    CROSS JOIN LATERAL ({APART.format(since="d.opens_at")}) own
    CROSS JOIN LATERAL ({APART.format(since="r.since")}) every
    LEFT JOIN LATERAL ({ASKED}) k ON true
    WHERE d.id = ANY(:ids)
    """  # noqa: S608  (constants of this file)
)


def before(tx: Connection, duty_ids: Sequence[UUID]) -> Mapping[UUID, Unanswered]:
    """For each of these check-ins what went before it. One query; the caller has claimed them."""
    rows = tx.execute(BEFORE, {"ids": list(duty_ids), "trackers": list(TrackerClient)})
    return {
        row.id: Unanswered(row.n, row.spot_checks, row.since, row.window_m, row.row_m, _asked(row), row.only_reports)
        for row in rows
    }


def _asked(row: Any) -> Asked | None:
    if row.source_id is None:
        return None
    return Asked(About(row.source_kind, row.source_id), row.event_at, Strength(row.strength), row.closed)
