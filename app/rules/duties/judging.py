"""What became of a duty that nobody fulfilled by the end of its grace."""

from datetime import datetime, timedelta

from app.rules.calendar import next_half_hour
from app.rules.duties.facts import ALERTS, CHECKED_IN, DutyFacts, Gap, JudgeFacts, alert_about
from app.rules.duties.moments import moment, window
from app.rules.duties.reading import evidence, reading
from app.rules.duties.separation import suspected
from app.rules.duties.steps import cancelled
from app.rules.effects import ChangeDuty, Decision, OpenIncident, PostponeJudgment, RaiseAlert
from app.rules.facts import JOB, About, DutyKind, DutyState, Hold, Reason

STANDSTILL = "service_away"
PLANNED_LATE = "planned_late"
HELD = "held_by_outage"

TOLD_BY_PLAN = CHECKED_IN | {DutyKind.LOCATION_CHECK}
"""Windows that a phone knows of only because they were planned. A visit or an intake is owed whatever is planned."""


def judge(facts: JudgeFacts, *, now: datetime) -> Decision:
    """What became of a duty that nobody fulfilled: missed with its alert, or unjudged because the service was away.

    Where the API was away at the window's end, or for more than half of it, what phones and officers recorded in that
    time gets `late_evidence_wait_min` from the API's return to arrive; only then the duty is unjudged, with one
    incident for the whole gap and no alert about a person. What runs for days and is judged by when it happened, a
    visit or an intake, is not excused by a short gap at its very end: after the wait it is missed like any other. A
    scheduler that was away makes no difference: the duty is judged later, with its own time. Only where it was away
    for so long that more than half of a window was over before anybody planned it, no phone could know of the window,
    and nobody is judged either.
    """
    duty = facts.duty
    if duty.is_void:
        return Decision((cancelled(duty, now),))
    if _planned_late(facts):
        return _unjudged(duty, PLANNED_LATE, "scheduler", Gap(duty.opens_at, facts.planned_at), now)
    gap = _excusing_gap(facts)
    if gap is not None:
        return _after_gap(facts, gap, now)
    hold = _excusing_hold(facts)
    return _missed(facts, now) if hold is None else _after_hold(facts, hold, now)


def _after_gap(facts: JudgeFacts, gap: Gap, now: datetime) -> Decision:
    """Wait for late evidence, then the third answer, or the second where the gap took only the end of many days."""
    duty = facts.duty
    wait = timedelta(minutes=facts.policy.late_evidence_wait_min)
    if gap.to_at is None:
        return Decision((PostponeJudgment(duty.id, now + wait),))
    ready_at = max(gap.to_at, duty.due_at) + wait
    if now < ready_at:
        return Decision((PostponeJudgment(duty.id, ready_at),))
    if duty.kind not in TOLD_BY_PLAN and not _lost_most(facts):
        return _missed(facts, now)
    return _unjudged(duty, STANDSTILL, "api", gap, now)


def _excusing_hold(facts: JudgeFacts) -> Hold | None:
    """The outage of many in which the subject's phone was at the end of the window, or for more than half of it."""
    duty = facts.duty
    if duty.kind not in TOLD_BY_PLAN:
        return None
    for hold in facts.holds:
        gap = Gap(hold.from_at, hold.until)
        if not gap.touches(duty.opens_at, duty.due_at):
            continue
        if hold.until is None or duty.due_at <= hold.until or _lost(facts, gap) * 2 > duty.due_at - duty.opens_at:
            return hold
    return None


def _after_hold(facts: JudgeFacts, hold: Hold, now: datetime) -> Decision:
    """Wait until the phone is heard or all is over, and then for what it kept; else nobody can judge.

    The outage has its incident already, and the subject is one of those whom it touched.
    """
    duty = facts.duty
    wait = timedelta(minutes=facts.policy.late_evidence_wait_min)
    ready_at = next_half_hour(now) if hold.until is None else max(hold.until, duty.due_at) + wait
    if now < ready_at:
        return Decision((PostponeJudgment(duty.id, ready_at),))
    params = (*window(duty.opens_at, duty.due_at), ("outage", hold.kind), ("outage_of", hold.about or "—"))
    reason = Reason(HELD, params)
    return Decision((ChangeDuty(duty.id, DutyState.UNJUDGED, now, reason, JOB, office_id=duty.office_id),))


def _planned_late(facts: JudgeFacts) -> bool:
    """Whether more than half of the window was over before it was planned."""
    duty = facts.duty
    return duty.kind in TOLD_BY_PLAN and (facts.planned_at - duty.opens_at) * 2 > duty.due_at - duty.opens_at


def _excusing_gap(facts: JudgeFacts) -> Gap | None:
    """The gap that held at the end of the window; or, if more than half of it is lost, the gap that took the most."""
    duty = facts.duty
    gaps = [gap for gap in facts.gaps if gap.touches(duty.opens_at, duty.due_at)]
    if not gaps:
        return None
    if gaps[-1].to_at is None or duty.due_at <= gaps[-1].to_at:
        return gaps[-1]
    if _lost_most(facts):
        return max(gaps, key=lambda gap: _lost(facts, gap))
    return None


def _lost_most(facts: JudgeFacts) -> bool:
    """Whether the API was away for more than half of the window."""
    duty = facts.duty
    gaps = (gap for gap in facts.gaps if gap.touches(duty.opens_at, duty.due_at))
    return sum((_lost(facts, gap) for gap in gaps), timedelta(0)) * 2 > duty.due_at - duty.opens_at


def _lost(facts: JudgeFacts, gap: Gap) -> timedelta:
    """How much of the window the gap took."""
    duty = facts.duty
    return min(gap.to_at or duty.due_at, duty.due_at) - max(gap.from_at, duty.opens_at)


def _unjudged(duty: DutyFacts, kind: str, about: str, gap: Gap, now: datetime) -> Decision:
    """The third answer, with one incident for all whom the same gap touched."""
    to_at = gap.to_at or now
    # What was planned late is one incident for the run that planned it: each window of it opened at another time.
    from_at = to_at if kind == PLANNED_LATE else gap.from_at
    reason = Reason(kind, (("from", moment(gap.from_at)), ("to", moment(to_at))))
    return Decision(
        (
            ChangeDuty(duty.id, DutyState.UNJUDGED, now, reason, JOB, office_id=duty.office_id),
            OpenIncident(kind, about, from_at, to_at, duty.subject_id, now),
        )
    )


def _missed(facts: JudgeFacts, now: datetime) -> Decision:
    duty = facts.duty
    missed = ChangeDuty(duty.id, DutyState.MISSED, now, Reason("duty_missed"), JOB, office_id=duty.office_id)
    kind = ALERTS.get(duty.kind)
    if kind is None:
        return Decision((missed,))
    why, cause, strength = reading(facts)
    alert = RaiseAlert(
        subject_id=duty.subject_id,
        office_id=duty.office_id,
        kind=kind,
        about=facts.about or alert_about(duty.kind, duty.subject_id, duty.id, facts.rule_code),
        source=About("duty", duty.id),
        event_at=duty.due_at,
        at=now,
        why=why,
        cause=cause,
        strength=strength,
        rule_code=facts.rule_code,
        policy_version_id=facts.policy_version_id,
        evidence=evidence(facts),
    )
    return Decision((missed, alert, *suspected(facts, now=now)))
