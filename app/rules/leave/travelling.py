"""On the way and back: reports, the return with its formality (销假), and a leave that runs over [Measures 28]."""

from datetime import datetime, timedelta

from app.rules.effects import ChangeDuty, Decision, Effect, RecoverAlert, WriteAudit
from app.rules.effects.leave import ConfirmReturn, EndLeave, JudgeAgain, ReportLeave
from app.rules.effects.occasions import WithdrawOccasion, occasion
from app.rules.errors import Conflict, Refused
from app.rules.facts import About, Actor, AlertKind, Cause, DutyState, OccasionKind, Reason, Strength
from app.rules.leave.facts import Leave, Person, Told, is_staff
from app.rules.leave.kinds import LeaveKind, LeaveLevel, LeaveState, ReportKind
from app.rules.leave.moments import moment, tell_subject, tell_users
from app.rules.leave.waiting import count_after_the_end

AHEAD = timedelta(minutes=2)
"""How far a phone's clock may go ahead."""
TOLD_BACK = frozenset({LeaveState.APPROVED, LeaveState.REVOKED})
OWED = frozenset({DutyState.OPEN, DutyState.PLANNED, DutyState.SUBMITTED, DutyState.MISSED})
ALERTED = frozenset({DutyState.MISSED, DutyState.SUBMITTED})


def report(person: Person, leave: Leave, told: Told, actor: Actor, *, now: datetime) -> Decision:
    """Left, arrived, delayed, or a trip under a permit: kept as it was told; a delay is told to the office.

    Conflict `leave_not_running`, `permit_over`; Refused `leave_report_ahead`, `leave_delay_reason`,
    `permit_trips_only`, `permit_not_begun`, `leave_no_trips`, `trip_elsewhere`.
    """
    if not leave.is_running or leave.state is not LeaveState.APPROVED:
        raise Conflict("leave_not_running")
    _refuse_ahead(told, now)
    if leave.kind is LeaveKind.PERMIT:
        _refuse_trip(leave, told, now)
    elif told.kind is ReportKind.TRIP:
        raise Refused("leave_no_trips", fields={"kind": "leave_no_trips"})
    if told.kind is ReportKind.DELAY and not told.note:
        raise Refused("leave_delay_reason", fields={"note": "leave_delay_reason"})
    effects: list[Effect] = [_record(person, leave, told, actor, now), _audit(person, leave, told, actor, now)]
    if told.kind is ReportKind.DELAY:
        wording = Reason("leave_delay_told", (("until", moment(leave.until)),))
        office = person.deciders.get(LeaveLevel.OFFICE, ())
        effects.extend(tell_users(office, person.subject_id, leave.id, f"{told.id}.delay", wording, now))
    return Decision(tuple(effects))


def _refuse_ahead(told: Told, now: datetime) -> None:
    if told.happened_at > now + AHEAD and told.kind is not ReportKind.TRIP:
        raise Refused("leave_report_ahead", fields={"happened_at": "leave_report_ahead"})


def _refuse_trip(leave: Leave, told: Told, now: datetime) -> None:
    if told.kind is not ReportKind.TRIP:
        raise Refused("permit_trips_only", fields={"kind": "permit_trips_only"})
    if leave.until <= max(now, told.happened_at):
        raise Conflict("permit_over")
    if leave.counts_from is not None and told.happened_at < leave.counts_from:
        raise Refused("permit_not_begun", fields={"happened_at": "permit_not_begun"})
    if told.destination not in leave.destinations:
        raise Refused("trip_elsewhere", fields={"destination": "trip_elsewhere"})


def come_back(person: Person, leave: Leave, told: Told, actor: Actor, *, now: datetime) -> Decision:
    """The person is back: the leave ends there and then, and the return that is owed is settled.

    A person's own word counts at once, unless the policy wants an officer's too; then it waits, and the office is
    told. An officer's word settles what waits, at the time that was reported unless the officer gives another. After
    the grace a person's own word counts from its arrival, an officer's from when it says. Conflict `leave_ended`,
    `leave_not_running`, `leave_return_waiting`; Refused `leave_report_ahead`, `permit_needs_no_return`.
    """
    if leave.kind is LeaveKind.PERMIT:
        raise Refused("permit_needs_no_return")
    if leave.state is LeaveState.ENDED:
        raise Conflict("leave_ended")
    if leave.state not in TOLD_BACK or (leave.state is LeaveState.REVOKED and leave.duty_state not in OWED):
        raise Conflict("leave_not_running")
    _refuse_ahead(told, now)
    if is_staff(actor) or not person.policy.leave.confirm_return:
        return _settle(person, leave, told, actor, now)
    if leave.waiting_return is not None:
        raise Conflict("leave_return_waiting")
    return _wait(person, leave, told, actor, now)


def _wait(person: Person, leave: Leave, told: Told, actor: Actor, now: datetime) -> Decision:
    effects: list[Effect] = [_record(person, leave, told, actor, now), _audit(person, leave, told, actor, now)]
    if leave.duty_id is not None and leave.duty_state in OWED:
        evidence = About("leave_report", told.id)
        why = Reason("leave_return_waits")
        effects.append(ChangeDuty(leave.duty_id, DutyState.SUBMITTED, now, why, actor, evidence=evidence))
    office = person.deciders.get(LeaveLevel.OFFICE, ())
    wording = Reason("leave_return_to_confirm")
    effects.extend(tell_users(office, person.subject_id, leave.id, f"{told.id}.return", wording, now))
    return Decision(tuple(effects))


