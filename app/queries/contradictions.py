"""Whose facts (四知道) are told in two ways."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from app.models.known_fact import KnownFact, KnownFactEnd
from app.models.office import Office
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.queries.page import Key, Page, page_of, text_key
from app.rules.facts import Actor
from app.rules.known_facts import FIELDS
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
    """People within reach of whom sources say different things, by number. One statement."""
    compared = [each.code for each in FIELDS if each.form in {"choice", "text"} and not each.passing]
    value = KnownFact.value.collate("C")  # least and greatest differ: no sorting, unlike counting different ones
    within = select(Subject.id).where(subjects_of(actor))
    differing = (
        select(KnownFact.subject_id, KnownFact.field, func.max(KnownFact.written_at).label("since"))
        .outerjoin(KnownFactEnd, KnownFactEnd.fact_id == KnownFact.id)
        .where(KnownFactEnd.fact_id.is_(None), KnownFact.field.in_(compared), KnownFact.subject_id.in_(within))
        .group_by(KnownFact.subject_id, KnownFact.field)
        .having(func.min(value) != func.max(value))
        .subquery()
    )
    number = Subject.subject_no.collate("C")
    statement = (
        select(
            *(Subject.id, Subject.subject_no, Subject.name, Subject.minor_regime, Subject.office_id),
            Office.name.label("office_name"),
            func.array_agg(differing.c.field).label("fields"),
            func.max(differing.c.since).label("since"),
        )
        .join(differing, differing.c.subject_id == Subject.id)
        .join(Office, Office.id == Subject.office_id)
        .group_by(Subject.id, Office.name)
        .order_by(number)
        .limit(limit + 1)
    )
    if (last := text_key(after)) is not None:
        statement = statement.where(number > last)
    rows = [_contradicted(actor, row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.subject_no])


def _contradicted(actor: Actor, row: Row[Any]) -> Contradicted:
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
