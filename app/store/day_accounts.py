"""The account of a day: what its checks came to, and how that is kept."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.models.service import DayAccount
from app.rules.calendar import end_of_day, start_of_day
from app.rules.day_accounts import DayCounts
from app.rules.facts import DayVerdict

AT_WORK = timedelta(minutes=2)
"""What became due this recently the jobs may still be doing."""

# Duties are found by office and end, so that the cost follows what was due on the day; the rest by partial indexes.
COUNTS = text(
    """
    SELECT d.due, d.judged, d.unjudged, d.left,
           (SELECT count(*) FROM subject_states WHERE silence_check_at < :by) AS silences_left,
           (SELECT count(*) FROM subject_states WHERE rejudge_from IS NOT NULL AND last_heard_at < :by)
               AS positions_left,
           (SELECT count(*) FROM alerts WHERE next_step_at < :by) AS steps_left
    FROM (
        SELECT coalesce(sum(x.due), 0) AS due, coalesce(sum(x.judged), 0) AS judged,
               coalesce(sum(x.unjudged), 0) AS unjudged, coalesce(sum(x.left), 0) AS left
        FROM offices o CROSS JOIN LATERAL (
            SELECT count(*) AS due,
                   count(*) FILTER (WHERE state NOT IN ('planned', 'open', 'unjudged')) AS judged,
                   count(*) FILTER (WHERE state = 'unjudged') AS unjudged,
                   count(*) FILTER (WHERE state IN ('planned', 'open') AND judge_at < :judged_by) AS left
            FROM duties WHERE office_id = o.id AND due_at > :from_at AND due_at <= :to_at AND state <> 'cancelled'
        ) x
    ) d
    """
)

SERVED = text("SELECT EXISTS (SELECT FROM uptimes WHERE component = 'scheduler' AND started_at < :to_at)")

UNDONE = text(
    """
    SELECT d.day FROM unnest(CAST(:days AS date[])) AS d(day)
    WHERE NOT EXISTS (SELECT FROM day_accounts a WHERE a.day = d.day AND a.verdict = 'made')
    ORDER BY d.day
    """
)


def undone(tx: Connection, days: Sequence[date]) -> list[date]:
    """Those of `days` that have no account yet, or one that does not say "made"."""
    return list(tx.execute(UNDONE, {"days": list(days)}).scalars())


def counts(tx: Connection, day: date, *, now: datetime) -> DayCounts:
    """What the day's checks have come to by now."""
    to_at = end_of_day(day)
    values = {
        "from_at": start_of_day(day),
        "to_at": to_at,
        "by": min(now - AT_WORK, to_at + AT_WORK),
        "judged_by": now - AT_WORK,  # what ended in the evening is judged after midnight, when its grace is over
    }
    return DayCounts(**{key: int(n) for key, n in tx.execute(COUNTS, values).mappings().one().items()})


def served(tx: Connection, day: date) -> bool:
    """Whether any scheduler had run by the end of the day."""
    return bool(tx.execute(SERVED, {"to_at": end_of_day(day)}).scalar())


def keep(tx: Connection, day: date, verdict: DayVerdict, counts: DayCounts, *, now: datetime) -> None:
    """Write the day's account in place of an earlier one."""
    statement = upsert(DayAccount).values(day=day, made_at=now, verdict=verdict.value, counts=asdict(counts))
    written = {name: statement.excluded[name] for name in ("made_at", "verdict", "counts")}
    tx.execute(statement.on_conflict_do_update(index_elements=["day"], set_=written))
