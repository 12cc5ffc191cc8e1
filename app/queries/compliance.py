"""The office table: what was owed in a stretch of local days and what became of it. Every figure opens to its rows.

Table and rows are counted by the same conditions, so that a figure and its rows cannot differ.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, Subquery, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.models.duty import Duty
from app.models.office import Office
from app.models.subject import Subject
from app.queries.names import Named, is_sealed, shown_name
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.calendar import end_of_day, start_of_day
from app.rules.compliance import (
    ITEMS,
    RULES,
    STATES,
    Counts,
    Figure,
    counts_of,
    item_of,
    standing_out,
    total,
    urgency,
)
from app.rules.facts import Actor, DutyState, Obligor, OfficeLevel, Reason
from app.store.scope import offices_of, subjects_of


@dataclass(frozen=True)
class Stretch:
    """Which duties: those whose last day lies in [from_day, to_day], of an office and those below it, of one item.

    With `alone` of that office without those below it: a county has people of its own, and a line of its own.
    """

    from_day: date
    to_day: date
    office_id: UUID | None = None
    item: str | None = None
    alone: bool = False


@dataclass(frozen=True)
class OfficeLine:
    """One office with its counts by item, and why it stands out, if it does."""

    office_id: UUID
    code: str
    name: str
    county: str | None
    items: dict[str, Counts]
    stands_out: tuple[Reason, ...]


@dataclass(frozen=True)
class Table:
    """The offices, those that stand out first, and the sums of their counts, as of one instant."""

    as_of: datetime
    offices: tuple[OfficeLine, ...]
    totals: dict[str, Counts]


@dataclass(frozen=True)
class DutyRow:
    """One duty behind a figure. `waive_reason` is in a person's own words, and sealed with the name."""

    id: UUID
    office_id: UUID
    office_name: str
    subject_id: UUID
    subject_name: str
    minor: bool
    item: str
    obligor: Obligor
    rule_code: str
    policy_version_id: UUID
    state: DutyState
    opens_at: datetime
    due_at: datetime
    fulfilled_at: datetime | None
    missed_at: datetime | None
    waive_reason: str | None
    evidence_kind: str | None
    evidence_id: UUID | None


def table(connection: Connection, actor: Actor, stretch: Stretch, *, now: datetime) -> Table:
    """Every 司法所 within the actor's reach, also those that owed nothing; other offices where they owed something.

    A duty counts for the office that had it when it opened, and from then on. One grouped statement.
    """
    counts, county = _counts(actor, stretch, now), aliased(Office)
    statement = (
        select(Office.id, Office.code, Office.name, county.name.label("county"), counts)
        .select_from(Office)
        .join(county, county.id == Office.parent_id, isouter=True)
        .join(counts, counts.c.office_id == Office.id, isouter=True)
        .where(*_offices(actor, stretch))
        .where(or_(Office.level == OfficeLevel.JUSTICE_OFFICE, counts.c.office_id.is_not(None)))
        .order_by(Office.path.collate("C"))
    )
    by_office: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(statement):
        by_office[row.id].append(row)
    lines = sorted((_line(rows) for rows in by_office.values()), key=lambda line: urgency(line.items), reverse=True)
    return Table(now, tuple(lines), total(line.items for line in lines))


def duties(
    connection: Connection,
    actor: Actor,
    stretch: Stretch,
    figure: Figure,
    *,
    now: datetime,
    after: Key | None = None,
    limit: int = 50,
) -> Page[DutyRow]:
    """The duties behind one figure, by their end: as many as the figure says at the same instant. One statement."""
    statement = (
        _duties(actor)
        .where(*_counted(stretch, now), *_offices(actor, stretch), Duty.state.in_(sorted(STATES[figure])))
        .order_by(Duty.due_at, Duty.id)
        .limit(limit + 1)
    )
    if key := instant_key(after):
        statement = statement.where(tuple_(Duty.due_at, Duty.id) > key)
    rows = [_duty(actor, row) for row in connection.execute(statement)]
    return page_of(rows, limit, lambda row: [row.due_at.isoformat(), str(row.id)])


