"""The monthly sheet of positioning orders for the head of the county's department: every order that touched a month."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, func, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import aliased

from app.models.audit import Audit
from app.models.duty import Duty
from app.models.office import Office, User
from app.models.order_paper import OrderNotice
from app.models.position import PositioningOrder as Order
from app.models.subject import Subject
from app.queries.names import Named, shown_name
from app.rules.access_log import Month
from app.rules.calendar import last_day_before, legal_day
from app.rules.facts import Actor
from app.store.scope import subjects_of

MOST = 2_000
"""A county has some dozens of orders in a month; a city some hundreds."""

TRACK_READS = ("tracks.read", "tracks.read_last")

# Both ways to a point by its effective time: see FAR_CLOCK in the model.
POINTS = text(
    """
    SELECT o.id, (
        SELECT count(*) FROM positions p
        WHERE p.subject_id = o.subject_id AND p.power_id = o.id
          AND p.effective_at >= :from_at AND p.effective_at < :until
          AND p.recorded_at >= CAST(:from_at AS timestamptz) - interval '1 hour'
          AND p.recorded_at < CAST(:until AS timestamptz) + interval '1 hour'
          AND p.effective_at - p.recorded_at BETWEEN interval '-1 hour' AND interval '1 hour'
    ) + (
        SELECT count(*) FROM positions p
        WHERE p.subject_id = o.subject_id AND p.power_id = o.id
          AND p.effective_at >= :from_at AND p.effective_at < :until
          AND p.effective_at - p.recorded_at NOT BETWEEN interval '-1 hour' AND interval '1 hour'
    ) AS points
    FROM positioning_orders o WHERE o.id = ANY(:ids)
    """
)


@dataclass(frozen=True)
class Reader:
    """Somebody who looked at the track in that month, and how often."""

    name: str
    times: int


@dataclass(frozen=True)
class SheetRow:
    """One order in one month. `state` is how it stands now; `days_left` counts days after today, None once it is over.

    `begun`, `ended` and `lifted` say what happened to it within the month. `served_at` is None while nobody served its
    notice. `points` were taken under it in the month, `readers` looked at the track then, `purged` were deleted when it
    was lifted.
    """

    order_id: UUID
    subject_id: UUID
    subject_no: str
    subject_name: str
    minor: bool
    office_name: str
    ground: str
    from_at: datetime
    until: datetime
    in_force_until: datetime | None
    extends: UUID | None
    approver_name: str
    state: str
    days_left: int | None
    begun: bool
    ended: bool
    lifted: bool
    served_at: datetime | None
    notice_state: str | None
    points: int
    readers: tuple[Reader, ...]
    purged: int | None


def order_sheet(
    connection: Connection, actor: Actor, month: Month, *, now: datetime, skip: int = 0, limit: int = MOST
) -> tuple[SheetRow, ...]:
    """Every order within reach that ran, began, ended or was lifted in the month, by its end. Three queries."""
    rows = connection.execute(_rows(actor, month).offset(skip).limit(limit)).mappings().all()
    points = _points(connection, [row["id"] for row in rows], month)
    readers = _readers(connection, {row["subject_id"] for row in rows}, month)
    return tuple(_row(actor, row, points, readers, month, now) for row in rows)


def how_many_orders(connection: Connection, actor: Actor, month: Month) -> int:
    """How many orders such a sheet has in all."""
    return connection.execute(select(func.count()).select_from(_rows(actor, month).subquery())).scalar_one()


def _rows(actor: Actor, month: Month) -> Select[Any]:
    notice = aliased(Duty)
    span = Range(month.from_at, month.until, bounds="[)")
    served = (
        select(func.max(OrderNotice.served_at))
        .where(OrderNotice.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    return (
        select(
            *(Order.id, Order.subject_id, Order.ground, Order.ordered_from, Order.ordered_until, Order.extends_id),
            *(func.upper(Order.term).label("in_force_until"), Order.lifted_at, Order.purged_positions),
            *(Subject.subject_no, Subject.name, Subject.minor_regime, Subject.office_id),
            *(Office.name.label("office_name"), User.name.label("approver_name"), served.label("served_at")),
            notice.state.label("notice_state"),
        )
        .join(Subject, Subject.id == Order.subject_id)
        .join(Office, Office.id == Subject.office_id)
        .join(User, User.id == Order.approver_id)
        .outerjoin(notice, notice.id == Order.notice_duty_id)
        .where(
            subjects_of(actor),
            Order.term.overlaps(span) | (Order.lifted_at >= month.from_at) & (Order.lifted_at < month.until),
        )
        .order_by(Order.ordered_until, Order.id)
    )


def _points(connection: Connection, ids: list[UUID], month: Month) -> Mapping[UUID, int]:
    values = {"ids": ids, "from_at": month.from_at, "until": month.until}
    return {row.id: row.points for row in connection.execute(POINTS, values)} if ids else {}


def _readers(connection: Connection, subject_ids: set[UUID], month: Month) -> Mapping[UUID, tuple[Reader, ...]]:
    if not subject_ids:
        return {}
    rows = connection.execute(
        select(Audit.subject_id, User.name, func.count().label("times"))
        .join(User, User.id == Audit.actor_id)
        .where(
            Audit.subject_id.in_(subject_ids),
            Audit.action.in_(TRACK_READS),
            Audit.at >= month.from_at,
            Audit.at < month.until,
        )
        .group_by(Audit.subject_id, User.id, User.name)
        .order_by(User.name, User.id)
    )
    found: dict[UUID, tuple[Reader, ...]] = defaultdict(tuple)
    for row in rows:
        found[row.subject_id] += (Reader(row.name, row.times),)
    return found


def _row(
    actor: Actor,
    row: RowMapping,
    points: Mapping[UUID, int],
    readers: Mapping[UUID, tuple[Reader, ...]],
    month: Month,
    now: datetime,
) -> SheetRow:
    until, lifted_at = row["in_force_until"], row["lifted_at"]
    state = _state(row, now)
    runs = state in {"ahead", "in_force"}
    return SheetRow(
        order_id=row["id"],
        subject_id=row["subject_id"],
        subject_no=row["subject_no"],
        subject_name=shown_name(actor, Named(row["name"], row["minor_regime"], row["office_id"])),
        minor=row["minor_regime"],
        office_name=row["office_name"],
        ground=row["ground"],
        from_at=row["ordered_from"],
        until=row["ordered_until"],
        in_force_until=until,
        extends=row["extends_id"],
        approver_name=row["approver_name"],
        state=state,
        days_left=(last_day_before(until) - legal_day(now)).days if runs and until else None,
        begun=_within(month, row["ordered_from"]),
        ended=lifted_at is None and _within(month, until) and until <= now,
        lifted=_within(month, lifted_at),
        served_at=row["served_at"],
        notice_state=row["notice_state"],
        points=points.get(row["id"], 0),
        readers=readers.get(row["subject_id"], ()),
        purged=row["purged_positions"],
    )


def _within(month: Month, at: datetime | None) -> bool:
    return at is not None and month.from_at <= at < month.until


def _state(row: RowMapping, now: datetime) -> str:
    """`ahead`, `in_force`, `ended`, `lifted`, or `stopped` where supervision ended before it."""
    if row["lifted_at"] is not None:
        return "lifted"
    if row["in_force_until"] is None or row["in_force_until"] <= now:
        return "ended" if row["in_force_until"] == row["ordered_until"] else "stopped"
    return "ahead" if now < row["ordered_from"] else "in_force"
