"""Electronic positioning orders on disk, the power that each carries, and what is purged when one is lifted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Row, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app.models.duty import Duty
from app.models.order_paper import OrderAssessment
from app.models.position import CollectionPower, PositioningOrder
from app.models.subject import Subject, SubjectState
from app.rules.errors import Conflict
from app.rules.facts import Actor, DutyKind, DutyState, Ground, PowerKind, SubjectStatus
from app.rules.orders import LiftFacts, OrderFacts, OwedDuty, Previous, Term
from app.store.scope import subjects_of

Duties = Mapping[DutyKind, UUID]
"""The duties that an order carries, by kind."""


@dataclass(frozen=True)
class NewOrder:
    """An order to be written, with its approver named."""

    id: UUID
    subject_id: UUID
    ground: Ground
    term: Term
    approver_id: UUID
    covers_phone: bool
    body_hash: bytes
    extends_id: UUID | None = None


@dataclass(frozen=True)
class Ordered:
    """Who an order is about, at which office, and when that person's silence is looked at next."""

    office_id: UUID
    facts: OrderFacts
    silence_check_at: datetime | None


def body_hash_of(tx: Connection, order_id: UUID) -> bytes | None:
    """The fingerprint of the request that made this order; None where there is no such order."""
    return tx.execute(select(PositioningOrder.body_hash).where(PositioningOrder.id == order_id)).scalar_one_or_none()