def _counts(actor: Actor, stretch: Stretch, now: datetime) -> Subquery:
    """Duties by office, rule and state, counted before they meet the names of the offices. Plain columns, for which
    PostgreSQL knows how few groups there are: grouped by an expression it sorts all rows first.
    """
    within = select(Office.id).where(*_offices(actor, stretch))
    by = (Duty.office_id, Duty.kind, Duty.rule_code, Duty.state)
    return (
        select(*by, func.count().label("number"))
        .where(Duty.office_id.in_(within), *_counted(stretch, now))
        .group_by(*by)
        .subquery()
    )


def _duties(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(Duty.id, Duty.office_id, Duty.subject_id, Duty.obligor, Duty.rule_code, Duty.policy_version_id),
            *(Duty.state, Duty.opens_at, Duty.due_at, Duty.fulfilled_at, Duty.missed_at, Duty.waive_reason),
            *(Duty.evidence_kind, Duty.evidence_id),
            *(Duty.kind, Office.name.label("office_name"), Subject.name, Subject.minor_regime),
            *(Subject.office_id.label("assigned_to"), subjects_of(actor).label("within_reach")),
        )
        .join(Office, Office.id == Duty.office_id)
        .join(Subject, Subject.id == Duty.subject_id)
    )


def _counted(stretch: Stretch, now: datetime) -> list[Any]:
    """What counts. A duty that has not opened is owed by nobody yet, and a random one must not show before it opens.

    `due_at` is the first instant after the time: one that ends with a day is due on that day, not on the next.
    """
    return [
        Duty.due_at > start_of_day(stretch.from_day),
        Duty.due_at <= end_of_day(stretch.to_day),
        Duty.opens_at <= now,
        Duty.state != DutyState.CANCELLED,
        *_of_item(stretch.item),
    ]


def _of_item(item: str | None) -> list[Any]:
    """The duties of one line: of one rule, or of a kind without the rules that have a line of their own."""
    if item is None:
        return [Duty.kind.in_([kind for kind in ITEMS if kind not in RULES])]
    return [Duty.rule_code == item] if item in RULES else [Duty.kind == item, Duty.rule_code.not_in(RULES)]


def _offices(actor: Actor, stretch: Stretch) -> list[Any]:
    conditions: list[Any] = [offices_of(actor)]
    if stretch.office_id is not None and stretch.alone:
        conditions.append(Office.id == stretch.office_id)
    elif stretch.office_id is not None:
        top = aliased(Office)
        path = select(top.path).where(top.id == stretch.office_id).scalar_subquery()
        conditions.append(or_(Office.path == path, Office.path.like(path.concat(literal(".%")))))
    return conditions


def _line(rows: list[Row[Any]]) -> OfficeLine:
    first = rows[0]
    items = dict.fromkeys(ITEMS, Counts())
    for row in rows:
        if row.office_id is not None:
            items[item_of(row.kind, row.rule_code)] += counts_of(DutyState(row.state), row.number)
    return OfficeLine(first.id, first.code, first.name, first.county, items, standing_out(items))


def _duty(actor: Actor, row: Any) -> DutyRow:
    subject = Named(row.name, row.minor_regime, row.assigned_to, within_reach=row.within_reach)
    return DutyRow(
        id=row.id,
        office_id=row.office_id,
        office_name=row.office_name,
        subject_id=row.subject_id,
        subject_name=shown_name(actor, subject),
        minor=row.minor_regime,
        item=item_of(row.kind, row.rule_code),
        obligor=Obligor(row.obligor),
        rule_code=row.rule_code,
        policy_version_id=row.policy_version_id,
        state=DutyState(row.state),
        opens_at=row.opens_at,
        due_at=row.due_at,
        fulfilled_at=row.fulfilled_at,
        missed_at=row.missed_at,
        waive_reason=None if is_sealed(actor, subject) else row.waive_reason,
        evidence_kind=row.evidence_kind,
        evidence_id=row.evidence_id,
    )
