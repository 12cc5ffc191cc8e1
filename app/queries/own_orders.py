"""A subject's own positioning orders: what was decided, what is asked, what may follow, and how to ask for an end."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.notice import Notice
from app.queries.order_papers import RequestView, lift_requests, read_on_phone_at
from app.queries.orders import orders
from app.rules.facts import Actor
from app.rules.wording.orders import CONSEQUENCES, DEMANDS, RIGHTS
from app.rules.wording.own_file import GROUNDS


@dataclass(frozen=True)
class OwnOrder:
    """One order as the person reads it. Reading the notice `notice_id` acknowledges it; `read_at` is when that was."""

    id: UUID
    ground: str
    ground_text: str
    from_at: datetime
    until: datetime
    in_force_until: datetime | None
    extends: UUID | None
    demands: tuple[str, ...]
    consequences: tuple[str, ...]
    rights: tuple[str, ...]
    notice_id: UUID | None
    read_at: datetime | None
    lift_requests: tuple[RequestView, ...]


def own_orders(connection: Connection, actor: Actor, *, limit: int = 20) -> tuple[OwnOrder, ...]:
    """The newest orders about the subject who asks, the latest first."""
    found = orders(connection, actor, subject_id=actor.id, limit=limit).items
    return tuple(
        OwnOrder(
            id=one.id,
            ground=one.ground,
            ground_text=GROUNDS[one.ground],
            from_at=one.from_at,
            until=one.until,
            in_force_until=one.in_force_until,
            extends=one.extends,
            demands=DEMANDS,
            consequences=CONSEQUENCES,
            rights=RIGHTS,
            notice_id=_notice_id(connection, one.id, one.subject_id),
            read_at=read_on_phone_at(connection, one.id, one.subject_id),
            lift_requests=lift_requests(connection, one.id),
        )
        for one in found
    )


def _notice_id(connection: Connection, order_id: UUID, subject_id: UUID) -> UUID | None:
    return connection.execute(
        select(Notice.id).where(
            Notice.recipient_id == subject_id,
            Notice.about_kind == "order",
            Notice.about_id == order_id,
            Notice.step == "told",
        )
    ).scalar_one_or_none()
