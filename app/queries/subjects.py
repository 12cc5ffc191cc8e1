"""Subjects in lists: by office, class and state, or found by name, number or identity number."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from app.config import Settings
from app.models.alert import Alert
from app.models.office import Office, User
from app.models.subject import Subject, SubjectState
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, page_of, text_key
from app.rules.calendar import legal_day
from app.rules.errors import Refused
from app.rules.facts import Actor, Handling, SubjectStatus
from app.rules.identity import checked, looks_like_one
from app.store.identity import keys_of, search_hashes
from app.store.scope import subjects_of


@dataclass(frozen=True)
class SubjectRow:
    """One subject in a list. `days_left` counts the local days after today up to the last of the term.

    `last_position_at` tells how old the last fix is, during correction only: where it was is shown elsewhere.
    """

    id: UUID
    subject_no: str
    name: str
    category: str
    status: str
    class_: str | None
    channel: str
    office_id: UUID
    office_name: str
    officer_id: UUID | None
    officer_name: str | None
    minor_regime: bool
    term_to: date | None
    days_left: int | None
    last_heard_at: datetime | None
    unclosed_alerts: int
    last_position_at: datetime | None = None
    last_accuracy_m: float | None = None


@dataclass(frozen=True)
class Wanted:
    """Which subjects: all conditions that are given hold. `q` is a part of a name or the beginning of a number."""

    q: str | None = None
    status: str | None = None
    class_: str | None = None
    office_id: UUID | None = None
    officer_id: UUID | None = None


def subjects(
    connection: Connection, actor: Actor, wanted: Wanted, *, now: datetime, after: Key | None = None, limit: int = 50
) -> Page[SubjectRow]:
    """Subjects within reach, by number. Refused `id_number_in_address` where `q` looks like an identity number."""
    if wanted.q is not None and looks_like_one(wanted.q):
        raise Refused("id_number_in_address", fields={"q": "id_number_in_address"})
    number = Subject.subject_no.collate("C")
    statement = _rows(actor).where(*_conditions(wanted)).order_by(number).limit(limit + 1)
    if (last := text_key(after)) is not None:
        statement = statement.where(number > last)
    rows = [_view(actor, row, now) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.subject_no])


def by_id_number(
    connection: Connection, actor: Actor, id_number: str, settings: Settings, *, now: datetime
) -> tuple[SubjectRow, ...]:
    """The subject with this identity number, if within reach. Refused `id_number_unfit` for what can be none."""
    hashes = search_hashes(keys_of(settings), checked(id_number))
    statement = _rows(actor).where(Subject.id_number_hash.in_(hashes))
    return tuple(_view(actor, row, now) for row in connection.execute(statement))


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    alerts = (
        select(func.count())
        .where(Alert.subject_id == Subject.id, Alert.handling != Handling.CLOSED)
        .correlate(Subject)
        .scalar_subquery()
    )
    return (
        select(
            Subject.id,
            Subject.subject_no,
            Subject.name,
            Subject.category,
            Subject.status,
            Subject.class_.label("class_name"),
            Subject.channel,
            Subject.office_id,
            Office.name.label("office_name"),
            Subject.officer_id,
            User.name.label("officer_name"),
            Subject.minor_regime,
            Subject.term_to,
            SubjectState.last_heard_at,
            SubjectState.last_position_at,
            SubjectState.last_accuracy_m,
            alerts.label("unclosed_alerts"),
        )
        .join(Office, Office.id == Subject.office_id)
        .join(SubjectState, SubjectState.subject_id == Subject.id)
        .outerjoin(User, User.id == Subject.officer_id)
        .where(subjects_of(actor))
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    given = (
        (Subject.status, wanted.status),
        (Subject.class_, wanted.class_),
        (Subject.office_id, wanted.office_id),
        (Subject.officer_id, wanted.officer_id),
    )
    found: list[ColumnElement[bool]] = [column == value for column, value in given if value is not None]
    if wanted.q:
        found.append(
            or_(
                Subject.name.contains(wanted.q, autoescape=True),
                Subject.subject_no.startswith(wanted.q, autoescape=True),
            )
        )
    return found


def _view(actor: Actor, row: Any, now: datetime) -> SubjectRow:
    located = row.status == SubjectStatus.IN_CORRECTION
    return SubjectRow(
        id=row.id,
        subject_no=row.subject_no,
        name=shown_name(actor, Named(row.name, row.minor_regime, row.office_id)),
        category=row.category,
        status=row.status,
        class_=row.class_name,
        channel=row.channel,
        office_id=row.office_id,
        office_name=row.office_name,
        officer_id=row.officer_id,
        officer_name=row.officer_name,
        minor_regime=row.minor_regime,
        term_to=row.term_to,
        days_left=days_left(row.term_to, now),
        last_heard_at=row.last_heard_at,
        unclosed_alerts=row.unclosed_alerts,
        last_position_at=row.last_position_at if located else None,
        last_accuracy_m=row.last_accuracy_m if located else None,
    )


def days_left(term_to: date | None, now: datetime) -> int | None:
    """Local days after today up to the last day of the term, never below zero; None without a term."""
    return None if term_to is None else max((term_to - legal_day(now)).days, 0)