def facts(tx: Connection, actor: Actor, subject_id: UUID, term: Term) -> Ordered | None:
    """What decides on an order of this term, under the subject's lock; None where the actor may not know the subject.

    A term that ends before it begins overlaps nothing: the rule refuses it.
    """
    wanted = Range(term.from_at, max(term.from_at, term.until), bounds="[)")
    overlapping = (
        select(PositioningOrder.id)
        .where(PositioningOrder.subject_id == subject_id, PositioningOrder.term.overlaps(wanted))
        .exists()
    )
    row = tx.execute(
        select(Subject.status, Subject.office_id, SubjectState.silence_check_at, overlapping.label("overlaps"))
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if row is None:
        return None
    found = OrderFacts(SubjectStatus(row.status), overlaps=row.overlaps, previous=_previous(tx, subject_id, term))
    return Ordered(row.office_id, found, row.silence_check_at)


def _previous(tx: Connection, subject_id: UUID, term: Term) -> Previous | None:
    """The order that ends where this one begins, unless it was lifted."""
    order = PositioningOrder
    assessed = (
        select(OrderAssessment.still_needed)
        .where(OrderAssessment.order_id == order.id)
        .order_by(OrderAssessment.assessed_at.desc(), OrderAssessment.id)
        .limit(1)
        .scalar_subquery()
    )
    row = tx.execute(
        select(order.id, assessed.label("assessed"), Duty.id.label("duty_id"), Duty.state, Duty.due_at)
        .outerjoin(Duty, Duty.id == order.renewal_duty_id)
        .where(order.subject_id == subject_id, order.lifted_at.is_(None), func.upper(order.term) == term.from_at)
    ).one_or_none()
    return None if row is None else Previous(row.id, row.assessed, _owed(row))


def _owed(row: Row[Any]) -> OwedDuty | None:
    return OwedDuty(row.duty_id, DutyState(row.state), row.due_at) if row.duty_id else None


def name_duties(tx: Connection, order_id: UUID, duties: Duties) -> None:
    """The duties that the order carries are these."""
    tx.execute(
        update(PositioningOrder)
        .where(PositioningOrder.id == order_id)
        .values(notice_duty_id=duties[DutyKind.ORDER_NOTICE], renewal_duty_id=duties[DutyKind.ORDER_RENEWAL])
    )


def add(tx: Connection, order: NewOrder, *, now: datetime) -> None:
    """Write the order and its power. The phone may collect under it only where `covers_phone` says so.

    Conflict `id_reused` where the id is another order's.
    """
    term = Range(order.term.from_at, order.term.until, bounds="[)")
    row = {
        "id": order.id,
        "subject_id": order.subject_id,
        "ground": order.ground,
        "approver_id": order.approver_id,
        "term": term,
        "ordered_from": order.term.from_at,
        "ordered_until": order.term.until,
        "covers_phone": order.covers_phone,
        "created_by": order.approver_id,
        "created_at": now,
        "body_hash": order.body_hash,
        "extends_id": order.extends_id,
    }
    try:
        with tx.begin_nested():
            tx.execute(insert(PositioningOrder), row)
    except IntegrityError as error:  # at this very moment somebody used the id for another subject
        if not isinstance(error.orig, UniqueViolation):
            raise
        raise Conflict("id_reused") from error
    tx.execute(
        insert(CollectionPower),
        {
            "id": order.id,
            "subject_id": order.subject_id,
            "kind": PowerKind.ORDER,
            "covers": term,
            "phone": order.covers_phone,
        },
    )


def lift_facts(tx: Connection, actor: Actor, order_id: UUID) -> LiftFacts | None:
    """The order as it stands, under its subject's lock; None where the actor may not know it."""
    order = PositioningOrder
    row = tx.execute(
        select(order.subject_id, func.lower(order.term).label("low"), func.upper(order.term).label("high"))
        .add_columns(order.lifted_at)
        .join(Subject, Subject.id == order.subject_id)
        .join(SubjectState, SubjectState.subject_id == order.subject_id)
        .where(order.id == order_id, subjects_of(actor))
        .with_for_update(of=(SubjectState, order))
    ).one_or_none()
    if row is None:
        return None
    return LiftFacts(row.subject_id, Term(row.low, row.high) if row.high else None, row.lifted_at)


def extension_ahead(tx: Connection, order_id: UUID, *, now: datetime) -> UUID | None:
    """The order that is to extend this one and has not begun; None where there is none, or it was lifted."""
    order = PositioningOrder
    ahead = select(order.id).where(
        order.extends_id == order_id, order.lifted_at.is_(None), func.lower(order.term) > now
    )
    return tx.execute(ahead).scalar_one_or_none()


@dataclass(frozen=True)
class Lifting:
    """A lifting that was decided: what stays in force of the order, since when it is lifted, by whom, and why."""

    order_id: UUID
    subject_id: UUID
    remaining: Term | None
    lifted_at: datetime
    lifted_by: UUID
    reason: str


def lift(tx: Connection, lifting: Lifting) -> int:
    """Shorten the order and its power, and purge what was collected under it afterwards; gives how many points."""
    remaining = lifting.remaining
    term: Range[datetime] = Range(remaining.from_at, remaining.until, bounds="[)") if remaining else Range(empty=True)
    tx.execute(update(CollectionPower).where(CollectionPower.id == lifting.order_id).values(covers=term))
    purged = _purge(tx, lifting)
    tx.execute(
        update(PositioningOrder)
        .where(PositioningOrder.id == lifting.order_id)
        .values(
            term=term,
            lifted_at=lifting.lifted_at,
            lifted_by=lifting.lifted_by,
            lift_reason=lifting.reason,
            purged_positions=purged,
        )
    )
    return purged


# Both ways to a point by its effective time: see FAR_CLOCK in the model.
PURGE = (
    text(
        """
        DELETE FROM positions
        WHERE subject_id = :subject_id AND recorded_at >= CAST(:since AS timestamptz) - interval '1 hour'
          AND effective_at >= :since AND power_id = :order_id
        """
    ),
    text(
        """
        DELETE FROM positions
        WHERE subject_id = :subject_id AND effective_at >= :since AND power_id = :order_id
          AND effective_at - recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'
        """
    ),
)

UNMARK = text(
    """
    DELETE FROM position_marks m WHERE m.subject_id = :subject_id AND m.at >= :since
      AND NOT EXISTS (SELECT FROM positions p WHERE p.subject_id = m.subject_id AND p.id = m.position_id
                      AND p.recorded_at BETWEEN m.at - interval '1 hour' AND m.at + interval '1 hour')
    """
)

# The last position may have been one of those. Older than a month it is of no use, and none is shown.
LAST = text(
    """
    UPDATE subject_states t
    SET last_position_at = p.effective_at, last_position = p.place, last_accuracy_m = p.accuracy_m
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (
        SELECT effective_at, place, accuracy_m FROM positions
        WHERE subject_id = :subject_id AND recorded_at >= CAST(:since AS timestamptz) - interval '31 days'
        ORDER BY effective_at DESC LIMIT 1
    ) AS p ON true
    WHERE t.subject_id = :subject_id AND t.last_position_at >= :since
    """
)


def _purge(tx: Connection, lifting: Lifting) -> int:
    values = {"subject_id": lifting.subject_id, "order_id": lifting.order_id, "since": lifting.lifted_at}
    purged = sum(tx.execute(statement, values).rowcount for statement in PURGE)
    if purged:
        tx.execute(LAST, values)
        tx.execute(UNMARK, values)
    return purged


STOP_ORDERS = text(
    """
    UPDATE positioning_orders SET term = term * tstzrange(NULL, :now)
    WHERE subject_id = :subject_id AND term && tstzrange(:now, NULL)
    """
)
STOP_POWERS = text(
    """
    UPDATE collection_powers SET covers = covers * tstzrange(NULL, :now)
    WHERE subject_id = :subject_id AND covers && tstzrange(:now, NULL)
    """
)


def stop_collection(tx: Connection, subject_id: UUID, *, now: datetime) -> None:
    """From `now` on nothing may be collected: orders and powers end. For the end of supervision; takes the lock."""
    tx.execute(select(SubjectState.subject_id).where(SubjectState.subject_id == subject_id).with_for_update())
    values = {"subject_id": subject_id, "now": now}
    tx.execute(STOP_ORDERS, values)
    tx.execute(STOP_POWERS, values)
