"""Subjects who owe something, duties in any state, and a service that was up."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, select, text

from app.models.alert import Alert, AlertOccurrence
from app.models.duty import Duty
from app.rules.effects import ChangeDuty, Decision, Effect, PlanDuty
from app.rules.facts import (
    JOB,
    Category,
    Channel,
    DutyKind,
    DutyState,
    Obligor,
    Reason,
    SubjectStatus,
    SupervisionClass,
)
from app.rules.schedule import JUDGE_DELAY
from app.store import effects, periods, subjects, uptimes
from tests.builders.numbers import Numbers
from tests.builders.offices import Tree
from tests.builders.users import Worker

KEY = b"the secret of random windows, in tests"
LONG = timedelta(days=400)

_numbers = Numbers()


def a_supervised(
    tx: Connection,
    tree: Tree,
    officer: Worker,
    *,
    class_: SupervisionClass = SupervisionClass.STRICT,
    channel: Channel = Channel.SMARTPHONE,
    at: datetime,
    term_to: date | None = None,
    planned_until: datetime | None = None,
) -> UUID:
    """Somebody under correction in the officer's office since `at`, with nothing planned yet."""
    number = next(_numbers)
    subject_id = uuid5(NAMESPACE_URL, f"test:supervised:{number}")
    row = {
        "subject_no": f"T{number:06d}",
        "name": f"王某{number}",
        "category": Category.PROBATION,
        "status": SubjectStatus.IN_CORRECTION,
        "office_id": officer.office.id,
        "officer_id": officer.id,
        "class": class_,
        "channel": channel,
        "minor_regime": False,
        "term_to": term_to,
        "created_at": at,
        "registered_at": at,
    }
    subjects.add(tx, subject_id, row)
    periods.begin(tx, subject_id, Category.PROBATION, class_, officer.office.id, officer.id, set_by=officer.id, now=at)
    set_state(tx, subject_id, planned_until=planned_until or at)
    return subject_id


def set_state(tx: Connection, subject_id: UUID, **values: Any) -> None:
    """Write columns of a subject's state row."""
    for name, value in values.items():
        tx.execute(
            text(f"UPDATE subject_states SET {name} = :value WHERE subject_id = :subject_id"),
            {"value": value, "subject_id": subject_id},
        )


def a_duty(
    tx: Connection,
    tree: Tree,
    subject_id: UUID,
    opens_at: datetime,
    due_at: datetime,
    *,
    kind: DutyKind = DutyKind.CHECK_IN,
    state: DutyState = DutyState.PLANNED,
    obligor: Obligor | None = None,
    rule_code: str | None = None,
    grace: timedelta | None = None,
    remind_at: datetime | None = None,
    random: bool = False,
) -> UUID:
    """One duty, brought to `state` as the service would; gives its id."""
    rule_code = rule_code or {DutyKind.VISIT: "访1", DutyKind.TALK: "谈1"}.get(kind, f"{kind.value}.strict.1")
    office_owes = kind in {DutyKind.VISIT, DutyKind.TALK}
    duty_id = uuid5(subject_id, f"{rule_code}|{opens_at.isoformat()}")
    grace_until = due_at + (timedelta(minutes=30 if kind is DutyKind.CHECK_IN else 0) if grace is None else grace)
    steps: list[Effect] = [
        PlanDuty(
            duty_id,
            subject_id,
            kind,
            obligor or (Obligor.OFFICE if office_owes else Obligor.SUBJECT),
            rule_code,
            opens_at,
            opens_at,
            due_at,
            grace_until,
            grace_until + JUDGE_DELAY,
            tree.office.id,
            tree.policy_version_id,
            opens_at - timedelta(hours=72),
            remind_at=remind_at,
            random=random,
            covered_until=None if office_owes else grace_until,
        )
    ]
    if state is not DutyState.PLANNED:
        steps.append(ChangeDuty(duty_id, DutyState.OPEN, opens_at, Reason("duty_opened"), JOB))
    if state not in {DutyState.PLANNED, DutyState.OPEN}:
        steps.append(ChangeDuty(duty_id, state, grace_until + JUDGE_DELAY, Reason("duty_missed"), JOB))
    effects.apply(tx, [Decision(tuple(steps))])
    return duty_id


def api_up(tx: Connection, from_at: datetime, to_at: datetime, *, instance: str = "one") -> None:
    """The API beat without a gap from `from_at` to `to_at`."""
    for at in (from_at, to_at):
        uptimes.beat(tx, uptimes.API, instance, now=at, gap_s=LONG.total_seconds())


def duty_states(tx: Connection, subject_id: UUID) -> dict[str, int]:
    """How many duties of the subject are in each state."""
    rows = tx.execute(select(Duty.state).where(Duty.subject_id == subject_id)).scalars().all()
    return {state: rows.count(state) for state in sorted(set(rows))}


def duty_row(tx: Connection, duty_id: UUID) -> Any:
    return tx.execute(select(Duty.__table__).where(Duty.id == duty_id)).one()


def alerts_of(tx: Connection, subject_id: UUID) -> list[Any]:
    """The subject's alerts, the oldest first."""
    statement = select(Alert.__table__).where(Alert.subject_id == subject_id).order_by(Alert.opened_at, Alert.id)
    return list(tx.execute(statement))


def occurrences_of(tx: Connection, alert_id: UUID) -> list[Any]:
    statement = select(AlertOccurrence.__table__).where(AlertOccurrence.alert_id == alert_id)
    return list(tx.execute(statement.order_by(AlertOccurrence.n)))
