"""How people check in, as sums over the tries of a stretch of days. What stands out is for the rule to say."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.rules.patterns import LEAST_DAYS, LEAST_SHARED_DAYS, SAME_PLACE_M, TOGETHER, Habit, Shared

# Tries of phones that were not refused; a person's index entries of the stretch are read, and nothing older.
TRIES = """
    SELECT a.subject_id, a.id, a.duty_id, a.place, coalesce(a.effective_at, a.received_at) AS at
    FROM attempts a
    WHERE a.subject_id = ANY(:ids) AND a.received_at >= :since AND a.received_at <= :now
      AND a.outcome <> 'refused' AND a.officer_id IS NULL
"""

# Of several tries for one window the first counts. The spread of places is the diagonal of their box: never too small.
HABITS = text(
    f"""
    WITH first AS (
        SELECT DISTINCT ON (t.subject_id, t.duty_id) t.subject_id, d.rule_code, t.at, t.at - d.opens_at AS after_start,
               t.at AT TIME ZONE 'Asia/Shanghai' AS local_at, ST_X(t.place) AS lon, ST_Y(t.place) AS lat
        FROM ({TRIES}) AS t JOIN duties d ON d.id = t.duty_id AND d.kind = 'check_in'
        ORDER BY t.subject_id, t.duty_id, t.at, t.id
    ), of_window AS (
        SELECT subject_id, rule_code, count(DISTINCT CAST(local_at AS date)) AS days,
               min(CAST(local_at AS time)) AS earliest,
               extract(epoch FROM max(CAST(local_at AS time)) - min(CAST(local_at AS time))) AS spread_s
        FROM first GROUP BY subject_id, rule_code
    ), steadiest AS (
        SELECT DISTINCT ON (subject_id) * FROM of_window WHERE days >= :least_days ORDER BY subject_id, spread_s
    )
    SELECT f.subject_id, count(DISTINCT CAST(f.local_at AS date)) AS days, max(f.at) - min(f.at) AS span,
           CAST(extract(epoch FROM max(f.after_start)) AS float) AS latest_start_s,
           coalesce(max(s.days), 0) AS minute_days, CAST(max(s.spread_s) AS float) AS minute_spread_s,
           to_char(max(s.earliest), 'HH24:MI') AS minute_at,
           count(DISTINCT CAST(f.local_at AS date)) FILTER (WHERE f.lon IS NOT NULL) AS place_days,
           sqrt(power((max(f.lat) - min(f.lat)) * 110574, 2)
                + power((max(f.lon) - min(f.lon)) * 111320 * cos(radians(avg(f.lat))), 2)) AS place_spread_m,
           coalesce(max(f.lon) = min(f.lon) AND max(f.lat) = min(f.lat), false) AS same_digits
    FROM first f LEFT JOIN steadiest s ON s.subject_id = f.subject_id
    GROUP BY f.subject_id ORDER BY f.subject_id
    """  # noqa: S608  (put together from constants of this file)
)

# Tries meet in cells of a minute by some ten metres, each in its own and in those whose edge it is near, so that no two
# are missed for lying on two sides of one; then the true distances decide. Grouped, not joined: the planner cannot
# know how few tries share a cell, and would compare each with each.
TOGETHER_OFTEN = text(
    f"""
    WITH cell AS (
        SELECT array_agg(t.subject_id) AS who, array_agg(t.at) AS at,
               array_agg(ST_X(t.place)) AS lon, array_agg(ST_Y(t.place)) AS lat
        FROM ({TRIES}) AS t
        CROSS JOIN LATERAL (VALUES (0), (1)) AS later(minute)
        CROSS JOIN LATERAL (SELECT DISTINCT floor((ST_X(t.place) + e) * 10000) AS cell
                            FROM (VALUES (-0.00001), (0.00001)) AS v(e)) AS x
        CROSS JOIN LATERAL (SELECT DISTINCT floor((ST_Y(t.place) + e) * 10000) AS cell
                            FROM (VALUES (-0.00001), (0.00001)) AS v(e)) AS y
        WHERE t.place IS NOT NULL
        GROUP BY floor(extract(epoch FROM t.at) / 60) + later.minute, x.cell, y.cell
        HAVING min(CAST(t.subject_id AS text)) <> max(CAST(t.subject_id AS text))
    )
    SELECT a.who AS subject_id, b.who AS other_id,
           count(DISTINCT CAST(a.at AT TIME ZONE 'Asia/Shanghai' AS date)) AS days
    FROM cell c
    CROSS JOIN LATERAL unnest(c.who, c.at, c.lon, c.lat) AS a(who, at, lon, lat)
    CROSS JOIN LATERAL unnest(c.who, c.at, c.lon, c.lat) AS b(who, at, lon, lat)
    WHERE a.who <> b.who AND abs(extract(epoch FROM b.at - a.at)) <= :together_s
      AND sqrt(power((b.lat - a.lat) * 110574, 2)
               + power((b.lon - a.lon) * 111320 * cos(radians(a.lat)), 2)) <= :metres
    GROUP BY a.who, b.who
    HAVING count(DISTINCT CAST(a.at AT TIME ZONE 'Asia/Shanghai' AS date)) >= :least_days
    ORDER BY a.who, b.who
    """  # noqa: S608  (put together from constants of this file)
)

SAME_DEVICE = text(
    """
    SELECT DISTINCT b.subject_id, o.subject_id AS other_id
    FROM device_bindings b
    JOIN device_bindings o ON o.device_id = b.device_id AND o.subject_id <> b.subject_id
    WHERE b.subject_id = ANY(:ids) AND o.subject_id = ANY(:ids)
      AND b.bound && tstzrange(:since, :now, '[]') AND o.bound && tstzrange(:since, :now, '[]')
    ORDER BY b.subject_id, o.subject_id
    """
)


def habits(
    connection: Connection, ids: Sequence[UUID], *, since: datetime, now: datetime
) -> Iterator[tuple[UUID, Habit]]:
    """How each of these people checked in since then; who did not is left out. One statement."""
    values = {"ids": list(ids), "since": since, "now": now, "least_days": LEAST_DAYS}
    for row in connection.execute(HABITS, values).mappings():
        told: dict[str, Any] = dict(row)
        yield told.pop("subject_id"), Habit(**told)


def together(connection: Connection, ids: Sequence[UUID], *, since: datetime, now: datetime) -> list[Shared]:
    """Pairs who checked in at one spot within a minute on several days, each pair both ways round. One statement."""
    values = {
        "ids": list(ids),
        "since": since,
        "now": now,
        "least_days": LEAST_SHARED_DAYS,
        "together_s": TOGETHER.total_seconds(),
        "metres": SAME_PLACE_M,
    }
    return [Shared(row.subject_id, row.other_id, row.days) for row in connection.execute(TOGETHER_OFTEN, values)]


def shared_devices(connection: Connection, ids: Sequence[UUID], *, since: datetime, now: datetime) -> list[Shared]:
    """Pairs who had one phone bound, one after the other; each pair both ways round. One statement."""
    rows = connection.execute(SAME_DEVICE, {"ids": list(ids), "since": since, "now": now})
    return [Shared(row.subject_id, row.other_id, same_device=True) for row in rows]
