"""Judgments in lists: who is awaited until when, what of papers and person came, and what is overdue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, tuple_

from app.models.duty import Duty
from app.models.intake import Confirmation, Judgment
from app.models.office import Office
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.calendar import Holidays
from app.rules.errors import NotFound, Refused
from app.rules.facts import Actor, Category, DutyState, SubjectStatus
from app.rules.intake import IntakeDuty, arrival_stands, papers_stand
from app.rules.intake import Judgment as Facts
from app.store import policies
from app.store.scope import subjects_of


class State(StrEnum):
    """How an intake stands: no clock runs yet, it runs, it ran out, 漏管 was confirmed, the person came, called off."""

    AWAITING_RECEIPT = "awaiting_receipt"
    RUNNING = "running"
    OVERDUE = "overdue"
    CONFIRMED = "confirmed"
    DONE = "done"
    CALLED_OFF = "called_off"


@dataclass(frozen=True)
class JudgmentView:
    """One judgment with whom it announces. `papers` and `arrival` tell how each stands: lateness of one is not that
    of the other.
    """

    id: UUID
    subject_id: UUID
    subject_no: str
    subject_name: str
    office_id: UUID
    office_name: str
    category: str
    decided_by: str | None
    effective_on: date
    received_on: date | None
    papers_on: date | None
    created_at: datetime
    state: str
    obligor: str | None
    due_at: datetime | None
    papers: str
    arrival: str | None
    confirmed_at: datetime | None


def judgments(
    connection: Connection,
    actor: Actor,
    *,
    now: datetime,
    state: State | None = None,
    subject_id: UUID | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[JudgmentView]:
    """Judgments about subjects within reach, the latest notice first."""
    statement = _judgments(actor, now).order_by(Judgment.created_at.desc(), Judgment.id.desc()).limit(limit + 1)
    if state is not None:
        statement = statement.where(_state(now) == state)
    if subject_id is not None:
        statement = statement.where(Judgment.subject_id == subject_id)
    if (place := instant_key(after)) is not None:
        statement = statement.where(tuple_(Judgment.created_at, Judgment.id) < place)
    rows = connection.execute(statement).all()
    holidays = _holidays(connection, {row.office_id for row in rows}, now)
    views = [_view(actor, row, holidays.get(row.office_id, Holidays()), now) for row in rows]
    return page_of(views, limit, lambda view: [view.created_at.isoformat(), str(view.id)])


def judgment(connection: Connection, actor: Actor, judgment_id: UUID, *, now: datetime) -> JudgmentView:
    """One judgment; NotFound where whom it announces is not within reach."""
    row = connection.execute(_judgments(actor, now).where(Judgment.id == judgment_id)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    holidays = _holidays(connection, {row.office_id}, now)
    return _view(actor, row, holidays.get(row.office_id, Holidays()), now)


def _judgments(actor: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Judgment.id,
            Judgment.subject_id,
            Subject.subject_no,
            Subject.name.label("subject_name"),
            Subject.minor_regime,
            Subject.office_id.label("assigned_office_id"),
            Judgment.office_id,
            Office.name.label("office_name"),
            Judgment.category,
            Judgment.decided_by,
            Judgment.effective_on,
            Judgment.received_on,
            Judgment.papers_on,
            Judgment.created_at,
            Judgment.duty_id,
            Duty.state.label("duty_state"),
            Duty.obligor,
            Duty.due_at,
            _state(now).label("state"),
            _confirmed_at().label("confirmed_at"),
        )
        .join(Subject, Subject.id == Judgment.subject_id)
        .join(Office, Office.id == Judgment.office_id)
        .outerjoin(Duty, Duty.id == Judgment.duty_id)
        .where(subjects_of(actor))
    )


def _state(now: datetime) -> ColumnElement[str]:
    """How each intake stands, in SQL, so that a list can be narrowed by it."""
    done = or_(
        Duty.state.in_((DutyState.FULFILLED, DutyState.LATE)),
        and_(Duty.id.is_(None), Subject.status == SubjectStatus.IN_CORRECTION),
    )
    called_off = or_(
        Duty.state.in_((DutyState.CANCELLED, DutyState.WAIVED)),
        and_(Duty.id.is_(None), Subject.status == SubjectStatus.ENDED),
    )
    return case(
        (done, State.DONE),
        (called_off, State.CALLED_OFF),
        (Duty.id.is_(None), State.AWAITING_RECEIPT),
        (_confirmed_at().is_not(None), State.CONFIRMED),
        (Duty.due_at <= now, State.OVERDUE),
        else_=State.RUNNING,
    )


def _confirmed_at() -> Any:
    confirmations = select(func.min(Confirmation.at)).where(Confirmation.judgment_id == Judgment.id)
    return confirmations.correlate(Judgment).scalar_subquery()


def _holidays(connection: Connection, office_ids: set[UUID], now: datetime) -> Mapping[UUID, Holidays]:
    """The holidays that each office counts by; a list is shown even where no policy is in force any more."""
    try:
        found = policies.in_force(connection, office_ids, at=now) if office_ids else {}
    except Refused:
        return {}
    return {office_id: in_force.policy.holidays for office_id, in_force in found.items()}


def _view(actor: Actor, row: Any, holidays: Holidays, now: datetime) -> JudgmentView:
    facts = Facts(
        row.id,
        row.subject_id,
        row.office_id,
        Category(row.category),
        row.effective_on,
        row.received_on,
        row.papers_on,
    )
    duty = IntakeDuty(row.duty_id, row.subject_id, DutyState(row.duty_state), row.due_at) if row.duty_id else None
    arrival = arrival_stands(duty, now=now)
    return JudgmentView(
        id=row.id,
        subject_id=row.subject_id,
        subject_no=row.subject_no,
        subject_name=shown_name(actor, Named(row.subject_name, row.minor_regime, row.assigned_office_id)),
        office_id=row.office_id,
        office_name=row.office_name,
        category=row.category,
        decided_by=row.decided_by,
        effective_on=row.effective_on,
        received_on=row.received_on,
        papers_on=row.papers_on,
        created_at=row.created_at,
        state=row.state,
        obligor=row.obligor,
        due_at=row.due_at,
        papers=papers_stand(facts, holidays, now=now).value,
        arrival=arrival.value if arrival else None,
        confirmed_at=row.confirmed_at,
    )
