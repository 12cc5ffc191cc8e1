"""The decision on a request: who may make it, what an approval begins, and revoking one [Law 27; Measures 27-29]."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from app.rules.effects import ChangeDuty, Decision, Effect, Notify, PlanDuty, RecoverAlert, WriteAudit
from app.rules.effects.leave import DecideLeave, EndLeave, JudgeAgain
from app.rules.effects.occasions import WithdrawOccasion, occasion
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import About, Actor, AlertKind, DutyKind, DutyState, Obligor, OccasionKind, Reason
from app.rules.leave.authority import refuse_other_roles
from app.rules.leave.counting import Count
from app.rules.leave.facts import Leave, Person, Verdict
from app.rules.leave.kinds import LeaveKind, LeaveLevel, LeaveState
from app.rules.leave.moments import moment, span, tell_subject, tell_users
from app.rules.leave.waiting import count_after_the_end, count_again
from app.rules.schedule import JUDGE_DELAY

RULE_CODE = "leave_return"
OWED = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.SUBMITTED})
ALERTED = frozenset({DutyState.MISSED, DutyState.SUBMITTED})

APPROVED = {LeaveKind.LEAVE: "leave_approved", LeaveKind.PERMIT: "permit_approved"}
REFUSED = {LeaveKind.LEAVE: "leave_refused", LeaveKind.PERMIT: "permit_refused"}
REVOKED = {LeaveKind.LEAVE: "leave_revoked", LeaveKind.PERMIT: "permit_revoked"}
"""What the person is told."""


@dataclass(frozen=True)
class Ruling:
    """One decision in the making: at which level, and on which count of days."""

    person: Person
    leave: Leave
    verdict: Verdict
    level: LeaveLevel
    counted: Count
    actor: Actor
    now: datetime


def decide(person: Person, leave: Leave, verdict: Verdict, actor: Actor, *, now: datetime) -> Decision:
    """Approve or refuse, by whoever the law and the delegation say; days are counted anew. Again changes nothing.

    NotAllowed `leave_needs_office`, `leave_needs_county`, `leave_needs_city`, `leave_second_person` (at county and city
    nobody decides on what they entered themselves); Conflict `leave_decided`, `leave_over`, `leave_overlaps`,
    `leave_not_running`; Refused `leave_reason_needed`.
    """
    if leave.state is not LeaveState.PENDING:
        if _same(leave, verdict, actor):
            return Decision()
        raise Conflict("leave_decided")
    root_id = leave.root_id if leave.extends_id else None
    counted = person.counted(leave.from_at, leave.until, root_id=root_id, now=now)
    level = refuse_other_roles(person.decider(leave.kind, counted, now=now), actor)
    if level is not LeaveLevel.OFFICE and leave.entered_by == actor.id:
        raise NotAllowed("leave_second_person")
    ruling = Ruling(person, leave, verdict, level, counted, actor, now)
    return _approve(ruling) if verdict.approve else _refuse(ruling)


def _same(leave: Leave, verdict: Verdict, actor: Actor) -> bool:
    approved = leave.state is not LeaveState.REFUSED
    return (
        leave.decided_by == actor.id
        and leave.state is not LeaveState.WITHDRAWN
        and approved is verdict.approve
        and (leave.decision_reason, leave.conditions) == (verdict.reason, verdict.conditions)
    )


def _refuse(ruling: Ruling) -> Decision:
    """A proper ground should be approved [Law 27], so a refusal tells why, and where one may complain."""
    leave, reason = ruling.leave, ruling.verdict.reason
    if not reason:
        raise Refused("leave_reason_needed", fields={"reason": "leave_reason_needed"})
    told = _tell(ruling, REFUSED[leave.kind], leave.from_at)
    return Decision((_decided(ruling, LeaveState.REFUSED), told, _audit(ruling, "leave.refuse")))


def _approve(ruling: Ruling) -> Decision:
    person, leave, actor, now = ruling.person, ruling.leave, ruling.actor, ruling.now
    if leave.until <= now:
        raise Conflict("leave_over")
    old = _goes_on_from(person, leave)
    _refuse_overlap(person, leave)
    counts_from = max(leave.from_at, now)
    duty = None
    if leave.kind is LeaveKind.LEAVE:
        duty = return_duty(person, uuid5(leave.id, RULE_CODE), counts_from, leave.until, now=now)
    approved = replace(
        _decided(ruling, LeaveState.APPROVED),
        conditions=ruling.verdict.conditions,
        report_arrival=ruling.verdict.report_arrival,
        counts_from=counts_from,
        duty_id=duty.id if duty else None,
        filed_at=now if ruling.level is LeaveLevel.OFFICE else None,
        remind_at=None if duty else max(now, leave.until - timedelta(days=person.policy.leave.permit_remind_days)),
    )
    return Decision(
        (
            *((duty,) if duty else ()),
            approved,
            *(_extend(person, old, actor, now) if old else ()),
            JudgeAgain(person.subject_id, now),
            *_to_be_talked_over(ruling, counts_from),
            _tell(ruling, APPROVED[leave.kind], counts_from),
            *_tell_county(ruling),
            *count_again(person, replace(leave, state=LeaveState.APPROVED, counts_from=counts_from), actor, now=now),
            _audit(ruling, "leave.approve"),
        )
    )


def _to_be_talked_over(ruling: Ruling, departure: datetime) -> tuple[Effect, ...]:
    """A journey is talked over before it begins: its clock is the departure. One that goes on has begun before."""
    leave, person = ruling.leave, ruling.person
    if leave.kind is not LeaveKind.LEAVE or leave.extends_id is not None:
        return ()
    source = About("leave", leave.id)
    kind = OccasionKind.LEAVE_APPROVED
    return (occasion(person.subject_id, kind, source, departure, ruling.actor, now=ruling.now),)


def _decided(ruling: Ruling, state: LeaveState) -> DecideLeave:
    counted = ruling.counted
    return DecideLeave(
        ruling.leave.id,
        state,
        ruling.level,
        ruling.actor,
        ruling.now,
        counted.at_once,
        counted.cumulated,
        reason=ruling.verdict.reason,
    )


def _tell(ruling: Ruling, code: str, from_at: datetime) -> Notify:
    leave = ruling.leave
    wording = Reason(code, span(from_at, leave.until))
    return tell_subject(ruling.person.subject_id, leave.id, "decided", wording, ruling.now)


def _goes_on_from(person: Person, leave: Leave) -> Leave | None:
    """What an extension goes on from; it must still run when the extension is approved."""
    if leave.extends_id is None:
        return None
    old = person.leave(leave.extends_id)
    if old is None or old.state is not LeaveState.APPROVED or not old.is_running:
        raise Conflict("leave_not_running")
    return old


def _refuse_overlap(person: Person, leave: Leave) -> None:
    for other in person.leaves:
        both = leave.kind is LeaveKind.LEAVE and other.kind is LeaveKind.LEAVE and other.is_running
        if both and other.from_at < leave.until and leave.from_at < other.until:
            raise Conflict("leave_overlaps")


def return_duty(person: Person, duty_id: UUID, opens_at: datetime, due_at: datetime, *, now: datetime) -> PlanDuty:
    """What the person owes: to be back, and to tell it, by the end; the formality may follow within the grace.

    Each has a slot of its own, some microseconds after those of other leave that began at the same instant: a span may
    be granted again after it was revoked.
    """
    as_many = sum(one.counts_from == opens_at for one in person.leaves)
    grace_until = due_at + timedelta(minutes=person.policy.grace_min.of(DutyKind.LEAVE_RETURN))
    remind_at = due_at - timedelta(hours=person.policy.leave.remind_return_h)
    return PlanDuty(
        id=duty_id,
        subject_id=person.subject_id,
        kind=DutyKind.LEAVE_RETURN,
        obligor=Obligor.SUBJECT,
        rule_code=RULE_CODE,
        slot_start=opens_at + timedelta(microseconds=as_many),
        opens_at=opens_at,
        due_at=due_at,
        grace_until=grace_until,
        judge_at=grace_until + JUDGE_DELAY,
        office_id=person.office_id,
        policy_version_id=person.policy_version_id,
        at=now,
        remind_at=remind_at if opens_at < remind_at < due_at else None,
    )


def _extend(person: Person, old: Leave, actor: Actor, now: datetime) -> tuple[Effect, ...]:
    """The old return is not owed any more; if it was overdue, it is so no longer."""
    effects: list[Effect] = [EndLeave(old.id, LeaveState.EXTENDED, now, None, actor)]
    why = Reason("leave_extended")
    if old.duty_id is not None and old.duty_state in OWED:
        effects.append(ChangeDuty(old.duty_id, DutyState.CANCELLED, now, why, actor))
    if old.duty_state in ALERTED:
        about = About("leave", old.id)
        effects.append(RecoverAlert(person.subject_id, AlertKind.LEAVE_OVERDUE, about, now, now, why))
    return tuple(effects)


def _tell_county(ruling: Ruling) -> tuple[Notify, ...]:
    """What the office approved is filed with the county; what the city approved the county tells the procuratorate."""
    code = {LeaveLevel.OFFICE: "leave_filed", LeaveLevel.CITY: "leave_tell_procuratorate"}.get(ruling.level)
    if code is None:
        return ()
    person, leave = ruling.person, ruling.leave
    wording = Reason(code, (*span(leave.from_at, leave.until), ("days", str(ruling.counted.at_once))))
    county = person.deciders.get(LeaveLevel.COUNTY, ())
    return tell_users(county, person.subject_id, leave.id, "filed", wording, ruling.now)


def _audit(ruling: Ruling, action: str) -> WriteAudit:
    counted = ruling.counted
    details = {"level": ruling.level.value, "days": counted.at_once, "total_days": counted.cumulated}
    about = About("leave", ruling.leave.id)
    return WriteAudit(ruling.now, ruling.actor, action, ruling.person.subject_id, about, ruling.verdict.reason, details)


def revoke(person: Person, leave: Leave, reason: str, actor: Actor, *, now: datetime) -> Decision:
    """What was approved counts no longer, and the person is told why, and by when to be back [Measures 28, 29].

    Whoever could decide at the level that decided may revoke. Somebody who is away by then owes the return within the
    policy's hours. Conflict `leave_not_running`, and `leave_over_now` where its time has run out: the return from it is
    owed by then, and stays so. The same reason by the same user again changes nothing.
    """
    if leave.state is LeaveState.REVOKED and leave.end_note == reason:
        return Decision()
    if not leave.is_running or leave.state is not LeaveState.APPROVED or leave.decided_level is None:
        raise Conflict("leave_not_running")
    if leave.until <= now:
        raise Conflict("leave_over_now")
    refuse_other_roles(leave.decided_level, actor)
    back_by = min(leave.until, now + timedelta(hours=person.policy.leave.recall_h))
    away = leave.kind is LeaveKind.LEAVE and person.is_away(leave, now=now)
    duty = return_duty(person, uuid5(leave.id, "recalled"), now, back_by, now=now) if away else None
    code = REVOKED[leave.kind] if duty is None else "leave_recalled"
    effects: list[Effect] = [
        *((duty,) if duty else ()),
        EndLeave(leave.id, LeaveState.REVOKED, now, now, actor, reason, duty.id if duty else None, whole_chain=True),
        JudgeAgain(person.subject_id, now),
        tell_subject(person.subject_id, leave.id, "revoked", Reason(code, (("until", moment(back_by)),)), now),
        WriteAudit(now, actor, "leave.revoke", person.subject_id, About("leave", leave.id), reason),
        *count_after_the_end(person, leave, now, "leave_extension_moot_revoked", actor, now=now),
    ]
    if leave.duty_id is not None and leave.duty_state in OWED:
        effects.append(ChangeDuty(leave.duty_id, DutyState.CANCELLED, now, Reason("leave_called_off"), actor))
    if leave.kind is LeaveKind.LEAVE and not away:
        source = About("leave", leave.root_id)
        effects.append(WithdrawOccasion(person.subject_id, OccasionKind.LEAVE_APPROVED, source, now, actor, reason))
    return Decision(tuple(effects))
