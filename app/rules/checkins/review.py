"""What an officer's review of a doubtful check-in changes: the duty is settled, owed again, or missed after all."""

from dataclasses import replace
from datetime import datetime

from app.rules.checkins.facts import OWED, CheckInDuty, ReviewFacts, Standing
from app.rules.checkins.recovery import recoveries
from app.rules.effects import ChangeDuty, Decision, Effect, RaiseAlert, ReviewAttempt
from app.rules.errors import Conflict
from app.rules.facts import About, Actor, AlertKind, Cause, DutyState, Outcome, Reason, Strength


def review(facts: ReviewFacts, *, accepted: bool, note: str, actor: Actor, now: datetime) -> Decision:
    """A named officer's answer to a try that waits for review, given once.

    Conflict `already_reviewed` for a second answer, `nothing_to_review` for a try that never waited.
    """
    if facts.outcome is not Outcome.TO_REVIEW or actor.id is None:
        raise Conflict("nothing_to_review")
    if facts.reviewed:
        raise Conflict("already_reviewed")
    answer = ReviewAttempt(facts.subject_id, facts.attempt_id, accepted, actor.id, now, note)
    if facts.duty is None:
        return Decision((answer,))
    settle = _accept if accepted else _reject
    changes = list(settle(facts, facts.duty, note, actor, now))
    for duty, standing in facts.also:
        changes += settle(replace(facts, duty=duty, standing=standing), duty, note, actor, now)
    return Decision((answer, *changes))


def _accept(facts: ReviewFacts, duty: CheckInDuty, note: str, actor: Actor, now: datetime) -> tuple[Effect, ...]:
    """The duty is settled with the time of the first try that stands, not with that of the one looked at."""
    at = min(_time_of(duty, attempt) for attempt in facts.standing)
    on_time = duty.on_time(at)
    if duty.state not in OWED and not (duty.state is DutyState.LATE and on_time):
        return ()
    reason = Reason("review_accepted")
    change = ChangeDuty(
        duty_id=duty.id,
        state=DutyState.FULFILLED if on_time else DutyState.LATE,
        at=now,
        reason=reason,
        actor=actor,
        effective_at=at,
        evidence=About("attempt", facts.attempt_id),
        note=note,
    )
    about = About("subject", facts.subject_id)
    return (
        change,
        *recoveries(duty, facts.episodes, about, at=at, now=now, reason=reason, cause=Cause.PHONE),
    )


def _reject(facts: ReviewFacts, duty: CheckInDuty, note: str, actor: Actor, now: datetime) -> tuple[Effect, ...]:
    """The duty is what it would be without this try, unless another one stands for it.

    Where supervision has ended nobody is alerted: there is nothing left that a person could look after.
    """
    if duty.state is not DutyState.SUBMITTED or any(other.id != facts.attempt_id for other in facts.standing):
        return ()
    reason = Reason("review_rejected", (("opens_at", duty.opens_at.isoformat()), ("due_at", duty.due_at.isoformat())))
    state = _without_it(duty, facts.ended_at, now)
    change = ChangeDuty(
        duty_id=duty.id,
        state=state,
        at=now,
        reason=reason,
        actor=actor,
        evidence=About("attempt", facts.attempt_id),
        note=note,
    )
    alerts = state is DutyState.MISSED and facts.ended_at is None
    return (change, _missed(facts, duty, reason, now)) if alerts else (change,)


def _without_it(duty: CheckInDuty, ended_at: datetime | None, now: datetime) -> DutyState:
    """Owed again while there is time, unjudged where the service was away, called off where supervision ended before
    it was judged, missed otherwise.
    """
    if ended_at is not None and ended_at < duty.judge_at:
        return DutyState.CANCELLED
    if now < duty.judge_at:
        return DutyState.OPEN
    return DutyState.UNJUDGED if duty.excused else DutyState.MISSED


def _missed(facts: ReviewFacts, duty: CheckInDuty, reason: Reason, now: datetime) -> RaiseAlert:
    """The phone did reach the service, so neither silence nor a fault explains it; whose doing it is stays open."""
    return RaiseAlert(
        subject_id=facts.subject_id,
        office_id=duty.office_id,
        kind=AlertKind.MISSED_CHECK_IN,
        about=About("subject", facts.subject_id),
        source=About("duty", duty.id),
        event_at=duty.due_at,
        at=now,
        why=reason,
        cause=Cause.UNSURE,
        strength=Strength.MEDIUM,
        rule_code=duty.rule_code,
        policy_version_id=duty.policy_version_id,
        evidence={"attempt_id": str(facts.attempt_id)},
    )


def _time_of(duty: CheckInDuty, attempt: Standing) -> datetime:
    """What was proven, else what the phone claims, else when it arrived: the first of them inside the duty's window."""
    told = [at for at in (attempt.effective_at, attempt.recorded_at, attempt.received_at) if at is not None]
    return next((at for at in told if duty.holds(at)), attempt.received_at)
