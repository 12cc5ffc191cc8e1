"""Electronic positioning orders, as officers and supervisors see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.models.duty import Duty
from app.models.office import User
from app.models.position import PositioningOrder as Order
from app.models.subject import Subject
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import subjects_of


@dataclass(frozen=True)
class OrderView:
    """One order. `from_at` and `until` are what was ordered, `in_force_until` what is left of it, None if nothing.

    What it carries: by when its notice is to be served, when it asks whether it is still needed, and how both stand;
    None for orders older than these duties.
    """

    id: UUID
    subject_id: UUID
    ground: str
    approver_id: UUID
    approver_name: str
    from_at: datetime
    until: datetime
    in_force_until: datetime | None
    covers_phone: bool
    created_at: datetime
    lifted_at: datetime | None
    lifted_by: UUID | None
    lift_reason: str | None
    purged_positions: int | None
    extends: UUID | None
    notice_due_at: datetime | None
    notice_state: str | None
    renewal_asked_at: datetime | None
    renewal_state: str | None


def order(connection: Connection, actor: Actor, order_id: UUID) -> OrderView:
    """One order; NotFound outside the actor's reach."""
    row = connection.execute(_orders(actor).where(Order.id == order_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    return OrderView(**row)


def orders(
    connection: Connection, actor: Actor, *, subject_id: UUID | None = None, after: Key | None = None, limit: int = 50
) -> Page[OrderView]:
    """The orders within the actor's reach, of one subject or of all, by their beginning, the latest first."""
    statement = _orders(actor).order_by(Order.ordered_from.desc(), Order.id).limit(limit + 1)
    if subject_id is not None:
        statement = statement.where(Order.subject_id == subject_id)
    if (last := instant_key(after)) is not None:
        at, order_id = last
        statement = statement.where(
            or_(Order.ordered_from < at, and_(Order.ordered_from == at, Order.id > order_id)),
        )
    rows = [OrderView(**row) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.from_at.isoformat(), str(row.id)])


def _orders(actor: Actor) -> Select[*tuple[Any, ...]]:
    notice, renewal = aliased(Duty), aliased(Duty)
    return (
        select(
            Order.id,
            Order.subject_id,
            Order.ground,
            Order.approver_id,
            User.name.label("approver_name"),
            Order.ordered_from.label("from_at"),
            Order.ordered_until.label("until"),
            func.upper(Order.term).label("in_force_until"),
            Order.covers_phone,
            Order.created_at,
            Order.lifted_at,
            Order.lifted_by,
            Order.lift_reason,
            Order.purged_positions,
            Order.extends_id.label("extends"),
            notice.due_at.label("notice_due_at"),
            notice.state.label("notice_state"),
            renewal.opens_at.label("renewal_asked_at"),
            renewal.state.label("renewal_state"),
        )
        .join(User, User.id == Order.approver_id)
        .join(Subject, Subject.id == Order.subject_id)
        .outerjoin(notice, notice.id == Order.notice_duty_id)
        .outerjoin(renewal, renewal.id == Order.renewal_duty_id)
        .where(subjects_of(actor))
    )
