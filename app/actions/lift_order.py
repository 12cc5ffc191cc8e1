"""Lift a positioning order early: its power ends, and what was collected under it afterwards is purged."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import NotAllowed, NotFound
from app.rules.facts import Actor
from app.rules.orders import lift, lifted_term
from app.store import effects, order_papers, orders, rejudging


def lift_order(
    tx: Connection, actor: Actor, order_id: UUID, *, reason: str, lifted_at: datetime | None, now: datetime
) -> int:
    """End the order at `lifted_at` (now, unless it was decided earlier); gives how many points were purged.

    What it still owed falls away, open requests to lift it are granted, and its subject is told. So does what was to
    extend it and has not begun: who is told that positioning is over must not find it back later. NotFound out of
    reach, Conflict `order_ended` where nothing is left to lift. The number is kept with the order and in the audit; of
    the points themselves nothing is left.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    at = lifted_at or now
    subject_id, purged = _lift(tx, actor, order_id, at, reason, tell=True, now=now)
    if purged:
        rejudging.mark(tx, [subject_id], at)
    following = orders.extension_ahead(tx, order_id, now=now)
    while following is not None:
        _lift(tx, actor, following, at, reason, tell=False, now=now)
        following = orders.extension_ahead(tx, following, now=now)
    return purged


def _lift(
    tx: Connection, actor: Actor, order_id: UUID, at: datetime, reason: str, *, tell: bool, now: datetime
) -> tuple[UUID, int]:
    """One order; gives whom it is about, and how many points were purged."""
    facts = orders.lift_facts(tx, actor, order_id)
    order = order_papers.file_of(tx, actor, order_id, now=now)
    if facts is None or order is None or actor.id is None:
        raise NotFound("not_found")
    remaining = lifted_term(facts, at, now=now)
    purged = orders.lift(tx, orders.Lifting(order_id, facts.subject_id, remaining, at, actor.id, reason))
    effects.apply(tx, [lift(order, at, reason, purged, actor, tell=tell, now=now)])
    return facts.subject_id, purged
