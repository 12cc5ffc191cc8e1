"""Weekly meetings with who was talked about and what was decided."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select, tuple_

from app.models.office import Office, User
from app.models.subject import Subject
from app.models.weekly_review import ReviewedPerson, WeeklyReview
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.wording import sentence
from app.store.scope import offices_of, subjects_of


@dataclass(frozen=True)
class ReviewView:
    """One meeting."""

    id: UUID
    office_id: UUID
    office_name: str
    week: date
    held_on: date
    attended: str
    summary: str
    people: int
    written_by_name: str
    written_at: datetime


@dataclass(frozen=True)
class DecidedView:
    """Somebody who was talked about. `told` are the reasons as they stood then; words are sealed with the name."""

    subject_id: UUID
    subject_name: str
    minor: bool
    told: tuple[str, ...]
    decision: str | None
    follow_up_on: date | None


def reviews(connection: Connection, actor: Actor, *, after: Key | None = None, limit: int = 50) -> Page[ReviewView]:
    """Meetings of offices within reach, the last written first."""
    statement = _reviews(actor).order_by(WeeklyReview.written_at.desc(), WeeklyReview.id.desc()).limit(limit + 1)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(WeeklyReview.written_at, WeeklyReview.id) < tuple_(*key))
    rows = [ReviewView(**row) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.written_at.isoformat(), str(row.id)])


def review(connection: Connection, actor: Actor, review_id: UUID) -> ReviewView:
    """One meeting; NotFound out of reach."""
    row = connection.execute(_reviews(actor).where(WeeklyReview.id == review_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    return ReviewView(**row)


def decided(connection: Connection, actor: Actor, review_id: UUID) -> tuple[DecidedView, ...]:
    """Who was talked about in a meeting within reach, in the order of the list."""
    rows = connection.execute(
        select(
            *(ReviewedPerson.subject_id, ReviewedPerson.reasons, ReviewedPerson.decision, ReviewedPerson.follow_up_on),
            *(Subject.name, Subject.minor_regime, Subject.office_id, subjects_of(actor).label("near")),
        )
        .join(Subject, Subject.id == ReviewedPerson.subject_id)
        .where(ReviewedPerson.review_id == review_id)
        .order_by(ReviewedPerson.n)
    )
    return tuple(_decided(actor, row) for row in rows)


def _reviews(actor: Actor) -> Select[*tuple[Any, ...]]:
    count = select(func.count()).where(ReviewedPerson.review_id == WeeklyReview.id).scalar_subquery()
    return (
        select(
            *(WeeklyReview.id, WeeklyReview.office_id, Office.name.label("office_name"), WeeklyReview.week),
            *(WeeklyReview.held_on, WeeklyReview.attended, WeeklyReview.summary, count.label("people")),
            *(User.name.label("written_by_name"), WeeklyReview.written_at),
        )
        .join(Office, Office.id == WeeklyReview.office_id)
        .join(User, User.id == WeeklyReview.written_by)
        .where(offices_of(actor))
    )


def _decided(actor: Actor, row: Row[Any]) -> DecidedView:
    named = Named(row.name, row.minor_regime, row.office_id, within_reach=row.near)
    sealed = is_sealed(actor, named)
    return DecidedView(
        subject_id=row.subject_id,
        subject_name=shown_name(actor, named),
        minor=row.minor_regime,
        told=() if sealed else tuple(sentence(one["code"], one["params"]) for one in row.reasons),
        decision=None if sealed else row.decision,
        follow_up_on=row.follow_up_on,
    )
