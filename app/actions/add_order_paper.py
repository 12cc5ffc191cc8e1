"""Add to an order: its notice served, its assessment, a request to lift it, the head's refusal of one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules import orders as rule
from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import Actor
from app.rules.orders import AskedLift, Assessed, OrderFile, Served
from app.store import effects, order_papers


def serve_order(tx: Connection, actor: Actor, order_id: UUID, new: Served, *, now: datetime) -> bool:
    """Write that the notice was served; False where the same request had written it before.

    NotFound out of reach, or where it corrects a serving of another order; Conflict `id_reused`; the rest as the rule.
    """
    order = _order(tx, actor, order_id, now)
    if _repeated(order_papers.body_hash_of(tx, order_papers.NOTICE, new.id), new.body_hash):
        return False
    if new.corrects_id is not None and not order_papers.is_notice_of(tx, new.corrects_id, order_id):
        raise NotFound("not_found")
    effects.apply(tx, [rule.serve(order, new, actor, now=now)])
    return True


def assess_order(tx: Connection, actor: Actor, order_id: UUID, new: Assessed, *, now: datetime) -> bool:
    """Write whether the order is still needed; False where the same request had written it before."""
    order = _order(tx, actor, order_id, now)
    if _repeated(order_papers.body_hash_of(tx, order_papers.ASSESSMENT, new.id), new.body_hash):
        return False
    effects.apply(tx, [rule.assess(order, new, actor, now=now)])
    return True


def ask_lift(tx: Connection, actor: Actor, order_id: UUID, new: AskedLift, *, now: datetime) -> bool:
    """Ask that the order be lifted, by an officer or the person it is about; False where it was asked so before."""
    order = _order(tx, actor, order_id, now)
    if _repeated(order_papers.body_hash_of(tx, order_papers.LIFT_REQUEST, new.id), new.body_hash):
        return False
    effects.apply(tx, [rule.ask_lift(order, new, actor, now=now)])
    return True


def refuse_lift(tx: Connection, actor: Actor, order_id: UUID, request_id: UUID, answer: str, *, now: datetime) -> None:
    """The head keeps the order, and says why. Conflict `lift_answered` where nothing waits for an answer."""
    order = _order(tx, actor, order_id, now)
    effects.apply(tx, [rule.refuse_lift(order, request_id, answer, actor, now=now)])


def _order(tx: Connection, actor: Actor, order_id: UUID, now: datetime) -> OrderFile:
    if actor.id is None:
        raise NotAllowed("not_allowed")
    order = order_papers.file_of(tx, actor, order_id, now=now)
    if order is None:
        raise NotFound("not_found")
    return order


def _repeated(known: bytes | None, body_hash: bytes) -> bool:
    """Whether the same request was written before; Conflict `id_reused` where another one was."""
    if known is not None and known != body_hash:
        raise Conflict("id_reused")
    return known is not None
