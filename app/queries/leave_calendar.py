"""The office's calendar of leave: who is away, who comes back today or is overdue, what waits for whom."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from app.models.duty import Duty
from app.models.leave import LeaveRequest
from app.models.subject import Subject
from app.queries.leaves import RETURN_OWED, RUNNING, LeaveView, shown_rows, views
from app.rules.calendar import end_of_day, legal_day, start_of_day
from app.rules.facts import Actor, DutyState, SubjectStatus
from app.rules.leave import LeaveKind, LeaveLevel, LeaveState


class Show(StrEnum):
    """Parts of the calendar. `returning`: back today, by the local day. `procuratorate`: still to be told."""

    WAITING = "waiting"
    OVERDUE = "overdue"
    RETURNING = "returning"
    AWAY = "away"
    COMING = "coming"
    PERMITS = "permits"
    PROCURATORATE = "procuratorate"


BACK_BY = func.least(LeaveRequest.until, Duty.due_at)
"""When the person is to be back: at the end of the leave, or earlier where called back."""


def showing(show: Show, now: datetime) -> ColumnElement[bool]:
    """What belongs to this part of the calendar at `now`.

    Whoever was called back is away until they are to be back, and overdue from then on, like everybody else.
    """
    today = legal_day(now)
    leave = LeaveRequest.kind == LeaveKind.LEAVE
    approved = and_(leave, LeaveRequest.state == LeaveState.APPROVED)
    running = and_(leave, LeaveRequest.state.in_(RUNNING), LeaveRequest.ended_at.is_(None))
    owed = func.coalesce(Duty.state, "") != DutyState.WAIVED
    by_city = and_(LeaveRequest.decided_level == LeaveLevel.CITY, LeaveRequest.counts_from.is_not(None))
    permit = and_(LeaveRequest.kind == LeaveKind.PERMIT, LeaveRequest.state == LeaveState.APPROVED)
    called_back = and_(leave, LeaveRequest.state == LeaveState.REVOKED, Duty.state.in_(RETURN_OWED))
    recalled = and_(called_back, Subject.status != SubjectStatus.ENDED)
    parts = {
        Show.WAITING: LeaveRequest.state == LeaveState.PENDING,
        Show.OVERDUE: or_(and_(approved, LeaveRequest.until <= now, owed), and_(recalled, Duty.due_at <= now)),
        Show.RETURNING: and_(or_(approved, recalled), now < BACK_BY, _on_day(today)),
        Show.AWAY: and_(or_(running, recalled), LeaveRequest.counts_from <= now, now < BACK_BY),
        Show.COMING: and_(approved, LeaveRequest.counts_from > now),
        Show.PERMITS: and_(permit, LeaveRequest.until > now),
        Show.PROCURATORATE: and_(by_city, LeaveRequest.told_procuratorate_at.is_(None)),
    }
    return parts[show]


def _on_day(today: date) -> ColumnElement[bool]:
    return and_(start_of_day(today) < BACK_BY, end_of_day(today) >= BACK_BY)


def board(
    connection: Connection, actor: Actor, show: Show, *, now: datetime, limit: int, skip: int = 0
) -> tuple[tuple[LeaveView, ...], int]:
    """One part of the calendar, what comes first in time first, and how many there are in all."""
    statement = views(actor).where(showing(show, now))
    order = LeaveRequest.from_at if show in {Show.WAITING, Show.COMING} else BACK_BY
    total = connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    ordered = statement.order_by(order, LeaveRequest.id).offset(skip).limit(limit)
    return tuple(shown_rows(connection, actor, ordered, now) if total else ()), total
