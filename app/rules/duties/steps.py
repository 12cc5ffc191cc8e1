"""A duty opens, is reminded of, is waived; and what its subject is told of it."""

from datetime import datetime

from app.rules.duties.facts import ALERTS, WAIVABLE, DutyFacts, OwedFacts, WaiveFacts, alert_about
from app.rules.duties.moments import moment, window
from app.rules.effects import ChangeDuty, Decision, Effect, MarkReminded, Notify, RecoverAlert, WriteAudit
from app.rules.errors import Conflict
from app.rules.facts import JOB, About, Actor, Channel, DutyKind, DutyState, Obligor, Reason

ALERTED = frozenset({DutyState.MISSED, DutyState.SUBMITTED})
"""States in which a duty may have an alert: what waits for review may have been missed before it was submitted."""


def open_duty(duty: DutyFacts, *, now: datetime) -> Decision:
    """The duty is open from now on, and its office is fixed.

    A window at a secret time is told to the subject's phone, unless it is over by now. Whoever's supervision has ended
    owes nothing.
    """
    if duty.is_void:
        return Decision((cancelled(duty, now),))
    opened = ChangeDuty(duty.id, DutyState.OPEN, now, Reason("duty_opened"), JOB, office_id=duty.office_id)
    if duty.random and _can_be_told(duty, now):
        return Decision((opened, _notice(duty, "opened", now)))
    return Decision((opened,))


def remind(duty: DutyFacts, *, now: datetime) -> Decision:
    """One reminder before the end, to whoever owes it and can still do it."""
    reminded = MarkReminded(duty.id, now)
    if not duty.is_void and _can_be_told(duty, now):
        return Decision((reminded, _notice(duty, "reminder", now)))
    return Decision((reminded,))


def _can_be_told(duty: DutyFacts, now: datetime) -> bool:
    return duty.obligor is Obligor.SUBJECT and duty.channel is Channel.SMARTPHONE and now < duty.due_at


def _notice(duty: DutyFacts, step: str, now: datetime) -> Notify:
    return Notify(
        recipient_kind="subject",
        recipient_id=duty.subject_id,
        about=About("duty", duty.id),
        step=step,
        wording=Reason(f"{duty.kind.value}_{step}", window(duty.opens_at, duty.due_at)),
        at=now,
        push_at=now,
        subject_id=duty.subject_id,
    )


def waive(facts: WaiveFacts, reason: str, actor: Actor, *, now: datetime) -> Decision:
    """A named user lets the duty go, with a reason in own words; the alert of a missed one is over with it.

    The same user with the same reason again changes nothing. Conflict `duty_settled` where the duty was done, was let
    go by somebody else, or nobody can judge it any more.
    """
    if facts.state is DutyState.WAIVED and (facts.waived_by, facts.waive_reason) == (actor.id, reason):
        return Decision()
    if facts.state not in WAIVABLE:
        raise Conflict("duty_settled")
    about = About("duty", facts.id)
    effects: list[Effect] = [
        ChangeDuty(facts.id, DutyState.WAIVED, now, Reason("duty_waived"), actor, note=reason),
        WriteAudit(now, actor, "duties.waive", facts.subject_id, about, reason),
    ]
    kind = ALERTS.get(facts.kind)
    if facts.state in ALERTED and kind is not None:
        over = facts.about or alert_about(facts.kind, facts.subject_id, facts.id, facts.rule_code)
        effects.append(RecoverAlert(facts.subject_id, kind, over, now, now, Reason("duty_waived"), source=about))
    return Decision(tuple(effects))


def cancelled(duty: DutyFacts, now: datetime) -> ChangeDuty:
    """The duty falls away, because supervision ended before it."""
    return ChangeDuty(duty.id, DutyState.CANCELLED, now, Reason("supervision_ended"), JOB, office_id=duty.office_id)


def how_to(owed: OwedFacts, *, now: datetime) -> Reason:
    """What the subject is told of a duty of its own: what to do and until when, or what became of it."""
    if owed.state is DutyState.PLANNED:
        return Reason("how_upcoming", window(owed.opens_at, owed.due_at))
    if owed.state is not DutyState.OPEN:
        return Reason(f"how_{owed.state.value}")
    if owed.kind is DutyKind.LEAVE_RETURN:
        return _how_to_return(owed, now)
    if owed.due_at <= now:
        return Reason("how_still_late", (("grace", moment(owed.grace_until)),))
    if owed.kind is DutyKind.SPOT_CHECK:
        return Reason("how_spot_check", (*window(owed.opens_at, owed.due_at), ("spot_ground", owed.ground or "")))
    by_phone = "how_by_phone" if owed.channel is Channel.SMARTPHONE else "how_in_person"
    code = "how_location_check" if owed.kind is DutyKind.LOCATION_CHECK else by_phone
    return Reason(code, window(owed.opens_at, owed.due_at))


def _how_to_return(owed: OwedFacts, now: datetime) -> Reason:
    """Being back is due at the end of the leave, the formality may follow."""
    if owed.due_at <= now:
        return Reason("how_leave_return_late", (("grace", moment(owed.grace_until)),))
    return Reason("how_leave_return", window(owed.opens_at, owed.due_at))
