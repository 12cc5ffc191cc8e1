"""Lift a positioning order early: its power ends, and what was collected under it afterwards is purged."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotAllowed, NotFound
from app.rules.facts import About, Actor
from app.rules.orders import lifted_term
from app.store import effects, orders


def lift_order(
    tx: Connection, actor: Actor, order_id: UUID, *, reason: str, lifted_at: datetime | None, now: datetime
) -> int:
    """End the order at `lifted_at` (now, unless it was decided earlier); gives how many points were purged.

    NotFound out of reach, Conflict `order_ended` where nothing is left to lift. The number is kept with the order and
    in the audit; of the points themselves nothing is left.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    facts = orders.lift_facts(tx, actor, order_id)
    if facts is None:
        raise NotFound("not_found")
    at = lifted_at or now
    remaining = lifted_term(facts, at, now=now)
    purged = orders.lift(tx, orders.Lifting(order_id, facts.subject_id, remaining, at, actor.id, reason))
    details = {"lifted_at": at.isoformat(), "purged_positions": purged}
    about = About("order", order_id)
    act = WriteAudit(now, actor, "orders.lift", facts.subject_id, about, reason=reason, details=details)
    effects.apply(tx, [Decision((act,))])
    return purged
