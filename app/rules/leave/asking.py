"""Asking for leave, for its extension, or for a permit; and taking a request back [Law 27; Measures 26, 27, 29]."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from app.rules.calendar import legal_day, months_later
from app.rules.effects import Decision, WriteAudit
from app.rules.effects.leave import EndLeave, RequestLeave
from app.rules.errors import Conflict, Refused
from app.rules.facts import About, Actor, Reason, SubjectStatus
from app.rules.law import in_force
from app.rules.leave.counting import asked_late
from app.rules.leave.facts import Leave, Person, Wanted, is_staff
from app.rules.leave.kinds import LeaveKind, LeaveState
from app.rules.leave.moments import span, tell_users

LONGEST = timedelta(days=366)
"""What is asked for at once beyond a year is a slip of the keyboard, or another institution of the law."""
ASKED = {LeaveKind.LEAVE: "leave_asked", LeaveKind.PERMIT: "permit_asked"}
UNSETTLED = frozenset({LeaveState.PENDING, LeaveState.APPROVED, LeaveState.EXTENDED})


def ask(person: Person, wanted: Wanted, actor: Actor, *, now: datetime) -> Decision:
    """The request waits for whoever must decide, and they are told. Asked late it is taken all the same, and says so.

    Conflict `not_in_correction`, `leave_overlaps`, `permit_pending`, `leave_not_running` (nothing to extend); Refused
    where the times cannot be meant.
    """
    if person.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
    extended = _extended(person, wanted)
    from_at, until = _span(wanted, extended, now)
    _refuse_doubles(person, wanted, from_at, until)
    root_id = extended.root_id if extended else wanted.id
    counted = person.counted(from_at, until, root_id=root_id if extended else None, now=now)
    decider = person.decider(wanted.kind, counted, now=now)
    law = in_force(legal_day(now))
    request = RequestLeave(
        id=wanted.id,
        root_id=root_id,
        extends_id=wanted.extends_id,
        subject_id=person.subject_id,
        kind=wanted.kind,
        ground=wanted.ground,
        reason=wanted.reason,
        destinations=wanted.destinations,
        destination_names=wanted.destination_names,
        place=wanted.place,
        from_at=from_at,
        until=until,
        travel=wanted.travel,
        contact=wanted.contact,
        frequency=wanted.frequency,
        proof=wanted.proof,
        proofs=wanted.proofs,
        keep_days=person.policy.leave.proof_keep_days,
        asked_late=extended is None and asked_late(from_at, law, now=now),
        entered_by=actor.id if is_staff(actor) else None,
        at=now,
        body_hash=wanted.body_hash,
        days=counted.at_once,
        total_days=counted.cumulated,
        decider=decider,
    )
    asked = Reason(ASKED[wanted.kind], (*span(from_at, until), ("days", str(counted.at_once))))
    others = tuple(user for user in person.deciders.get(decider, ()) if user != actor.id)
    notices = tell_users(others, person.subject_id, wanted.id, "asked", asked, now)
    details = {"kind": wanted.kind.value, "days": counted.at_once, "decider": decider.value}
    audit = WriteAudit(
        now, actor, "leave.request", person.subject_id, About("leave", wanted.id), wanted.reason, details
    )
    return Decision((request, *notices, audit))


def _extended(person: Person, wanted: Wanted) -> Leave | None:
    """What the request goes on from. Conflict `leave_not_running` where that is over, or already extended."""
    if wanted.extends_id is None:
        return None
    old = person.leave(wanted.extends_id)
    if old is None or old.kind is not LeaveKind.LEAVE or wanted.kind is not LeaveKind.LEAVE:
        raise Conflict("leave_not_running")
    if old.state is not LeaveState.APPROVED or not old.is_running:
        raise Conflict("leave_not_running")
    return old


def _span(wanted: Wanted, extended: Leave | None, now: datetime) -> tuple[datetime, datetime]:
    from_at = extended.until if extended else wanted.from_at
    if from_at is None:
        raise Refused("leave_from_needed", fields={"from": "leave_from_needed"})
    until = wanted.until
    if wanted.kind is LeaveKind.PERMIT:
        until = _end_of_permit(wanted, from_at)
    if until is None:
        raise Refused("leave_to_needed", fields={"to": "leave_to_needed"})
    if until <= from_at:
        raise Refused("ends_before_it_begins", fields={"to": "ends_before_it_begins"})
    if until <= now:
        raise Refused("leave_over_already", fields={"to": "leave_over_already"})
    if until > from_at + LONGEST:
        raise Refused("leave_too_long", fields={"to": "leave_too_long"})
    return from_at, until


def _end_of_permit(wanted: Wanted, from_at: datetime) -> datetime:
    """Six months later, or as early as was asked [Measures 29]."""
    if not wanted.frequency:
        raise Refused("permit_frequency_needed", fields={"frequency": "permit_frequency_needed"})
    latest = months_later(from_at, in_force(legal_day(from_at)).travel_permit_months.value)
    if wanted.until is not None and wanted.until > latest:
        raise Refused("permit_too_long", fields={"to": "permit_too_long"})
    return wanted.until or latest


def _refuse_doubles(person: Person, wanted: Wanted, from_at: datetime, until: datetime) -> None:
    for other in person.leaves:
        if other.kind is not wanted.kind or other.state not in UNSETTLED or other.ended_at is not None:
            continue
        if wanted.kind is LeaveKind.PERMIT:
            if other.state is LeaveState.PENDING:
                raise Conflict("permit_pending")
        elif other.from_at < until and from_at < other.until:
            raise Conflict("leave_overlaps")


def withdraw(person: Person, leave: Leave, note: str | None, actor: Actor, *, now: datetime) -> Decision:
    """Whoever asked takes the request back, as long as nobody decided. Again changes nothing."""
    if leave.state is LeaveState.WITHDRAWN:
        return Decision()
    if leave.state is not LeaveState.PENDING:
        raise Conflict("leave_decided")
    return Decision(
        (
            EndLeave(leave.id, LeaveState.WITHDRAWN, now, None, actor, note=note),
            WriteAudit(now, actor, "leave.withdraw", person.subject_id, About("leave", leave.id), note),
        )
    )


def without(person: Person, leave_id: UUID) -> Person:
    """The person as if that request had never been made: what a decision on it is counted by."""
    return replace(person, leaves=tuple(one for one in person.leaves if one.id != leave_id))
