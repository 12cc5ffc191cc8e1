"""The audit: what offices owed in a stretch of local days, counted by whatever is asked, and the duties behind it.

Figures and rows are asked by the same conditions. What they ask for lies in one index, in which nothing else is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    DateTime,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from app.models.duty import Duty
from app.models.office import Office
from app.rules.calendar import end_of_day, start_of_day
from app.rules.facts import Actor, DutyState
from app.rules.oversight import (
    AUDITED,
    NO_CLASS,
    NOBODY,
    Bucket,
    Counts,
    Line,
    Proof,
    Span,
    Unit,
    buckets,
    counted,
    item_of,
    summed,
)
from app.store.scope import offices_of

_INSTANT = timedelta(microseconds=1)

# Said in the words of the index, not in parameters: a statement that is prepared for any value could not use it.
IN_INDEX: ColumnElement[bool] = literal_column(
    f"duties.kind IN ({', '.join(repr(kind.value) for kind in AUDITED)}) AND duties.state <> 'cancelled'"
)


class By(StrEnum):
    """What the duties are counted by."""

    OFFICE = "office"
    OFFICER = "officer"
    ITEM = "item"
    CLASS = "class"
    PERIOD = "period"


@dataclass(frozen=True)
class Asked:
    """Which duties: those whose last day lies in the stretch, and all further conditions that are given hold.

    `office_id` is of an office and those below it. NOBODY asks for duties without an officer, NO_CLASS for those
    without a class.
    """

    span: Span
    office_id: UUID | None = None
    officer_id: UUID | None = None
    item: str | None = None
    class_: str | None = None

    def at(self, by: By, key: Any) -> "Asked":
        """What one line of a table asks for: the same, and the line's own condition besides."""
        match by:
            case By.OFFICE:
                return replace(self, office_id=key)
            case By.OFFICER:
                return replace(self, officer_id=key)
            case By.ITEM:
                return replace(self, item=key)
            case By.CLASS:
                return replace(self, class_=key)
            case By.PERIOD:
                return replace(self, span=Span(self.span.kind, key.from_day, key.to_day))


@dataclass(frozen=True)
class Tally:
    """The figures as of one instant: by each thing that was asked for the lines that are not all zero, and their sum.

    Keys are ids of offices and officers (NOBODY), codes of items, classes (NO_CLASS), and `Bucket`s.
    """

    as_of: datetime
    lines: Mapping[By, Mapping[Any, Counts]]
    total: Counts


_COLUMNS: dict[By, Any] = {
    By.OFFICE: Duty.office_id,
    By.OFFICER: Duty.officer_id,
    By.ITEM: Duty.rule_code,
    By.CLASS: Duty.class_,
}


def tally(
    connection: Connection, actor: Actor, asked: Asked, by: Sequence[By], *, now: datetime, unit: Unit = Unit.MONTH
) -> Tally:
    """The figures by each of `by`: all out of one reading of the duties, in one statement."""
    parts = buckets(asked.span, unit)
    columns = {one: _column(one, parts) for one in by}
    grouped = func.grouping_sets(*(tuple_(column, Duty.state, Duty.proof) for column in columns.values()))
    which = func.grouping(*columns.values()) if columns else literal(0)
    statement = (
        select(*columns.values(), which.label("which"), Duty.state, Duty.proof, func.count().label("number"))
        .where(*conditions(actor, asked, now))
        .group_by(grouped)
    )
    lines: dict[By, dict[Any, Counts]] = {one: defaultdict(Counts) for one in by}
    for row in connection.execute(statement):
        one = by[_place(row.which, len(by))]
        lines[one][_key(one, row[by.index(one)], parts)] += _alike(row.state, row.proof, row.number)
    return Tally(now, {one: dict(found) for one, found in lines.items()}, summed(lines[by[0]].values()))


def _column(by: By, parts: Sequence[Bucket]) -> Any:
    if by is not By.PERIOD:
        return _COLUMNS[by]
    # What ends with a day is due on that day: it belongs to the part before the midnight at which it ends.
    edges = [start_of_day(part.from_day) + _INSTANT for part in parts]
    return func.width_bucket(Duty.due_at, cast(bindparam("edges", edges), ARRAY(DateTime(timezone=True)))).label("part")


def _place(which: int, of: int) -> int:
    """Which of the columns a row is grouped by: PostgreSQL sets a bit for each that it is not."""
    (place,) = (n for n in range(of) if not which >> (of - 1 - n) & 1)
    return place


def _key(by: By, value: Any, parts: Sequence[Bucket]) -> Any:
    match by:
        case By.OFFICE:
            return value
        case By.OFFICER:
            return value or NOBODY
        case By.ITEM:
            return item_of(value)
        case By.CLASS:
            return value or NO_CLASS
        case By.PERIOD:
            return parts[value - 1]


def _alike(state: str, proof: str | None, number: int) -> Counts:
    return counted(DutyState(state), Proof(proof) if proof else None, number)


def conditions(actor: Actor, asked: Asked, now: datetime) -> list[Any]:
    """What holds of the duties that count, whichever figure is asked for.

    `due_at` is the first instant after the time. A duty that has not opened is owed by nobody yet.
    """
    found: list[Any] = [
        IN_INDEX,
        Duty.office_id.in_(select(Office.id).where(*offices_asked(actor, asked.office_id))),
        Duty.due_at > start_of_day(asked.span.from_day),
        Duty.due_at <= end_of_day(asked.span.to_day),
        Duty.opens_at <= now,
    ]
    if asked.officer_id is not None:
        found.append(Duty.officer_id.is_(None) if asked.officer_id == NOBODY else Duty.officer_id == asked.officer_id)
    if asked.class_ is not None:
        found.append(Duty.class_.is_(None) if asked.class_ == NO_CLASS else Duty.class_ == asked.class_)
    if asked.item is not None:
        found.append(or_(Duty.rule_code == asked.item, Duty.rule_code.startswith(f"{asked.item}.", autoescape=True)))
    return found


def offices_asked(actor: Actor, office_id: UUID | None) -> list[Any]:
    """Conditions on `Office`: within the actor's reach and, where one is named, at or below it."""
    found: list[Any] = [offices_of(actor)]
    if office_id is not None:
        top = aliased(Office)
        path = select(top.path).where(top.id == office_id).scalar_subquery()
        found.append(or_(Office.path == path, Office.path.like(path.concat(literal(".%")))))
    return found


def cells(connection: Connection, actor: Actor, asked: Asked, *, now: datetime) -> tuple[Line, ...]:
    """The figures as finely as they are counted, for what is kept of a month."""
    by = (Duty.office_id, Duty.officer_id, Duty.rule_code, Duty.class_)
    statement = (
        select(*by, Duty.state, Duty.proof, func.count().label("number"))
        .where(*conditions(actor, asked, now))
        .group_by(*by, Duty.state, Duty.proof)
    )
    found: dict[tuple[UUID, UUID, str, str], Counts] = defaultdict(Counts)
    for office_id, officer_id, rule_code, class_, state, proof, number in connection.execute(statement):
        key = (office_id, officer_id or NOBODY, item_of(rule_code), class_ or NO_CLASS)
        found[key] += _alike(state, proof, number)
    return tuple(Line(*key, counts) for key, counts in found.items())
