"""What asks a person to look and a few fixes do not show: digits frozen for a day, and fixes dated ahead."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.fakes import QUIET, Ahead, Frozen

BEFORE = timedelta(days=14)
"""A phone whose digits never varied in this time before repeats them by its nature."""

# The newest fix of each, and back from it: only where none in that time differs is there more to be read.
FROZEN = text(
    """
    SELECT t.subject_id, min(p.effective_at) AS from_at, t.at AS until, count(*) AS fixes
    FROM unnest(CAST(:ids AS uuid[]), CAST(:at AS timestamptz[])) AS t(subject_id, at)
    JOIN LATERAL (
        SELECT p.lon, p.lat FROM positions p
        WHERE p.subject_id = t.subject_id AND p.effective_at = t.at
          AND p.recorded_at BETWEEN t.at - interval '1 hour' AND t.at + interval '1 hour'
        ORDER BY p.id LIMIT 1) newest ON true
    JOIN positions p ON p.subject_id = t.subject_id AND p.effective_at BETWEEN t.at - :span * 1.5 AND t.at
     AND p.recorded_at BETWEEN t.at - :span * 1.5 - interval '1 hour' AND t.at + interval '1 hour'
     AND p.lon = newest.lon AND p.lat = newest.lat
    WHERE NOT EXISTS (
        SELECT FROM positions o
        WHERE o.subject_id = t.subject_id AND o.effective_at BETWEEN t.at - :span AND t.at
          AND o.recorded_at BETWEEN t.at - :span - interval '1 hour' AND t.at + interval '1 hour'
          AND (o.lon <> newest.lon OR o.lat <> newest.lat))
      AND 3 <= (
        SELECT count(DISTINCT (o.lon, o.lat)) FROM positions o
        WHERE o.subject_id = t.subject_id AND o.recorded_at BETWEEN t.at - :before AND t.at)
    GROUP BY t.subject_id, t.at
    """
)

AHEAD = text(
    """
    SELECT subject_id, min(received_at) AS at, count(*) AS fixes FROM poison
    WHERE received_at > :since AND reason = 'future_time' AND subject_id = ANY(:ids) GROUP BY subject_id
    """
)

ASKED = text(
    """
    SELECT a.subject_id, o.event_at FROM alerts a JOIN alert_occurrences o ON o.alert_id = a.id
    WHERE a.subject_id = ANY(:ids) AND a.kind = 'suspected_fake'
    """
)


def frozen(tx: Connection, newest: Mapping[UUID, datetime], *, span: timedelta) -> Mapping[UUID, Frozen]:
    """For subjects with the instant of their newest fix: those whose fixes did not differ by a digit for `span`."""
    if not newest:
        return {}
    values = {"ids": list(newest), "at": list(newest.values()), "span": span, "before": BEFORE}
    return {row.subject_id: Frozen(row.from_at, row.until, row.fixes) for row in tx.execute(FROZEN, values)}


def ahead(tx: Connection, subject_ids: Sequence[UUID], *, now: datetime) -> Mapping[UUID, Ahead]:
    """Who sent fixes within the last day that lay ahead of their arrival."""
    if not subject_ids:
        return {}
    rows = tx.execute(AHEAD, {"ids": list(subject_ids), "since": now - QUIET})
    return {row.subject_id: Ahead(row.at, row.fixes) for row in rows}


def asked(tx: Connection, subject_ids: Sequence[UUID]) -> Mapping[UUID, tuple[datetime, ...]]:
    """Of which instants a person was asked before to look at each."""
    found: dict[UUID, list[datetime]] = defaultdict(list)
    for row in tx.execute(ASKED, {"ids": list(subject_ids)}):
        found[row.subject_id].append(row.event_at)
    return {subject_id: tuple(some) for subject_id, some in found.items()}
