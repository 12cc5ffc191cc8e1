"""Intake (报到, 移送): whose clock runs from when until when, what an overdue one tells of, and what ends it.

Somebody under public surveillance, on probation or on parole reports in person within ten days of the judgment taking
effect. Somebody who serves a sentence outside prison is handed over by the organ that holds them, within ten days of
that organ's receipt of the decision: that clock is never the subject's [Law 21].
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_URL, UUID, uuid5

from app.rules import law
from app.rules.calendar import Holidays, last_day_before, legal_day, start_of_day, statutory_due
from app.rules.effects import ChangeDuty, Decision, PlanDuty, RecoverAlert
from app.rules.errors import Conflict, Refused
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    Category,
    Cause,
    DutyKind,
    DutyState,
    Obligor,
    Reason,
    Strength,
    SubjectStatus,
)
from app.rules.policy import Policy
from app.rules.schedule import JUDGE_DELAY

RULE_CODE = "intake"
_INTAKES = uuid5(NAMESPACE_URL, "zhifang:intake")

UNSETTLED = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED, DutyState.UNJUDGED})
"""States of an intake duty that an arrival still changes."""


@dataclass(frozen=True)
class Announced:
    """A judgment notice as it was entered: who is announced, and the decision. `subject_id` is made by the client.

    The days on which the decision is received and papers come may lie ahead, where the notice names them.
    """

    id: UUID
    body_hash: bytes
    subject_id: UUID
    name: str
    office_id: UUID
    category: Category
    effective_on: date
    received_on: date | None = None
    papers_on: date | None = None
    decided_by: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    id_number: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What a notice is answered, the same at every repeat. `subject_id` may be that of a row known before."""

    id: UUID
    subject_id: UUID
    subject_no: str
    created_at: datetime


@dataclass(frozen=True)
class Judgment:
    """A decision in effect, in local days.

    `received_on` is the day on which the handing organ got the decision, `papers_on` the day on which papers came.
    """

    id: UUID
    subject_id: UUID
    office_id: UUID
    category: Category
    effective_on: date
    received_on: date | None
    papers_on: date | None


@dataclass(frozen=True)
class Clock:
    """Who must act within [opens_at, due_at), both aware UTC."""

    obligor: Obligor
    from_day: date
    opens_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class IntakeDuty:
    """The duty that a judgment opened, as it stands."""

    id: UUID
    subject_id: UUID
    state: DutyState
    due_at: datetime


class Timeliness(StrEnum):
    """How something that was due stands: still awaited in time or beyond it, or come, in time or late."""

    AWAITED = "awaited"
    OVERDUE = "overdue"
    IN_TIME = "in_time"
    LATE = "late"


def clock(judgment: Judgment, holidays: Holidays) -> Clock | None:
    """The clock that the judgment starts; None while a handing organ's receipt of the decision is not known.

    Refused `before_the_law` for a day before 1 July 2020, when other rules held.
    """
    if judgment.category is not Category.OUTSIDE_PRISON:
        days = _law(judgment.effective_on, "effective_on").first_report_days.value
        return _clock(Obligor.SUBJECT, judgment.effective_on, days, holidays)
    if judgment.received_on is None:
        return None
    days = _law(judgment.received_on, "received_on").handover_days.value
    return _clock(Obligor.HANDING_ORGAN, judgment.received_on, days, holidays)


def papers_due(effective_on: date, holidays: Holidays) -> datetime:
    """The exclusive end of the time in which the deciding organ serves the legal papers [Law 20]."""
    return statutory_due(effective_on, _law(effective_on, "effective_on").papers_days.value, holidays)


def open_intake(judgment: Judgment, policy: Policy, version_id: UUID, *, now: datetime, actor: Actor) -> Decision:
    """The duty that the judgment opens, open at once where its time has begun; nothing while no clock runs."""
    running = clock(judgment, policy.holidays)
    papers_due(judgment.effective_on, policy.holidays)  # refuses a day under other rules before anything is written
    if running is None:
        return Decision()
    grace_until = running.due_at + timedelta(minutes=policy.grace_min.of(DutyKind.INTAKE))
    duty = PlanDuty(
        id=duty_id(judgment.subject_id, running.from_day),
        subject_id=judgment.subject_id,
        kind=DutyKind.INTAKE,
        obligor=running.obligor,
        rule_code=RULE_CODE,
        slot_start=running.opens_at,
        opens_at=running.opens_at,
        due_at=running.due_at,
        grace_until=grace_until,
        judge_at=grace_until + JUDGE_DELAY,
        office_id=judgment.office_id,
        policy_version_id=version_id,
        at=now,
    )
    if now < running.opens_at:
        return Decision((duty,))
    return Decision((duty, ChangeDuty(duty.id, DutyState.OPEN, now, Reason("intake_noticed"), actor)))


def duty_id(subject_id: UUID, from_day: date) -> UUID:
    """The id of a subject's intake duty whose clock starts on that day."""
    return uuid5(_INTAKES, f"{subject_id}|{from_day.isoformat()}")


