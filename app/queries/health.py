"""Is the service fit to serve, and do its jobs run? States and times only, nothing of a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from app.store.schema import HEAD

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")

FITNESS = text(
    """
    SELECT to_regclass('alembic_version') IS NOT NULL AS migrated, current_setting('fsync') AS fsync,
           current_setting('full_page_writes') AS full_page_writes,
           current_setting('synchronous_commit') AS synchronous_commit
    """
)

SCHEMA = text("SELECT version_num FROM alembic_version")

JOBS = text(
    """
    SELECT name, last_ok_at, last_outcome, last_error, max_age_s,
           last_ok_at IS NOT NULL AND last_outcome = 'ok'
               AND last_ok_at > CAST(:now AS timestamptz) - make_interval(secs => max_age_s) AS fresh
    FROM job_states ORDER BY name
    """
)


@dataclass(frozen=True)
class Fitness:
    """What keeps this process from serving: codes, none when it is fit."""

    faults: tuple[str, ...]


@dataclass(frozen=True)
class JobHealth:
    """How one job stands. `fresh` is False when its last good run is older than it may be, or its last run failed."""

    name: str
    last_ok_at: datetime | None
    last_outcome: str | None
    last_error: str | None
    fresh: bool


def fitness(connection: Connection, *, durable: bool) -> Fitness:
    """Whether the schema is the one this code needs and, with `durable`, an acknowledged write survives a crash."""
    row = connection.execute(FITNESS).mappings().one()
    fits = row["migrated"] and connection.execute(SCHEMA).scalar() == HEAD
    faults = [] if fits else ["schema_not_migrated"]
    if durable:
        faults += [f"{name}_off" for name in DURABLE if row[name] == "off"]
    return Fitness(tuple(faults))


def job_health(connection: Connection, *, now: datetime) -> tuple[JobHealth, ...]:
    """Every declared job; empty where no scheduler ever started."""
    rows = connection.execute(JOBS, {"now": now})
    return tuple(JobHealth(r.name, r.last_ok_at, r.last_outcome, r.last_error, r.fresh) for r in rows)
