"""How the service stands, in figures that hold nothing of a person: for Prometheus and for the page of its state."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, TextClause, text

from app.queries.watchdog import impossible_states

ALERTS = text("SELECT kind AS label, count(*) AS n FROM alerts WHERE handling <> 'closed' GROUP BY kind")
WAITING = text(
    """
    SELECT channel AS label, count(*) AS n, extract(epoch FROM :now - min(next_try_at)) AS age_s
    FROM deliveries WHERE state = 'pending' AND next_try_at <= :now GROUP BY channel
    """
)
JOBS = text("SELECT name AS label, extract(epoch FROM :now - last_ok_at) AS age_s FROM job_states")
BEATS = text(
    "SELECT component AS label, extract(epoch FROM :now - max(last_at)) AS age_s FROM uptimes GROUP BY component"
)


class Reading(NamedTuple):
    """One figure by the values of its label."""

    name: str
    help: str
    label: str
    values: dict[str, float]


def gauges(connection: Connection, *, now: datetime) -> Iterator[Reading]:
    """Everything that is read at each look. Costs by what is open and waiting, five statements."""
    yield Reading("zhifang_database_up", "Whether the database answers.", "database", {"primary": 1.0})
    waiting = connection.execute(WAITING, {"now": now}).all()
    yield Reading(
        "zhifang_deliveries_due", "Pushes that are due.", "channel", {row.label: float(row.n) for row in waiting}
    )
    yield Reading(
        "zhifang_deliveries_due_age_seconds",
        "For how long the oldest push that is due has been so.",
        "channel",
        {row.label: float(row.age_s) for row in waiting},
    )
    alerts = connection.execute(ALERTS)
    yield Reading(
        "zhifang_alerts_open", "Alerts that nobody has closed.", "kind", {r.label: float(r.n) for r in alerts}
    )
    yield _ages(connection, JOBS, now, "zhifang_job_age_seconds", "Since the last good run of a job.", "job")
    yield _ages(connection, BEATS, now, "zhifang_heartbeat_age_seconds", "Since the last beat.", "component")
    states = impossible_states(connection, now=now)
    yield Reading(
        "zhifang_impossible_states",
        "Rows in states that must not be.",
        "state",
        {state: float(n) for state, n in states.items()},
    )


def _ages(connection: Connection, statement: TextClause, now: datetime, name: str, told: str, label: str) -> Reading:
    """What has never been is left out: there is no age of it."""
    rows = connection.execute(statement, {"now": now})
    return Reading(name, told, label, {row.label: float(row.age_s) for row in rows if row.age_s is not None})
