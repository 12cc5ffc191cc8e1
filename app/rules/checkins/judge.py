"""What a try at a check-in is worth: accepted, to be reviewed by a person, or refused; and what that changes."""

from datetime import datetime

from app.rules.checkins.asked import asked_for
from app.rules.checkins.facts import CheckInDuty, Evidence, Facts, Try
from app.rules.checkins.match import also_for, duty_for, why_none
from app.rules.checkins.recovery import recoveries
from app.rules.effects import AttachPhoto, ChangeDuty, Decision, Effect, RecordAttempt
from app.rules.facts import About, Actor, AreaVerdict, Cause, DutyState, Fix, Outcome, Reason
from app.rules.timing import Proof


def judge(facts: Facts, tried: Try, *, now: datetime) -> Decision:
    """Keep the try, and settle the duty in whose window it was made. `now` is when it arrived.

    Doubts about time or place never refuse: the duty is then submitted, with this try's time, until a person looked.
    Refused is only what no duty asks for; of that no place is kept.
    """
    duty, at = duty_for(facts, tried, now=now)
    if duty is None:
        return Decision((_refused(facts, tried, now),))
    also = also_for(facts, duty, at)
    doubts = _doubts(tried) + asked_for((duty, *also), tried)
    changes: list[Effect] = []
    for each in (duty, *also):
        changes += _submit(tried, each, at, now) if doubts else _settle(facts, tried, each, at, now)
    outcome = Outcome.TO_REVIEW if doubts else Outcome.ACCEPTED
    kept = _kept(tried, duty, at, outcome, doubts or tuple(_why(tried, duty, at)), also=also, now=now)
    return Decision((kept, *_attached(tried), *changes))


def _doubts(tried: Try) -> tuple[Reason, ...]:
    """What a person should look at before the try counts. An officer who met the subject vouches for all of it."""
    if tried.by_officer:
        return ()
    found = []
    if not tried.timed.proven:
        found.append(Reason("time_ahead" if tried.timed.how is Proof.AHEAD else "time_not_proven"))
    if tried.fix is None or _is_nowhere(tried.fix):
        found.append(Reason("position_missing"))
    elif tried.fix.accuracy_m <= 0:
        found.append(Reason("accuracy_missing"))
    if tried.fix is not None and tried.fix.mock:
        found.append(Reason("mock_location"))
    return tuple(found)


def _is_nowhere(fix: Fix) -> bool:
    """(0, 0) is what receivers report before they know anything."""
    return fix.lon == 0 and fix.lat == 0


def _refused(facts: Facts, tried: Try, now: datetime) -> RecordAttempt:
    duty_id, reasons = why_none(facts, tried.timed.effective_at, now=now)
    clock = () if tried.by_officer or tried.timed.proven else (Reason("clock_differs"),)
    return RecordAttempt(
        id=tried.id,
        subject_id=tried.subject_id,
        body_hash=tried.body_hash,
        outcome=Outcome.REFUSED,
        reasons=reasons + clock,
        recorded_at=tried.recorded_at,
        received_at=now,
        effective_at=tried.timed.effective_at if tried.timed.proven else None,
        sent_at=tried.sent_at,
        duty_id=duty_id,
        officer_id=tried.actor.id if tried.by_officer else None,
        note=tried.note,
        answers=tried.answers,
    )


def _why(tried: Try, duty: CheckInDuty, at: datetime) -> list[Reason]:
    """The reasons of a receipt that counts; the last one is also that of the duty's change."""
    reasons = [Reason("checked_in" if duty.on_time(at) else "checked_in_late")]
    if tried.by_officer:
        reasons.append(Reason("recorded_by_officer"))
    elif duty.state in {DutyState.MISSED, DutyState.UNJUDGED}:
        reasons.append(Reason("late_evidence"))
    return reasons


def _settle(facts: Facts, tried: Try, duty: CheckInDuty, at: datetime, now: datetime) -> tuple[Effect, ...]:
    reason = _why(tried, duty, at)[-1]
    change = ChangeDuty(
        duty_id=duty.id,
        state=DutyState.FULFILLED if duty.on_time(at) else DutyState.LATE,
        at=now,
        reason=reason,
        actor=tried.actor,
        effective_at=at,
        evidence=About("attempt", tried.id),
    )
    about = About("subject", tried.subject_id)
    cause = None if tried.by_officer else Cause.PHONE
    over = recoveries(duty, facts.episodes, about, at=at, now=now, reason=reason, cause=cause)
    return (*_opened(duty, tried.actor, now), change, *over)


def _attached(tried: Try) -> tuple[AttachPhoto, ...]:
    """A photo that is there already becomes this try's; one that comes later is attached when it does."""
    if tried.photo is None or tried.photo.shot_at is None or tried.photo.used:
        return ()
    return (AttachPhoto(tried.subject_id, tried.photo.id, tried.id),)


def _submit(tried: Try, duty: CheckInDuty, at: datetime, now: datetime) -> tuple[ChangeDuty, ...]:
    """The duty waits for a person. Nothing changes where it does already, or where only its lateness is in question."""
    if duty.state in {DutyState.SUBMITTED, DutyState.LATE}:
        return ()
    change = ChangeDuty(
        duty_id=duty.id,
        state=DutyState.SUBMITTED,
        at=now,
        reason=Reason("submitted_for_review"),
        actor=tried.actor,
        effective_at=at,
        evidence=About("attempt", tried.id),
    )
    return (*_opened(duty, tried.actor, now), change)


def _opened(duty: CheckInDuty, actor: Actor, now: datetime) -> tuple[ChangeDuty, ...]:
    """A duty that the clock has opened and no job yet: its history should not skip that, and its office is fixed."""
    if duty.state is not DutyState.PLANNED:
        return ()
    return (ChangeDuty(duty.id, DutyState.OPEN, now, Reason("duty_opened"), actor, office_id=duty.office_id),)


def _kept(
    tried: Try,
    duty: CheckInDuty,
    at: datetime,
    outcome: Outcome,
    reasons: tuple[Reason, ...],
    *,
    also: tuple[CheckInDuty, ...],
    now: datetime,
) -> RecordAttempt:
    """The try on record. Its place stays only where it is one, and where the duty's power covers that instant."""
    keep = tried.fix is not None and not _is_nowhere(tried.fix) and duty.covers(at)
    evidence = tried.evidence if keep else Evidence()
    mock = tried.fix is not None and tried.fix.mock
    return RecordAttempt(
        id=tried.id,
        subject_id=tried.subject_id,
        body_hash=tried.body_hash,
        outcome=outcome,
        reasons=reasons,
        recorded_at=tried.recorded_at,
        received_at=now,
        effective_at=at if tried.timed.proven else None,
        sent_at=tried.sent_at,
        duty_id=duty.id,
        fix=tried.fix if keep else None,
        fix_given=tried.fix_given if keep else None,
        area=AreaVerdict.CANNOT_TELL if mock else evidence.area,
        area_distance_m=evidence.area_distance_m,
        home_distance_m=evidence.home_distance_m,
        power_id=duty.id if keep else None,
        officer_id=tried.actor.id if tried.by_officer else None,
        note=tried.note,
        answers=tried.answers,
        photo_id=tried.photo.id if tried.photo else None,
        also=tuple(other.id for other in also),
    )