def _settle(person: Person, leave: Leave, told: Told, actor: Actor, now: datetime) -> Decision:
    back_at = _effective(leave, told, actor, now)
    began = min((one.counts_from for one in person.chain(leave) if one.counts_from), default=now)
    ended_at = max(back_at, began)
    staff = is_staff(actor)
    effects: list[Effect] = []
    if staff and leave.waiting_return is not None:
        effects.append(ConfirmReturn(leave.waiting_return[0], actor, now))
    effects.append(_record(person, leave, told, actor, now))
    # A revoked leave stays revoked on record: what was owed is settled, what it counts does not change.
    if leave.state is LeaveState.APPROVED:
        effects.append(EndLeave(leave.id, LeaveState.ENDED, now, ended_at, actor, told.note, whole_chain=True))
        effects.append(JudgeAgain(person.subject_id, min(ended_at, now)))
        effects.extend(count_after_the_end(person, leave, ended_at, "leave_extension_moot_back", actor, now=now))
    effects.extend(_settle_duty(person, leave, told, back_at, actor, now, not_taken=back_at < began))
    effects.append(_to_be_talked_over(person, leave, told, back_at, actor, now, not_taken=back_at < began))
    if staff:
        wording = Reason("leave_return_noted", (("at", moment(back_at)),))
        effects.append(tell_subject(person.subject_id, leave.id, "returned", wording, now))
    effects.append(_audit(person, leave, told, actor, now))
    return Decision(tuple(effects))


def _to_be_talked_over(
    person: Person, leave: Leave, told: Told, back_at: datetime, actor: Actor, now: datetime, *, not_taken: bool
) -> Effect:
    """A journey is talked over when it is over; one that was not made leaves nothing to talk about before it either."""
    source = About("leave", leave.root_id)
    if not_taken:
        reason = told.note or "leave_not_taken"
        return WithdrawOccasion(person.subject_id, OccasionKind.LEAVE_APPROVED, source, now, actor, reason)
    return occasion(person.subject_id, OccasionKind.LEAVE_RETURNED, source, back_at, actor, now=now)


def _effective(leave: Leave, told: Told, actor: Actor, now: datetime) -> datetime:
    late = leave.duty_grace_until is not None and now >= leave.duty_grace_until
    own_word_late = late and not is_staff(actor) and leave.waiting_return is None
    return now if own_word_late else min(told.happened_at, now)


def _settle_duty(
    person: Person, leave: Leave, told: Told, back_at: datetime, actor: Actor, now: datetime, *, not_taken: bool
) -> tuple[Effect, ...]:
    if leave.duty_id is None or leave.duty_state not in OWED or leave.duty_due_at is None:
        return ()
    if not_taken:
        return (ChangeDuty(leave.duty_id, DutyState.CANCELLED, now, Reason("leave_not_taken"), actor),)
    in_time = back_at <= leave.duty_due_at
    state = DutyState.FULFILLED if in_time else DutyState.LATE
    why = Reason("leave_returned_in_time" if in_time else "leave_returned_late")
    evidence = About("leave_report", told.id)
    changed = ChangeDuty(leave.duty_id, state, now, why, actor, effective_at=back_at, evidence=evidence)
    if leave.duty_state not in ALERTED:
        return (changed,)
    about = About("leave", leave.id)
    return changed, RecoverAlert(
        person.subject_id, AlertKind.LEAVE_OVERDUE, about, max(back_at, leave.duty_due_at), now, why
    )


def _record(person: Person, leave: Leave, told: Told, actor: Actor, now: datetime) -> ReportLeave:
    staff = actor.id if is_staff(actor) else None
    return ReportLeave(
        id=told.id,
        leave_id=leave.id,
        subject_id=person.subject_id,
        kind=told.kind,
        happened_at=told.happened_at,
        at=now,
        destination=told.destination,
        until=told.until,
        note=told.note,
        entered_by=staff,
        confirmed_by=staff if told.kind is ReportKind.RETURN else None,
        body_hash=told.body_hash,
    )


def _audit(person: Person, leave: Leave, told: Told, actor: Actor, now: datetime) -> WriteAudit:
    about = About("leave", leave.id)
    return WriteAudit(now, actor, "leave.report", person.subject_id, about, details={"kind": told.kind.value})


def why_overdue(until: datetime, delay_told_at: datetime | None) -> tuple[Reason, Cause, Strength]:
    """What an alert says of a leave whose end and grace have passed without a return: what is known, and what to do.

    It tells that a formality is missing, not where the person is. Whoever told of a delay kept in touch.
    """
    if delay_told_at is None:
        return Reason("leave_overdue_no_report", (("until", moment(until)),)), Cause.UNSURE, Strength.MEDIUM
    params = (("until", moment(until)), ("told", moment(delay_told_at)))
    return Reason("leave_overdue_delay_told", params), Cause.UNSURE, Strength.WEAK
