"""Visits and talks as they were written down, with what each fulfilled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, Text, and_, cast, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from app.models.duty import Duty
from app.models.office import Office, User
from app.models.subject import Subject
from app.models.visit import Record, RecordItem
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.queries.record_details import COLUMNS, Addition, additions, details_of
from app.rules.calendar import end_of_day, start_of_day
from app.rules.effects.records import Details
from app.rules.errors import NotFound
from app.rules.facts import Actor, DutyKind, Reason
from app.rules.visits import Covered, days_until_written
from app.store.scope import subjects_of
from app.store.visits import also


@dataclass(frozen=True)
class RecordRow:
    """One record in a list. `corrected`: a later record puts it right; `written_days_later` counts local days."""

    id: UUID
    kind: DutyKind
    subject_id: UUID
    subject_name: str
    minor: bool
    office_id: UUID
    office_name: str
    officer_id: UUID
    officer_name: str
    happened_at: datetime
    ended_at: datetime | None
    written_at: datetime
    written_days_later: int
    items: tuple[Covered, ...]
    reasons: tuple[Reason, ...]
    home_distance_m: float | None
    accuracy_m: float | None
    corrects_id: UUID | None
    corrected: bool


@dataclass(frozen=True)
class RecordView(RecordRow):
    """One record in full. `lon` and `lat` are where the officer was, in WGS-84 degrees."""

    met: str | None
    note: str
    lon: float | None
    lat: float | None
    details: Details
    additions: tuple[Addition, ...]


@dataclass(frozen=True)
class RecordFilter:
    """Which records: of one subject, of an office and those below it, with an item, of local days, both included."""

    subject_id: UUID | None = None
    office_id: UUID | None = None
    item: str | None = None
    from_day: date | None = None
    to_day: date | None = None


def records(
    connection: Connection,
    actor: Actor,
    kind: DutyKind,
    wanted: RecordFilter,
    *,
    after: Key | None = None,
    limit: int = 50,
) -> Page[RecordRow]:
    """Visits or talks (`kind`) about subjects within the actor's reach, the latest first. One statement."""
    statement = _records(actor, kind).order_by(Record.happened_at.desc(), Record.id.desc()).limit(limit + 1)
    statement = statement.where(*_conditions(wanted))
    if last := instant_key(after):
        at, record_id = last
        older = and_(Record.happened_at == at, Record.id < record_id)
        statement = statement.where(or_(Record.happened_at < at, older))
    rows = [RecordRow(**_row(actor, row)) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.happened_at.isoformat(), str(row.id)])


def record(connection: Connection, actor: Actor, kind: DutyKind | None, record_id: UUID) -> RecordView:
    """One record of `kind`, or of any kind, in full; NotFound outside the actor's reach."""
    statement = _records(actor, kind).where(Record.id == record_id)
    place = (func.ST_X(Record.place).label("lon"), func.ST_Y(Record.place).label("lat"))
    row = connection.execute(statement.add_columns(Record.met, Record.note, *place, *COLUMNS)).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return RecordView(
        **_row(actor, row),
        met=row.met,
        note=row.note,
        lon=row.lon,
        lat=row.lat,
        details=details_of(row),
        additions=additions(connection, record_id) if row.corrected else (),
    )


def _records(actor: Actor, kind: DutyKind | None) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Record.id,
            Record.kind,
            Record.subject_id,
            Subject.name.label("name"),
            Subject.minor_regime,
            Subject.office_id.label("assigned_to"),
            Record.office_id,
            Office.name.label("office_name"),
            Record.officer_id,
            User.name.label("officer_name"),
            Record.happened_at,
            Record.ended_at,
            Record.written_at,
            Record.reasons,
            Record.home_distance_m,
            Record.accuracy_m,
            Record.corrects_id,
            _corrected(),
            _items(),
        )
        .join(Subject, Subject.id == Record.subject_id)
        .join(Office, Office.id == Record.office_id)
        .join(User, User.id == Record.officer_id)
        .where(*([] if kind is None else [Record.kind == kind]), subjects_of(actor))
    )


def _corrected() -> Any:
    """Whether a later record names this one. A count, because the planner would read all records for an EXISTS."""
    later = aliased(Record)
    named = select(func.count()).select_from(later).where(later.corrects_id == Record.id).correlate(Record)
    return (named.scalar_subquery() > 0).label("corrected")


def _items() -> Any:
    """The record's items as one JSON array, so that a page of records is one statement."""
    further = aliased(Duty)
    told = func.jsonb_agg(
        aggregate_order_by(
            func.jsonb_build_array(further.id, further.due_at), further.opens_at, further.due_at, further.id
        )
    )
    of_the_item = (further.subject_id == Record.subject_id, further.rule_code == RecordItem.item)
    settled = (further.evidence_id == Record.id, further.id != RecordItem.duty_id)
    also = select(told).where(*of_the_item, *settled).correlate(Record, RecordItem).scalar_subquery()
    item = func.jsonb_build_object(
        "item", RecordItem.item, "duty_id", cast(RecordItem.duty_id, Text), "due_at", Duty.due_at, "also", also
    )
    return (
        select(func.jsonb_agg(aggregate_order_by(item, RecordItem.item)))
        .select_from(RecordItem)
        .join(Duty, Duty.id == RecordItem.duty_id, isouter=True)
        .where(RecordItem.record_id == Record.id)
        .correlate(Record)
        .scalar_subquery()
        .label("items")
    )


def _conditions(wanted: RecordFilter) -> Sequence[Any]:
    conditions: list[Any] = []
    if wanted.subject_id is not None:
        conditions.append(Record.subject_id == wanted.subject_id)
    if wanted.office_id is not None:
        top = select(Office.path).where(Office.id == wanted.office_id).scalar_subquery()
        conditions.append(or_(Office.path == top, Office.path.like(top.concat(literal(".%")))))
    if wanted.item is not None:
        covers = and_(RecordItem.record_id == Record.id, RecordItem.item == wanted.item)
        conditions.append(exists().where(covers))
    if wanted.from_day is not None:
        conditions.append(Record.happened_at >= start_of_day(wanted.from_day))
    if wanted.to_day is not None:
        conditions.append(Record.happened_at < end_of_day(wanted.to_day))
    return conditions


def _row(actor: Actor, row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": DutyKind(row.kind),
        "subject_id": row.subject_id,
        "subject_name": shown_name(actor, Named(row.name, row.minor_regime, row.assigned_to)),
        "minor": row.minor_regime,
        "office_id": row.office_id,
        "office_name": row.office_name,
        "officer_id": row.officer_id,
        "officer_name": row.officer_name,
        "happened_at": row.happened_at,
        "ended_at": row.ended_at,
        "written_at": row.written_at,
        "written_days_later": days_until_written(row.happened_at, row.written_at),
        "items": tuple(_covered(item) for item in row.items),
        "reasons": tuple(Reason(reason["code"], tuple(reason["params"].items())) for reason in row.reasons),
        "home_distance_m": row.home_distance_m,
        "accuracy_m": row.accuracy_m,
        "corrects_id": row.corrects_id,
        "corrected": row.corrected,
    }


def _covered(item: dict[str, Any]) -> Covered:
    duty_id, due_at = item["duty_id"], item["due_at"]
    return Covered(
        str(item["item"]),
        UUID(duty_id) if duty_id else None,
        datetime.fromisoformat(due_at) if due_at else None,
        also(item["also"]),
    )
