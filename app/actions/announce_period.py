"""Announce a period for all people of an office, withdraw it, and tell everybody's file of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules import announced_periods as rules
from app.rules.announced_periods import Announced
from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import Actor
from app.store import announced_periods, effects, period_spreading


def announce_period(tx: Connection, actor: Actor, period: Announced, *, now: datetime) -> bool:
    """Keep it once; False where the same request was served before.

    NotFound for an office out of reach, Conflict `id_reused`; Refused as the rule says.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    if not announced_periods.office_within_reach(tx, actor, period.office_id):
        raise NotFound("not_found")
    if known := announced_periods.find(tx, period.id):
        if known != (period.office_id, period.body_hash):
            raise Conflict("id_reused")
        return False
    decision = rules.announce(period, actor, now=now)
    announced_periods.add(tx, period, announced_by=actor.id, now=now)
    effects.apply(tx, [decision])
    return True


def withdraw_period(tx: Connection, actor: Actor, period_id: UUID, reason: str, *, now: datetime) -> None:
    """It does not hold, with a reason; what followed from it and is not settled falls away by the job.

    NotFound out of reach, Conflict `period_withdrawn`.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    standing = announced_periods.standing(tx, actor, period_id)
    if standing is None:
        raise NotFound("not_found")
    decision = rules.withdraw(standing, reason, actor, now=now)
    if decision is not None:
        announced_periods.withdraw(tx, period_id, reason, withdrawn_by=actor.id, now=now)
        effects.apply(tx, [decision])


def spread_period(tx: Connection, period_id: UUID, *, now: datetime) -> int:
    """The next people's files; gives how many, 0 once all are done."""
    return period_spreading.spread(tx, period_id, now=now)


def unspread_periods(tx: Connection) -> list[UUID]:
    """Periods that not everybody's file tells of yet."""
    return period_spreading.unspread(tx)
