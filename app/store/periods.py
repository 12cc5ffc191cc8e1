"""When a subject was under correction, in which class, with which office and officer: what audits count by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import Range

from app.models.subject import Assignment, ClassPeriod, SupervisionPeriod
from app.rules.facts import Category, SupervisionClass

# A period that ends in the instant in which it began keeps that instant: an empty range would lose its place in time.
CLOSE = """
    UPDATE {table} SET period = tstzrange(lower(period), greatest(lower(period), :at),
                                          CASE WHEN lower(period) < :at THEN '[)' ELSE '[]' END)
    WHERE subject_id = :subject_id AND upper_inf(period)
"""
CLOSE_SUPERVISION, CLOSE_CLASS, CLOSE_ASSIGNMENT = (
    text(CLOSE.format(table=table)) for table in ("supervision_periods", "class_periods", "assignments")
)


@dataclass(frozen=True)
class ClassSet:
    """Which class was set for whom, why, and from when on."""

    subject_id: UUID
    class_: SupervisionClass
    reason: str
    begun_at: datetime


@dataclass(frozen=True)
class Beginning:
    """Whose supervision begins, and with whom."""

    subject_id: UUID
    category: Category
    class_: SupervisionClass
    office_id: UUID
    officer_id: UUID | None


def begin_all(tx: Connection, begun: Sequence[Beginning], *, set_by: UUID, now: datetime) -> None:
    """The same as `begin` for many, of whom none has a period yet."""
    period = _from(now)
    supervised, classes, assigned = [], [], []
    for one in begun:
        of_one = {"subject_id": one.subject_id, "period": period}
        supervised.append(of_one | {"id": _id(one.subject_id, "supervision", now), "category": one.category})
        set_so = {"class": one.class_, "set_by": set_by, "reason": "registered"}
        classes.append(of_one | {"id": _id(one.subject_id, "class", now)} | set_so)
        with_whom = {"office_id": one.office_id, "officer_id": one.officer_id}
        assigned.append(of_one | {"id": _id(one.subject_id, "assignment", now)} | with_whom)
    tx.execute(insert(SupervisionPeriod), supervised)
    tx.execute(insert(ClassPeriod), classes)
    tx.execute(insert(Assignment), assigned)


def begin(
    tx: Connection,
    subject_id: UUID,
    category: Category,
    class_: SupervisionClass,
    office_id: UUID,
    officer_id: UUID | None,
    *,
    set_by: UUID,
    now: datetime,
) -> None:
    """Supervision begins: its period, the first class and the first assignment are open from `now` on."""
    row = {"id": _id(subject_id, "supervision", now), "subject_id": subject_id, "period": _from(now)}
    tx.execute(insert(SupervisionPeriod), {**row, "category": category})
    change_class(tx, _id(subject_id, "class", now), subject_id, class_, "registered", set_by=set_by, at=now)
    assign(tx, subject_id, office_id, officer_id, now=now)


def close(tx: Connection, subject_id: UUID, *, now: datetime) -> None:
    """All open periods of the subject end at `now`."""
    for statement in (CLOSE_SUPERVISION, CLOSE_CLASS, CLOSE_ASSIGNMENT):
        tx.execute(statement, {"subject_id": subject_id, "at": now})


def change_class(
    tx: Connection,
    period_id: UUID,
    subject_id: UUID,
    class_: SupervisionClass,
    reason: str,
    *,
    set_by: UUID,
    at: datetime,
) -> None:
    """The class from `at` on; a class that began in that very instant is replaced."""
    row = {"id": period_id, "class": class_, "set_by": set_by, "reason": reason}
    begun_now = (
        update(ClassPeriod)
        .where(
            ClassPeriod.subject_id == subject_id,
            func.upper_inf(ClassPeriod.period),
            func.lower(ClassPeriod.period) == at,
        )
        .values(row)
    )
    if tx.execute(begun_now).rowcount == 0:
        tx.execute(CLOSE_CLASS, {"subject_id": subject_id, "at": at})
        tx.execute(insert(ClassPeriod), {**row, "subject_id": subject_id, "period": _from(at)})


def assign(tx: Connection, subject_id: UUID, office_id: UUID, officer_id: UUID | None, *, now: datetime) -> None:
    """Office and officer from `now` on; an assignment that began in that very instant is replaced."""
    row = {"office_id": office_id, "officer_id": officer_id}
    begun_now = (
        update(Assignment)
        .where(
            Assignment.subject_id == subject_id, func.upper_inf(Assignment.period), func.lower(Assignment.period) == now
        )
        .values(row)
    )
    if tx.execute(begun_now).rowcount == 0:
        tx.execute(CLOSE_ASSIGNMENT, {"subject_id": subject_id, "at": now})
        key = {"id": _id(subject_id, "assignment", now), "subject_id": subject_id, "period": _from(now)}
        tx.execute(insert(Assignment), {**row, **key})


def class_period(tx: Connection, period_id: UUID) -> ClassSet | None:
    """The class that was set under this id."""
    row = tx.execute(
        select(
            ClassPeriod.subject_id,
            ClassPeriod.class_.label("class_name"),
            ClassPeriod.reason,
            func.lower(ClassPeriod.period).label("begun_at"),
        ).where(ClassPeriod.id == period_id)
    ).one_or_none()
    return ClassSet(row.subject_id, SupervisionClass(row.class_name), row.reason, row.begun_at) if row else None


def _from(at: datetime) -> Range[datetime]:
    return Range(at, None, bounds="[)")


def _id(subject_id: UUID, kind: str, at: datetime) -> UUID:
    return uuid5(subject_id, f"{kind}|{at.isoformat()}")
