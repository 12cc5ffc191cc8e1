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
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
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

    `office_id` is of an office and those below it, with `alone` of that office without them: a county has people of its
    own. NOBODY asks for duties without an officer, NO_CLASS for those without a class.
    """

    span: Span
    office_id: UUID | None = None
    officer_id: UUID | None = None
    item: str | None = None
    class_: str | None = None
    alone: bool = False

    def at(self, by: By, key: Any) -> "Asked":
        """What one line of a table asks for: the same, and the line's own condition besides."""
        match by:
            case By.OFFICE:
                return replace(self, office_id=key, alone=True)
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


def tally(
    connection: Connection, actor: Actor, asked: Asked, by: Sequence[By], *, now: datetime, unit: Unit = Unit.MONTH
) -> Tally:
    """The figures by each of `by`, all of one instant: one statement, with a pass over the index for each.

    Offices and their officers are one pass. To count by several things in one pass takes longer than a pass for each:
    a few groups are hashed, and shared among processes; many are sorted first.
    """
    parts = buckets(asked.span, unit)
    where = conditions(actor, asked, now)
    passes = dict.fromkeys(By.OFFICE if one is By.OFFICER else one for one in by)
    lines: dict[By, dict[Any, Counts]] = {one: defaultdict(Counts) for one in by}
    for row in connection.execute(union_all(*(_pass(one, parts, where) for one in passes))):
        counts = counted(DutyState(row.state), Proof(row.proof) if row.proof else None, row.number)
        for one in (By.OFFICE, By.OFFICER) if row.kind == By.OFFICE else (By(row.kind),):
            if one in lines:
                lines[one][_key(one, row.beside if one is By.OFFICER else row.key, parts)] += counts
    return Tally(now, {one: dict(found) for one, found in lines.items()}, summed(lines[by[0]].values()))


def _pass(by: By, parts: Sequence[Bucket], where: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    key, beside = _columns(by, parts)
    grouped = (
        select(key.label("key"), beside.label("beside"), Duty.state, Duty.proof, func.count().label("number"))
        .where(*where)
        .group_by("key", *(["beside"] if by is By.OFFICE else []), Duty.state, Duty.proof)
        .subquery()
    )
    found = grouped.c
    texts = (cast(found.key, Text).label("key"), cast(found.beside, Text).label("beside"))
    return select(literal(by.value).label("kind"), *texts, found.state, found.proof, found.number)


def _columns(by: By, parts: Sequence[Bucket]) -> tuple[Any, Any]:
    match by:
        case By.OFFICE | By.OFFICER:
            return Duty.office_id, Duty.officer_id
        case By.ITEM:
            return Duty.rule_code, null()
        case By.CLASS:
            return Duty.class_, null()
        case By.PERIOD:
            # What ends with a day is due on that day: it belongs to the part before the midnight at which it ends.
            edges = [start_of_day(part.from_day) + _INSTANT for part in parts]
            return func.width_bucket(
                Duty.due_at, cast(bindparam("edges", edges), ARRAY(DateTime(timezone=True)))
            ), null()


def _key(by: By, value: str | None, parts: Sequence[Bucket]) -> Any:
    match by:
        case By.OFFICE | By.OFFICER:
            return UUID(value) if value else NOBODY
        case By.ITEM:
            return item_of(value or "")
        case By.CLASS:
            return value or NO_CLASS
        case By.PERIOD:
            return parts[int(value or 0) - 1]


def conditions(actor: Actor, asked: Asked, now: datetime) -> list[Any]:
    """What holds of the duties that count, whichever figure is asked for.

    `due_at` is the first instant after the time. A duty that has not opened is owed by nobody yet.
    """
    found: list[Any] = [
        IN_INDEX,
        Duty.office_id.in_(select(Office.id).where(*offices_asked(actor, asked))),
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


def offices_asked(actor: Actor, asked: Asked) -> list[Any]:
    """Conditions on `Office`: within the actor's reach and, where one is named, that one or those below it too."""
    found: list[Any] = [offices_of(actor)]
    if asked.office_id is not None and asked.alone:
        found.append(Office.id == asked.office_id)
    elif asked.office_id is not None:
        top = aliased(Office)
        path = select(top.path).where(top.id == asked.office_id).scalar_subquery()
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
        found[key] += counted(DutyState(state), Proof(proof) if proof else None, number)
    return tuple(Line(*key, counts) for key, counts in found.items())
