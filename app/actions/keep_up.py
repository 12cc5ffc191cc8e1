"""Upkeep: partitions for the months ahead, and deletion of what has served its time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.rules.calendar import add_months, legal_day
from app.store import boundaries, upkeep

MONTHS_AHEAD = 4
KEPT = {
    "poison": timedelta(days=30),  # a set-aside body is opened by its replay or not at all
    "job_runs": timedelta(days=400),  # an audit asks for a year
    "uptimes": timedelta(days=400),
    "throttles": timedelta(days=1),  # time has taken every failure back by then
    "wrong_log_ins": timedelta(days=1),
    "totps": timedelta(days=30),  # secrets and addresses of officers that count no more: nobody needs what they were
    "recovery_codes": timedelta(days=30),
    "user_channels": timedelta(days=30),
}


def make_partitions(tx: Connection, *, now: datetime) -> Mapping[str, int]:
    """Partitions of positions from last month to three months ahead: late fixes and the next months find theirs."""
    first = add_months(legal_day(now).replace(day=1), -1)
    return {"made": upkeep.ensure_partitions(tx, from_month=first, months=MONTHS_AHEAD + 1)}


def load_units(tx: Connection, *, now: datetime, province: str | None = None) -> Mapping[str, int]:
    """Write the administrative units of a province (two digits), or of the next one of which none are on record, so
    that positions can be named by their county. What an official file brought is left as it is.
    """
    wanted = province or next(iter(boundaries.provinces_to_load(tx)), None)
    return {"units": boundaries.load_province(tx, wanted, now=now) if wanted else 0}


def purge(tx: Connection, *, now: datetime) -> Mapping[str, int]:
    """Delete what is past its time, and say how much of each."""
    return {table: upkeep.purge(tx, table, before=now - kept) for table, kept in KEPT.items()}
