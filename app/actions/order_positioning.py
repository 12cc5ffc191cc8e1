"""Order electronic positioning [Law 29]: the head of the county department approves, and is named."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, PlanDuty
from app.rules.errors import Conflict, NotAllowed, NotFound
from app.rules.facts import Actor, Ground
from app.rules.orders import NewOrder, Term, check_order, make
from app.store import effects, orders, policies


@dataclass(frozen=True)
class OrderPositioning:
    """The command. An extension is another order that begins where the last one ends, and may name it (`extends`)."""

    id: UUID
    subject_id: UUID
    ground: Ground
    term: Term
    body_hash: bytes
    extends: UUID | None = None


def order_positioning(tx: Connection, actor: Actor, command: OrderPositioning, *, now: datetime) -> bool:
    """Write the order with the duties that it carries; False where the same request had written it before.

    Whether it covers the phone is what the policy in force says now. NotFound for a subject out of reach, Conflict
    `order_overlaps`, `order_not_assessed` for an extension that nobody assessed, Refused for a term that the law does
    not allow.
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
    check_order(found.facts, command.term, command.extends, now=now)
    previous = found.facts.previous
    in_force = policies.of_office(tx, found.office_id, at=now)
    row = orders.NewOrder(
        id=command.id,
        subject_id=command.subject_id,
        ground=command.ground,
        term=command.term,
        approver_id=actor.id,
        covers_phone=in_force.policy.phone_under_order,
        body_hash=command.body_hash,
        extends_id=previous.id if previous else None,
    )
    orders.add(tx, row, now=now)
    order = NewOrder(
        command.id, command.subject_id, found.office_id, command.ground, command.term, found.silence_check_at
    )
    decision = make(order, previous, in_force.policy, in_force.version_id, actor, now=now)
    effects.apply(tx, [decision])
    orders.name_duties(tx, command.id, _duties(decision))
    return True


def _duties(decision: Decision) -> orders.Duties:
    return {effect.kind: effect.id for effect in decision.effects if isinstance(effect, PlanDuty)}
