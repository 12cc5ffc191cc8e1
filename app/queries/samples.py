"""Samples of records: what was drawn, how far it was looked at, and questions that wait for an answer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, func, select, tuple_
from sqlalchemy.orm import aliased

from app.models.office import Office, User, UserRole
from app.models.sample import Sample, SampledRecord, SampleEntry
from app.models.subject import Subject
from app.models.visit import Record, RecordItem, RecordProof
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor, Role
from app.rules.sampling import EntryKind, SampledState, state_of
from app.store.scope import offices_of, subjects_of


@dataclass(frozen=True)
class SampleView:
    """One draw, and how many of its records are closed."""

    id: UUID
    seed: str
    office_id: UUID
    office_name: str
    officer_id: UUID | None
    officer_name: str | None
    item: str | None
    from_day: date
    to_day: date
    size: int
    population: int
    drawn: int
    closed: int
    why: str
    drawn_by_name: str
    drawn_at: datetime


@dataclass(frozen=True)
class EntryView:
    """What somebody did about a drawn record."""

    id: UUID
    kind: str
    at: datetime
    by_name: str
    note: str | None


@dataclass(frozen=True)
class SampledView:
    """One drawn record. `note` is what it says, sealed with the name."""

    sample_id: UUID
    record_id: UUID
    n: int
    kind: str
    items: tuple[str, ...]
    subject_id: UUID
    subject_name: str
    minor: bool
    office_name: str
    officer_name: str
    happened_at: datetime
    written_at: datetime
    note: str | None
    proof: str | None
    state: SampledState
    entries: tuple[EntryView, ...]


def samples(connection: Connection, actor: Actor, *, after: Key | None = None, limit: int = 50) -> Page[SampleView]:
    """Samples of offices within reach, the last drawn first."""
    statement = _samples(actor).order_by(Sample.drawn_at.desc(), Sample.id.desc()).limit(limit + 1)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(Sample.drawn_at, Sample.id) < tuple_(*key))
    rows = [SampleView(**row) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.drawn_at.isoformat(), str(row.id)])


def writers(connection: Connection, actor: Actor, *, now: datetime) -> tuple[tuple[UUID, str], ...]:
    """Who writes records in the offices within reach, by name: those whose records a sample may be limited to."""
    rows = connection.execute(
        select(User.id, User.name)
        .join(UserRole, UserRole.user_id == User.id)
        .join(Office, Office.id == UserRole.office_id)
        .where(offices_of(actor), UserRole.role.in_((Role.OFFICER, Role.AIDE)), UserRole.held.contains(now))
        .group_by(User.id, User.name)
        .order_by(User.name, User.id)
    )
    return tuple((row.id, row.name) for row in rows)


def sample(connection: Connection, actor: Actor, sample_id: UUID) -> SampleView:
    """One sample; NotFound out of reach."""
    row = connection.execute(_samples(actor).where(Sample.id == sample_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    return SampleView(**row)


def drawn(connection: Connection, actor: Actor, sample_id: UUID) -> tuple[SampledView, ...]:
    """The records of a sample within reach, in the order in which they were drawn."""
    statement = _drawn(actor).where(SampledRecord.sample_id == sample_id, offices_of(actor))
    return _views(connection, actor, statement.order_by(SampledRecord.n))


def one_drawn(connection: Connection, actor: Actor, sample_id: UUID, record_id: UUID) -> SampledView:
    """One record of a sample; NotFound out of reach."""
    statement = _drawn(actor).where(
        SampledRecord.sample_id == sample_id, SampledRecord.record_id == record_id, offices_of(actor)
    )
    found = _views(connection, actor, statement)
    if not found:
        raise NotFound("not_found")
    return found[0]


def questions(connection: Connection, actor: Actor, *, skip: int = 0, limit: int = 100) -> tuple[SampledView, ...]:
    """Drawn records about subjects within reach that wait for an answer; whoever wrote one finds theirs first."""
    mine = (Record.officer_id == actor.id).desc()
    order = (mine, Sample.drawn_at, SampledRecord.n, SampledRecord.record_id)
    return _views(connection, actor, _asked(actor).order_by(*order).offset(skip).limit(limit))


def how_many_questions(connection: Connection, actor: Actor) -> int:
    """How many of them there are."""
    return connection.execute(select(func.count()).select_from(_asked(actor).subquery())).scalar_one()


def _asked(actor: Actor) -> Select[*tuple[Any, ...]]:
    last = (
        select(SampleEntry.kind)
        .where(
            SampleEntry.sample_id == SampledRecord.sample_id,
            SampleEntry.record_id == SampledRecord.record_id,
            SampleEntry.kind.in_((EntryKind.QUESTION, EntryKind.ANSWER, EntryKind.CLOSED)),
        )
        .order_by(SampleEntry.n.desc())
        .limit(1)
        .scalar_subquery()
    )
    return _drawn(actor).where(subjects_of(actor), last == EntryKind.QUESTION)


def _samples(actor: Actor) -> Select[*tuple[Any, ...]]:
    by, of = aliased(User), aliased(User)
    within = SampledRecord.sample_id == Sample.id
    count = select(func.count()).select_from(SampledRecord).where(within).scalar_subquery()
    closed = (
        select(func.count(SampleEntry.record_id.distinct()))
        .where(SampleEntry.sample_id == Sample.id, SampleEntry.kind == EntryKind.CLOSED)
        .scalar_subquery()
    )
    return (
        select(
            *(Sample.id, Sample.seed, Sample.office_id, Office.name.label("office_name"), Sample.officer_id),
            *(of.name.label("officer_name"), Sample.item, Sample.from_day, Sample.to_day, Sample.size),
            *(Sample.population, count.label("drawn"), closed.label("closed"), Sample.why),
            *(by.name.label("drawn_by_name"), Sample.drawn_at),
        )
        .join(Office, Office.id == Sample.office_id)
        .join(by, by.id == Sample.drawn_by)
        .outerjoin(of, of.id == Sample.officer_id)
        .where(offices_of(actor))
    )


def _drawn(actor: Actor) -> Select[*tuple[Any, ...]]:
    """`Office` is the sample's own here: what decides who may see it as a supervisor."""
    kept_by, near = aliased(Office), subjects_of(actor).label("near")
    of_record = RecordItem.record_id == SampledRecord.record_id
    items = select(func.array_agg(RecordItem.item)).where(of_record).scalar_subquery()
    return (
        select(
            *(SampledRecord.sample_id, SampledRecord.record_id, SampledRecord.n, Record.kind, items.label("items")),
            *(
                Record.subject_id,
                Subject.name,
                Subject.minor_regime,
                Subject.office_id,
                near,
            ),
            *(kept_by.name.label("office_name"), User.name.label("officer_name"), Record.happened_at),
            *(Record.written_at, Record.note, RecordProof.verdict),
        )
        .join(Sample, Sample.id == SampledRecord.sample_id)
        .join(Office, Office.id == Sample.office_id)
        .join(Record, Record.id == SampledRecord.record_id)
        .join(kept_by, kept_by.id == Record.office_id)
        .join(Subject, Subject.id == Record.subject_id)
        .join(User, User.id == Record.officer_id)
        .outerjoin(RecordProof, RecordProof.record_id == Record.id)
    )


def _views(connection: Connection, actor: Actor, statement: Select[*tuple[Any, ...]]) -> tuple[SampledView, ...]:
    rows = connection.execute(statement).all()
    entries = _entries(connection, [(row.sample_id, row.record_id) for row in rows])
    return tuple(_view(actor, row, entries.get((row.sample_id, row.record_id), [])) for row in rows)


def _entries(connection: Connection, keys: list[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], list[EntryView]]:
    found: dict[tuple[UUID, UUID], list[EntryView]] = {}
    if not keys:
        return found
    statement = (
        select(SampleEntry, User.name.label("by_name"))
        .join(User, User.id == SampleEntry.actor_id)
        .where(tuple_(SampleEntry.sample_id, SampleEntry.record_id).in_(keys))
        .order_by(SampleEntry.n)
    )
    for row in connection.execute(statement):
        view = EntryView(row.id, row.kind, row.at, row.by_name, row.note)
        found.setdefault((row.sample_id, row.record_id), []).append(view)
    return found


def _view(actor: Actor, row: Row[Any], entries: list[EntryView]) -> SampledView:
    named = Named(row.name, row.minor_regime, row.office_id, within_reach=row.near)
    return SampledView(
        sample_id=row.sample_id,
        record_id=row.record_id,
        n=row.n,
        kind=row.kind,
        items=tuple(sorted(row.items or ())),
        subject_id=row.subject_id,
        subject_name=shown_name(actor, named),
        minor=row.minor_regime,
        office_name=row.office_name,
        officer_name=row.officer_name,
        happened_at=row.happened_at,
        written_at=row.written_at,
        note=None if is_sealed(actor, named) else row.note,
        proof=row.verdict,
        state=state_of([EntryKind(entry.kind) for entry in entries]),
        entries=tuple(entries),
    )
