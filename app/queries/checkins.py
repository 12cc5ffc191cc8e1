"""Tries at check-ins with their receipts: one's own, one subject's, and those that wait for review."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, select, tuple_

from app.models.checkin import Attempt
from app.models.duty import Duty
from app.models.photo import Photo
from app.models.subject import Subject
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.checkins import Receipt
from app.rules.errors import NotFound
from app.rules.facts import Actor, Outcome
from app.store.receipts import COLUMNS, as_receipt
from app.store.scope import subjects_of


@dataclass(frozen=True)
class CheckInView:
    """One try as an office sees it: whose it is, and the window of the duty that it was for, if any.

    What an officer noted, and what the person answered, is in own words and sealed with the name. `photo` is `kept`,
    `awaited` or `deleted` where the try names one.
    """

    receipt: Receipt
    subject_name: str
    minor: bool
    opens_at: datetime | None
    due_at: datetime | None
    duty_state: str | None
    photo: str | None = None
    answers: tuple[tuple[str, str], ...] = ()


def own_receipts(connection: Connection, actor: Actor, *, after: Key | None = None, limit: int = 50) -> Page[Receipt]:
    """All tries of the subject that asks, newest first: none of them is ever lost."""
    statement = select(*COLUMNS).where(Attempt.subject_id == actor.id)
    rows = connection.execute(_newest_first(statement, after, limit)).all()
    return page_of(tuple(map(as_receipt, rows)), limit, _key)


def own_receipt(connection: Connection, actor: Actor, attempt_id: UUID) -> Receipt:
    """One try of the subject that asks; NotFound where there is none with that id."""
    statement = select(*COLUMNS).where(Attempt.subject_id == actor.id, Attempt.id == attempt_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return as_receipt(row)


def waiting(connection: Connection, actor: Actor, *, after: Key | None = None, limit: int = 50) -> Page[CheckInView]:
    """Tries within reach that wait for review, the one that has waited longest first."""
    order = tuple_(Attempt.received_at, Attempt.id)
    statement = _views(actor).where(Attempt.outcome == Outcome.TO_REVIEW, Attempt.reviewed_at.is_(None))
    if (key := instant_key(after)) is not None:
        statement = statement.where(order > tuple_(*key))
    rows = connection.execute(statement.order_by(Attempt.received_at, Attempt.id).limit(limit + 1)).all()
    return page_of([_view(actor, row) for row in rows], limit, lambda view: _key(view.receipt))


def of_subject(
    connection: Connection, actor: Actor, subject_id: UUID, *, after: Key | None = None, limit: int = 50
) -> Page[CheckInView]:
    """All tries of one subject, newest first; NotFound for a subject that is not within reach."""
    within = select(Subject.id).where(Subject.id == subject_id, subjects_of(actor))
    if connection.execute(within).first() is None:
        raise NotFound("not_found")
    statement = _views(actor).where(Attempt.subject_id == subject_id)
    rows = connection.execute(_newest_first(statement, after, limit)).all()
    return page_of([_view(actor, row) for row in rows], limit, lambda view: _key(view.receipt))


def _views(actor: Actor) -> Select[Any]:
    return (
        select(*COLUMNS, Subject.name, Subject.minor_regime, Subject.office_id, Duty.opens_at, Duty.due_at, Duty.state)
        .add_columns(Attempt.answers, Photo.row_id.label("photo_row"), Photo.deleted_at.label("photo_deleted_at"))
        .join(Subject, Subject.id == Attempt.subject_id)
        .outerjoin(Photo, and_(Photo.subject_id == Attempt.subject_id, Photo.id == Attempt.photo_id))
        .outerjoin(Duty, Duty.id == Attempt.duty_id)
        .where(subjects_of(actor))
    )


def _newest_first(statement: Select[Any], after: Key | None, limit: int) -> Select[Any]:
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(Attempt.received_at, Attempt.id) < tuple_(*key))
    return statement.order_by(Attempt.received_at.desc(), Attempt.id.desc()).limit(limit + 1)


def _key(receipt: Receipt) -> Key:
    return [receipt.received_at.isoformat(), str(receipt.id)]


def _view(actor: Actor, row: Any) -> CheckInView:
    named = Named(row.name, row.minor_regime, row.office_id)
    receipt = as_receipt(row)
    sealed = is_sealed(actor, named)
    if sealed:
        receipt = replace(receipt, note=None)
    return CheckInView(
        receipt,
        shown_name(actor, named),
        row.minor_regime,
        row.opens_at,
        row.due_at,
        row.state,
        photo=_photo(row),
        answers=() if sealed else tuple((key, str(value)) for key, value in (row.answers or {}).items()),
    )


def _photo(row: Any) -> str | None:
    if row.photo_id is None:
        return None
    if row.photo_row is None:
        return "awaited"
    return "kept" if row.photo_deleted_at is None else "deleted"
