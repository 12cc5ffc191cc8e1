"""Every statement that was ever kept of one person (四知道), and which took the place of which."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select, tuple_
from sqlalchemy.orm import aliased

from app.models.known_fact import KnownFact, KnownFactEnd
from app.models.office import User
from app.models.subject import Subject
from app.queries.known_facts import value_text
from app.queries.names import Named, is_sealed
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound, Refused
from app.rules.facts import Actor
from app.rules.known_facts import BY_CODE
from app.rules.wording.known_facts import FIELDS as TITLES
from app.rules.wording.known_facts import SOURCES, WAYS
from app.store.scope import subjects_of


@dataclass(frozen=True)
class KeptStatement:
    """One statement as it was kept. `ended_at`: a later one took its place then. `text` is None where it is sealed."""

    id: UUID
    field: str
    title: str
    text: str | None
    source: str
    source_text: str
    said_by: str | None
    how: str
    how_text: str
    learned_at: datetime
    verified_at: datetime | None
    written_at: datetime
    written_by_name: str | None
    note: str | None
    settles: bool
    ended_at: datetime | None
    ended_by: UUID | None


def history(
    connection: Connection,
    actor: Actor,
    subject_id: UUID,
    *,
    field: str | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[KeptStatement]:
    """All that was ever kept, the last written first; NotFound out of reach, Refused for a field that is none."""
    if field is not None and field not in BY_CODE:
        raise Refused("unknown_fact", fields={"field": "unknown_fact"})
    person = _person(connection, actor, subject_id)
    statement = _history(subject_id).order_by(KnownFact.written_at.desc(), KnownFact.id.desc()).limit(limit + 1)
    if field is not None:
        statement = statement.where(KnownFact.field == field)
    if (key := instant_key(after)) is not None:
        statement = statement.where(tuple_(KnownFact.written_at, KnownFact.id) < tuple_(*key))
    closed = is_sealed(actor, person)
    rows = [_kept(row, closed=closed or BY_CODE[row.field].sensitive) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.written_at.isoformat(), str(row.id)])


def _person(connection: Connection, actor: Actor, subject_id: UUID) -> Named:
    columns = (Subject.name, Subject.minor_regime, Subject.office_id)
    row = connection.execute(select(*columns).where(Subject.id == subject_id, subjects_of(actor))).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return Named(row.name, row.minor_regime, row.office_id)


def _history(subject_id: UUID) -> Select[*tuple[Any, ...]]:
    later = aliased(KnownFact)
    return (
        select(
            KnownFact.__table__,
            User.name.label("written_by_name"),
            KnownFactEnd.ended_by,
            later.written_at.label("ended_at"),
        )
        .outerjoin(User, User.id == KnownFact.written_by)
        .outerjoin(KnownFactEnd, KnownFactEnd.fact_id == KnownFact.id)
        .outerjoin(later, later.id == KnownFactEnd.ended_by)
        .where(KnownFact.subject_id == subject_id)
    )


def _kept(row: Row[Any], *, closed: bool) -> KeptStatement:
    return KeptStatement(
        id=row.id,
        field=row.field,
        title=TITLES[row.field],
        text=None if closed else value_text(BY_CODE[row.field], row.value),
        source=row.source,
        source_text=SOURCES[row.source],
        said_by=None if closed else row.said_by,
        how=row.how,
        how_text=WAYS[row.how],
        learned_at=row.learned_at,
        verified_at=row.verified_at,
        written_at=row.written_at,
        written_by_name=row.written_by_name,
        note=None if closed else row.note,
        settles=row.settles,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )
