"""Whose facts (四知道) are told in two ways."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.models.known_fact import KnownFact, KnownFactDispute, KnownFactEnd
from app.models.office import Office
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, page_of, text_key
from app.rules.facts import Actor, SubjectStatus
from app.rules.wording.known_facts import FIELDS as TITLES
from app.store.scope import subjects_of


@dataclass(frozen=True)
class Contradicted:
    """A person of whom at least one fact is told in two ways."""

    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_id: UUID
    office_name: str
    fields: tuple[str, ...]
    titles: tuple[str, ...]
    since: datetime


def contradictions(
    connection: Connection, actor: Actor, *, after: Key | None = None, limit: int = 50
) -> Page[Contradicted]:
    """People under correction within reach of whom sources say different things, by number. One statement.

    It reads what was ever disputed, which is little, and of it what still counts on both sides.
    """
    number = Subject.subject_no.collate("C")
    statement = (
        select(
            *(Subject.id, Subject.subject_no, Subject.name, Subject.minor_regime, Subject.office_id),
            Office.name.label("office_name"),
            func.array_agg(KnownFact.field.distinct()).label("fields"),
            func.min(KnownFact.written_at).label("since"),
        )
        .join(KnownFactDispute, KnownFactDispute.subject_id == Subject.id)
        .join(KnownFact, KnownFact.id == KnownFactDispute.fact_id)
        .join(Office, Office.id == Subject.office_id)
        .where(subjects_of(actor), Subject.status == SubjectStatus.IN_CORRECTION)
        .where(_counts(KnownFactDispute.fact_id), _counts(KnownFactDispute.other_id))
        .group_by(Subject.id, Office.name)
        .order_by(number)
        .limit(limit + 1)
    )
    if (last := text_key(after)) is not None:
        statement = statement.where(number > last)
    rows = [_contradicted(actor, row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.subject_no])


def _counts(fact_id: ColumnElement[UUID] | InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """No later statement took its place."""
    return ~select(KnownFactEnd.fact_id).where(KnownFactEnd.fact_id == fact_id).exists()


def _contradicted(actor: Actor, row: Any) -> Contradicted:
    fields = tuple(sorted(row.fields))
    return Contradicted(
        subject_id=row.id,
        subject_no=row.subject_no,
        subject_name=shown_name(actor, Named(row.name, row.minor_regime, row.office_id)),
        minor=row.minor_regime,
        office_id=row.office_id,
        office_name=row.office_name,
        fields=fields,
        titles=tuple(TITLES[each] for each in fields),
        since=row.since,
    )
