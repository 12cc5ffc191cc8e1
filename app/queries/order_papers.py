"""The papers of one order: its notices served, assessments, requests to lift it, and whether the phone showed it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.notice import Notice
from app.models.office import User
from app.models.order_paper import LiftRequest, OrderAssessment, OrderNotice
from app.queries.orders import order
from app.rules.facts import Actor


@dataclass(frozen=True)
class NoticeView:
    """A notice as it was served. `corrects_id` names an older serving that this one puts right."""

    id: UUID
    served_at: datetime
    served_by: UUID
    served_by_name: str
    way: str
    outcome: str
    note: str
    corrects_id: UUID | None
    written_at: datetime


@dataclass(frozen=True)
class AssessmentView:
    """Whether the order is still needed, and why."""

    id: UUID
    still_needed: bool
    why: str
    assessed_by: UUID
    assessed_by_name: str
    assessed_at: datetime


@dataclass(frozen=True)
class RequestView:
    """A request to lift. `asked_by_name` is None where the person the order is about asked."""

    id: UUID
    asked_by_kind: str
    asked_by_name: str | None
    asked_at: datetime
    why: str
    answered_at: datetime | None
    granted: bool | None
    answer: str | None


@dataclass(frozen=True)
class OrderPapers:
    """Everything that was added to an order, the latest first. `read_on_phone_at`: the subject opened the notice."""

    order_id: UUID
    read_on_phone_at: datetime | None
    notices: tuple[NoticeView, ...]
    assessments: tuple[AssessmentView, ...]
    lift_requests: tuple[RequestView, ...]


def order_papers(connection: Connection, actor: Actor, order_id: UUID) -> OrderPapers:
    """The papers of one order; NotFound outside the actor's reach."""
    found = order(connection, actor, order_id)
    return OrderPapers(
        order_id,
        read_on_phone_at(connection, order_id, found.subject_id),
        _notices(connection, order_id),
        _assessments(connection, order_id),
        lift_requests(connection, order_id),
    )


def read_on_phone_at(connection: Connection, order_id: UUID, subject_id: UUID) -> datetime | None:
    """When the subject opened the notice of the order in the app; None while it was not read."""
    return connection.execute(
        select(Notice.read_at).where(
            Notice.recipient_id == subject_id,
            Notice.about_kind == "order",
            Notice.about_id == order_id,
            Notice.step == "told",
        )
    ).scalar_one_or_none()


def lift_requests(connection: Connection, order_id: UUID) -> tuple[RequestView, ...]:
    """The requests to lift one order, the latest first. The caller knows that the order is in reach."""
    asked = LiftRequest
    rows = connection.execute(
        select(asked.id, asked.asked_by_kind, User.name.label("asked_by_name"), asked.asked_at, asked.why)
        .add_columns(asked.answered_at, asked.granted, asked.answer)
        .outerjoin(User, User.id == asked.asked_by)
        .where(asked.order_id == order_id)
        .order_by(asked.asked_at.desc(), asked.id)
    ).mappings()
    return tuple(RequestView(**row) for row in rows)


def _notices(connection: Connection, order_id: UUID) -> tuple[NoticeView, ...]:
    served = OrderNotice
    rows = connection.execute(
        select(served.id, served.served_at, served.served_by, User.name.label("served_by_name"), served.way)
        .add_columns(served.outcome, served.note, served.corrects_id, served.written_at)
        .join(User, User.id == served.served_by)
        .where(served.order_id == order_id)
        .order_by(served.written_at.desc(), served.id)
    ).mappings()
    return tuple(NoticeView(**row) for row in rows)


def _assessments(connection: Connection, order_id: UUID) -> tuple[AssessmentView, ...]:
    made = OrderAssessment
    rows = connection.execute(
        select(made.id, made.still_needed, made.why, made.assessed_by, User.name.label("assessed_by_name"))
        .add_columns(made.assessed_at)
        .join(User, User.id == made.assessed_by)
        .where(made.order_id == order_id)
        .order_by(made.assessed_at.desc(), made.id)
    ).mappings()
    return tuple(AssessmentView(**row) for row in rows)