def arrive(duty: IntakeDuty, *, arrived_at: datetime, now: datetime, actor: Actor) -> Decision:
    """What a registration does to the intake duty: fulfilled or late by the time of arrival, and its alert is over."""
    if duty.state not in UNSETTLED:
        return Decision()
    in_time = arrived_at < duty.due_at
    reason = Reason("intake_done" if in_time else "intake_done_late")
    done = ChangeDuty(
        duty.id,
        DutyState.FULFILLED if in_time else DutyState.LATE,
        now,
        reason,
        actor,
        effective_at=arrived_at,
        evidence=About("subject", duty.subject_id),
    )
    over = RecoverAlert(
        subject_id=duty.subject_id,
        kind=AlertKind.MISSED_INTAKE,
        about=About("duty", duty.id),
        recovered_at=max(arrived_at, duty.due_at),
        at=now,
        reason=reason,
    )
    return Decision((done, over))


def why_overdue(judgment: Judgment, holidays: Holidays, *, now: datetime) -> tuple[Reason, Cause, Strength]:
    """What an overdue intake tells of, by what has come by `now`: the organ's lateness apart from the person's.

    The cause is never the person: that somebody evades supervision is found by a named officer, and an outstanding
    hand-over is the organ's alone. Without papers the person may not even have been told, hence the middle strength.
    """
    running = clock(judgment, holidays)
    due_on = ("due_on", last_day_before(running.due_at).isoformat() if running else "—")
    if judgment.category is Category.OUTSIDE_PRISON:
        return Reason("handover_overdue", (due_on,)), Cause.UNSURE, Strength.STRONG
    match papers_stand(judgment, holidays, now=now):
        case Timeliness.IN_TIME:
            return Reason("intake_overdue_not_arrived", (due_on,)), Cause.UNSURE, Strength.STRONG
        case Timeliness.LATE:
            papers_on = ("papers_on", f"{judgment.papers_on}")
            return Reason("intake_overdue_papers_late", (due_on, papers_on)), Cause.UNSURE, Strength.MEDIUM
        case _:
            return Reason("intake_overdue_no_papers", (due_on,)), Cause.UNSURE, Strength.MEDIUM


def papers_stand(judgment: Judgment, holidays: Holidays, *, now: datetime) -> Timeliness:
    """Whether the legal papers came, and in time [Law 20]."""
    due_at = papers_due(judgment.effective_on, holidays)
    if judgment.papers_on is None or judgment.papers_on > legal_day(now):
        return Timeliness.AWAITED if now < due_at else Timeliness.OVERDUE
    return Timeliness.LATE if start_of_day(judgment.papers_on) >= due_at else Timeliness.IN_TIME


def arrival_stands(duty: IntakeDuty | None, *, now: datetime) -> Timeliness | None:
    """Whether the person came, or was handed over, and in time; None while no clock runs or where it was called off."""
    match duty.state if duty else None:
        case DutyState.FULFILLED:
            return Timeliness.IN_TIME
        case DutyState.LATE:
            return Timeliness.LATE
        case DutyState.PLANNED | DutyState.OPEN | DutyState.MISSED | DutyState.UNJUDGED if duty:
            return Timeliness.AWAITED if now < duty.due_at else Timeliness.OVERDUE
    return None


def refuse_receipt(judgment: Judgment, status: SubjectStatus) -> None:
    """Conflict unless the person is still awaited from an organ that hands over, and whose receipt is not known yet."""
    if judgment.category is not Category.OUTSIDE_PRISON:
        raise Conflict("no_handing_over")
    if status is not SubjectStatus.NOTICED:
        raise Conflict("not_awaited")
    if judgment.received_on is not None:
        raise Conflict("receipt_known")


def refuse_notice(status: SubjectStatus | None) -> None:
    """Conflict where a judgment comes for somebody who is awaited or under correction already."""
    if status is SubjectStatus.NOTICED:
        raise Conflict("judgment_known")
    if status is SubjectStatus.IN_CORRECTION:
        raise Conflict("already_in_correction")


def refuse_ahead(field: str, day: date | None, *, now: datetime) -> None:
    """Refused where something is said to have happened on a day that has not begun."""
    if day is not None and day > legal_day(now):
        raise Refused("date_ahead", fields={field: "date_ahead"})


def refuse_confirmation(duty: IntakeDuty | None, *, now: datetime) -> None:
    """Conflict `intake_not_overdue` unless the clock has run out and nobody has come."""
    if arrival_stands(duty, now=now) is not Timeliness.OVERDUE:
        raise Conflict("intake_not_overdue")


def _clock(obligor: Obligor, from_day: date, days: int, holidays: Holidays) -> Clock:
    return Clock(obligor, from_day, start_of_day(from_day), statutory_due(from_day, days, holidays))


def _law(on: date, field: str) -> law.Law:
    try:
        return law.in_force(on)
    except LookupError as error:
        raise Refused("before_the_law", fields={field: "before_the_law"}) from error
