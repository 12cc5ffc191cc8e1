"""What the end of supervision stops: duties, alerts and collection in facts and rows, phone and log-in at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from app.models.alert import Alert
from app.models.duty import Duty
from app.models.subject import Subject
from app.rules.facts import About, AlertKind, Condition, DutyState, EndReason, SubjectStatus
from app.rules.subjects import ActiveAlert, UnsettledDuty
from app.store import devices, endpoints, leave_writing, orders, periods, sessions, visit_points, zones


def unsettled_duties(tx: Connection, subject_id: UUID) -> tuple[UnsettledDuty, ...]:
    """The subject's duties that are planned or open, those that its office or a handing organ owes included."""
    rows = tx.execute(
        select(Duty.id, Duty.opens_at, Duty.state)
        .where(Duty.subject_id == subject_id, Duty.state.in_((DutyState.PLANNED, DutyState.OPEN)))
        .order_by(Duty.opens_at, Duty.id)
    )
    return tuple(UnsettledDuty(row.id, row.opens_at, DutyState(row.state)) for row in rows)


def active_alerts(tx: Connection, subject_id: UUID) -> tuple[ActiveAlert, ...]:
    """The subject's unclosed alerts whose condition goes on."""
    rows = tx.execute(
        select(Alert.kind, Alert.about_kind, Alert.about_id)
        .where(Alert.subject_id == subject_id, Alert.handling != "closed", Alert.condition == Condition.ACTIVE)
        .order_by(Alert.opened_at, Alert.id)
    )
    return tuple(ActiveAlert(AlertKind(row.kind), About(row.about_kind, row.about_id)) for row in rows)


def end(tx: Connection, subject_id: UUID, reason: EndReason, *, ended_by: UUID, now: datetime) -> None:
    """Log-in, phone, powers, orders, zones, points, leave and periods end at `now`, and the supervision with them."""
    stop_phone(tx, subject_id, ended_by=ended_by, reason="supervision_ended", now=now)
    orders.stop_collection(tx, subject_id, now=now)
    zones.close(tx, subject_id, ended_by=ended_by, now=now)
    visit_points.close(tx, subject_id, ended_by=ended_by, now=now)
    leave_writing.close(tx, subject_id, ended_by=ended_by, now=now)
    periods.close(tx, subject_id, now=now)
    ended = {"status": SubjectStatus.ENDED, "ended_at": now, "end_reason": reason}
    tx.execute(update(Subject).where(Subject.id == subject_id).values(ended))


def stop_phone(tx: Connection, subject_id: UUID, *, ended_by: UUID, reason: str, now: datetime) -> None:
    """The subject's phone is logged out and released. What is under way to its address is given up by the delivery."""
    sessions.end_of_owner(tx, "subject", subject_id, reason, now=now)
    endpoints.retire_of_owner(tx, "subject", subject_id, reason, now=now)
    devices.release(tx, subject_id, released_by=ended_by, now=now)
