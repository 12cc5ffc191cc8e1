"""The stored fixes that judging looks at, by the time at which they happened."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.places import Point

COLUMNS = (
    "p.id, p.effective_at, p.recorded_at, p.received_at, ST_X(p.place), ST_Y(p.place), p.accuracy_m, "
    "coalesce(p.mock, false), p.provider, p.time_proven"
)
BEFORE = 3
"""How many fixes before the first one are read as well: what a fix weighs is told by its neighbours."""

# Each way to a fix is a short range of an index, however long the history (see FAR_CLOCK in the model): by the phone's
# own time, which is seldom an hour off, and for those that are, by the effective time. The last one reads backward.
READ = text(
    f"""
    SELECT t.subject_id, p.* FROM unnest(CAST(:ids AS uuid[]), CAST(:since AS timestamptz[])) AS t(subject_id, since),
    LATERAL (
        (SELECT {COLUMNS} FROM positions p
         WHERE p.subject_id = t.subject_id AND p.recorded_at >= t.since - interval '1 hour'
           AND p.effective_at >= t.since)
        UNION ALL
        (SELECT {COLUMNS} FROM positions p
         WHERE p.subject_id = t.subject_id AND p.effective_at >= t.since
           AND p.effective_at - p.recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'
           AND p.recorded_at < t.since - interval '1 hour')
        UNION ALL
        (SELECT {COLUMNS} FROM positions p
         WHERE p.subject_id = t.subject_id AND p.recorded_at < t.since + interval '1 hour'
           AND p.effective_at < t.since
         ORDER BY p.recorded_at DESC LIMIT {BEFORE})
    ) AS p
    """  # noqa: S608  (constants of this file)
)

MARKS = text(
    """
    SELECT m.subject_id, m.at, m.position_id, m.mark
    FROM unnest(CAST(:ids AS uuid[]), CAST(:since AS timestamptz[])) AS t(subject_id, since)
    JOIN position_marks m ON m.subject_id = t.subject_id AND m.at >= t.since
    """
)

Marked = tuple[datetime, UUID, str]


def since(tx: Connection, subjects: Mapping[UUID, datetime]) -> Mapping[UUID, list[Point]]:
    """The fixes of each subject from its instant on, and a few before, in order of time. One query."""
    found: dict[UUID, list[Point]] = defaultdict(list)
    for row in tx.execute(READ, _asked(subjects)):
        values: tuple[Any, ...] = tuple(row)
        found[values[0]].append(Point._make(values[1:]))
    for points in found.values():
        points.sort(key=lambda point: (point.at, point.id))
    return found


def marks(tx: Connection, subjects: Mapping[UUID, datetime]) -> Mapping[UUID, Sequence[Marked]]:
    """What is thought already of the fixes of each subject from its instant on. One query."""
    if not subjects:
        return {}
    found: dict[UUID, list[Marked]] = defaultdict(list)
    for row in tx.execute(MARKS, _asked(subjects)):
        found[row.subject_id].append((row.at, row.position_id, row.mark))
    return found


def _asked(subjects: Mapping[UUID, datetime]) -> dict[str, Any]:
    return {"ids": list(subjects), "since": list(subjects.values())}
