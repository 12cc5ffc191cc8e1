"""Look whether many phones fell silent together, before each of their owners is wondered about."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.rules.calendar import SHANGHAI
from app.rules.outages import (
    KINDS,
    PUSHES,
    Lasting,
    Out,
    end_incident,
    fallen,
    is_over,
    open_incident,
    pushes_fail,
    tell,
    usual_then,
)
from app.rules.policy import Outages
from app.store import effects, incidents, outages, service_faults, uptimes


@dataclass(frozen=True)
class Guarded:
    """How many incidents began, how many were over, and how many subjects were touched anew."""

    opened: int = 0
    ended: int = 0
    touched: int = 0


def guard_is_late(tx: Connection, *, since: datetime) -> bool:
    """Whether the guard has its place among the jobs, and has not looked well since."""
    return outages.guard_is_late(tx, since=since)


def guard_outages(tx: Connection, *, now: datetime) -> Guarded:
    """Open an incident for each group of phones that fell silent together, and end those that are over.

    While the service itself was away no phone could be heard: nothing is concluded until they had time to come back.
    """
    outages.alone(tx)
    limits = outages.limits(tx, now=now)
    outages.note_heard(tx, KINDS)
    lasting = outages.lasting(tx, KINDS)
    pushing = outages.pushing(tx, since=now - timedelta(minutes=limits.together_min))
    over = [one for one in lasting if is_over(one, pushing, limits, now=now)]
    effects.apply(tx, [end_incident(one, now=now) for one in over])
    for one in over:
        _tell(tx, one, "ended", now)
    if _was_away(tx, limits, now):
        return Guarded(ended=len(over))
    joined = sum(_join(tx, one, limits, now) for one in lasting if one not in over)
    found = _look(tx, limits, now)
    failing = pushes_fail(pushing, limits)
    if failing is not None and not any(one.group == PUSHES for one in lasting):
        found += (failing,)
    touched = sum(_open(tx, out, limits, now) for out in found)
    return Guarded(len(found), len(over), joined + touched)


def _was_away(tx: Connection, limits: Outages, now: datetime) -> bool:
    since = now - timedelta(minutes=limits.silent_min)
    return bool(uptimes.away(tx, uptimes.API, since, now, now=now))


def _look(tx: Connection, limits: Outages, now: datetime) -> tuple[Out, ...]:
    """Which groups fell silent together; what is usual at this hour is kept once a day where nothing is out."""
    silent_at = now - timedelta(minutes=limits.silent_min)
    local = now.astimezone(SHANGHAI)
    cells = outages.cells(tx, KINDS, since=silent_at - timedelta(minutes=limits.together_min), silent_at=silent_at)
    usual = outages.usuals(tx, local.hour)
    found = fallen(cells, usual.shares, limits)
    if not found and (usual.day is None or usual.day < local.date()):
        outages.keep_usual(tx, local.hour, local.date(), usual_then(cells, usual.shares, limits))
    return found


def _open(tx: Connection, out: Out, limits: Outages, now: datetime) -> int:
    silent_at = now - timedelta(minutes=limits.silent_min)
    since = silent_at - timedelta(minutes=limits.together_min)
    touched = outages.fallen(tx, out.group, since=since, silent_at=silent_at)
    effects.apply(tx, [open_incident(out, touched, now=now)])
    id_ = incidents.id_of(out.group.kind, out.group.about, out.began_at)
    _tell(tx, Lasting(id_, out.group, out.began_at, len(touched), 0), "opened", now)
    return len(touched)


def _join(tx: Connection, one: Lasting, limits: Outages, now: datetime) -> int:
    """Phones that ask seldom are missed only later: whoever fell silent since it began belongs to it."""
    silent_at = now - timedelta(minutes=limits.silent_min)
    before = timedelta(minutes=limits.together_min) if one.group == PUSHES else timedelta(0)
    touched = outages.fallen(tx, one.group, since=one.from_at - before, silent_at=silent_at)
    effects.apply(tx, [open_incident(Out(one.group, one.from_at), touched, now=now)])
    return len(touched)


def _tell(tx: Connection, one: Lasting, step: str, now: datetime) -> None:
    users = [*service_faults.administrators(tx, now=now), *outages.county_staff(tx, one.id, now=now)]
    told = tell(one.id, one.group, step, one.touched, one.from_at, list(dict.fromkeys(users)), now=now)
    effects.apply(tx, [told])
