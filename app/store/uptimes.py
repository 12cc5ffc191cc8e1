"""When a component was up: its processes beat, beats without a gap make a stretch, and what no stretch covers is away.

Two beats lie ten seconds apart. A gap of up to `BRIDGED` is a late beat or a restart and counts as up; a longer one is
a time in which nobody could be served. Before its very first beat a service was not yet there: that counts as away.
"""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, text

from app.rules.duties import Gap

API = "api"
SCHEDULER = "scheduler"
BRIDGED = timedelta(seconds=30)

UPTIMES = uuid5(NAMESPACE_URL, "zhifang:uptime")

BEAT = text(
    """
    WITH newest AS (
        SELECT id FROM uptimes
        WHERE component = :component AND instance = :instance AND last_at >= :still_up_at
        ORDER BY last_at DESC LIMIT 1
    ), moved AS (
        UPDATE uptimes u SET last_at = greatest(u.last_at, :now) FROM newest n WHERE u.id = n.id RETURNING u.id
    )
    INSERT INTO uptimes (id, component, instance, started_at, last_at)
    SELECT :id, :component, :instance, :now, :now WHERE NOT EXISTS (SELECT FROM moved)
    ON CONFLICT (id) DO NOTHING
    """
)

# Each stretch is drawn out by what is bridged, so that their union closes short gaps; the reader takes it off again.
STRETCHES = text(
    """
    SELECT lower(r) AS from_at, upper(r) - CAST(:bridged AS interval) AS to_at
    FROM (
        SELECT unnest(range_agg(tstzrange(started_at, last_at + CAST(:bridged AS interval), '[]'))) AS r
        FROM uptimes
        WHERE component = :component AND last_at >= coalesce(
            (SELECT max(last_at) FROM uptimes WHERE component = :component AND last_at < :since), '-infinity')
    ) merged
    ORDER BY 1
    """
)


def beat(tx: Connection, component: str, instance: str, *, now: datetime, gap_s: float = 30) -> None:
    """This process is alive: its newest stretch grows if its last beat is at most `gap_s` old, else one begins."""
    parts = f"{component}|{instance}|{now.isoformat()}"
    tx.execute(
        BEAT,
        {
            "id": uuid5(UPTIMES, parts),
            "component": component,
            "instance": instance,
            "now": now,
            "still_up_at": now - timedelta(seconds=gap_s),
        },
    )


def gaps(tx: Connection, component: str, *, since: datetime, now: datetime) -> tuple[Gap, ...]:
    """All gaps that reach past `since`, whole, in order of time; one query. The last may last still.

    A gap before the component's first beat ever has no beginning of its own and is given `since`.
    """
    found = tx.execute(STRETCHES, {"component": component, "since": since, "bridged": BRIDGED}).all()
    if not found:
        return (Gap(since, None),)
    starts = [row.from_at for row in found]
    between = [Gap(row.to_at, start) for row, start in zip(found, starts[1:], strict=False)]
    before = [Gap(since, starts[0])] if since < starts[0] else []
    after = [Gap(found[-1].to_at, None)] if now - found[-1].to_at > BRIDGED else []
    return tuple(gap for gap in (*before, *between, *after) if gap.to_at is None or gap.to_at > since)


def away(tx: Connection, component: str, from_at: datetime, to_at: datetime, *, now: datetime) -> tuple[Gap, ...]:
    """The gaps that touch [from_at, to_at), whole: they may begin before it and end after it."""
    return tuple(gap for gap in gaps(tx, component, since=from_at, now=now) if gap.touches(from_at, to_at))
