"""Order electronic positioning [Law 29]: the head of the county department approves, and is named."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, Effect, MoveSilenceCheck, WriteAudit
from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import About, Actor, Ground
from app.rules.orders import Term, check_order
from app.rules.policy import Policy
from app.store import effects, orders, policies


@dataclass(frozen=True)
class OrderPositioning:
    """The command. An extension is another order that begins where the last one ends."""

    id: UUID
    subject_id: UUID
    ground: Ground
    term: Term
    body_hash: bytes


def order_positioning(tx: Connection, actor: Actor, command: OrderPositioning, *, now: datetime) -> bool:
    """Write the order; False where the same request had written it before.

    Whether it covers the phone is what the policy in force says now. NotFound for a subject out of reach, Conflict
    `order_overlaps`, Refused for a term that the law does not allow.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    found = orders.facts(tx, actor, command.subject_id, command.term)
    if found is None:
        raise NotFound("not_found")
    known = orders.body_hash_of(tx, command.id)
    if known is not None:
        if known != command.body_hash:
            raise Conflict("id_reused")
        return False
    check_order(found.facts, command.term, now=now)
    policy = policies.of_office(tx, found.office_id, at=now).policy
    order = orders.NewOrder(
        id=command.id,
        subject_id=command.subject_id,
        ground=command.ground,
        term=command.term,
        approver_id=actor.id,
        covers_phone=policy.phone_under_order,
        body_hash=command.body_hash,
    )
    orders.add(tx, order, now=now)
    effects.apply(tx, [_decision(actor, order, policy, found.silence_check_at, now)])
    return True


def _decision(
    actor: Actor, order: orders.NewOrder, policy: Policy, silence_check_at: datetime | None, now: datetime
) -> Decision:
    details = {"ground": order.ground, "from": order.term.from_at.isoformat(), "to": order.term.until.isoformat()}
    about = About("order", order.id)
    act: Effect = WriteAudit(now, actor, "orders.decide", order.subject_id, about, details=details)
    look_at = order.term.from_at + timedelta(hours=policy.silence_under_order_h)
    if silence_check_at is None or silence_check_at <= look_at:
        return Decision((act,))
    # The limit is shorter under an order: whoever was to be looked at later is looked at in time for it.
    return Decision((act, MoveSilenceCheck(order.subject_id, look_at, silent=False)))
