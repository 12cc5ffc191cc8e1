"""What people write down that gives rise to visits and talks: an officer enters it, the subject reports it by phone.

Somebody under correction reports a change of home or work, a grave event in the family, and contact with people who may
have a bad influence, without delay [Measures 24]. Time runs from when the office learned of it, so a report counts
from its arrival, and an officer says since when it is known.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from app.rules.calendar import legal_day
from app.rules.effects import Decision, Effect, Notify, WriteAudit
from app.rules.effects.occasions import NoteOccasion, WithdrawOccasion, occasion_id
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import About, Actor, OccasionKind, Reason, Role, SubjectStatus, SupervisionClass

ENTERED = (
    OccasionKind.VIOLATION,
    OccasionKind.SANCTION,
    OccasionKind.FAMILY_EVENT,
    OccasionKind.WORK_EVENT,
    OccasionKind.HOME_EVENT,
    OccasionKind.HEALTH_EVENT,
    OccasionKind.CONTACT_EVENT,
    OccasionKind.COMPLAINT,
)
"""What an officer may enter; the rest follows from acts of the house."""
REPORTED = (
    OccasionKind.HOME_EVENT,
    OccasionKind.WORK_EVENT,
    OccasionKind.FAMILY_EVENT,
    OccasionKind.CONTACT_EVENT,
    OccasionKind.HEALTH_EVENT,
)
"""What a phone may report."""
ENTRY, REPORT = "entry", "report"
WRITTEN_BY_PEOPLE = frozenset({ENTRY, REPORT})
AT_THE_COUNTY = (Role.COUNTY_STAFF, Role.COUNTY_HEAD)

AHEAD = timedelta(minutes=2)
"""How far a clock of somebody else's may go ahead."""


@dataclass(frozen=True)
class OccasionFacts:
    """The person, under the lock. `tell` are the users at the office who should hear of a report."""

    subject_id: UUID
    status: SubjectStatus
    class_: SupervisionClass | None
    registered_at: datetime | None
    tell: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Written:
    """What somebody writes. `known_since` is when the office learned of it, None for now; `on` the day it happened."""

    id: UUID
    kind: OccasionKind
    note: str
    body_hash: bytes
    known_since: datetime | None = None
    on: date | None = None


@dataclass(frozen=True)
class WrittenOccasion:
    """An occasion that somebody wants to take back, as it stands. `strict`: something that is still owed by it opened
    in the strict class.
    """

    subject_id: UUID
    kind: OccasionKind
    source: About
    actor_id: UUID | None
    withdrawn_by: UUID | None = None
    withdraw_reason: str | None = None
    strict: bool = False


def enter(facts: OccasionFacts, written: Written, actor: Actor, *, now: datetime) -> Decision:
    """An officer enters it. Conflict `not_in_correction`; Refused `occasion_ahead`, `occasion_before_intake`."""
    _refuse(facts, written, now)
    known_since = min(written.known_since or now, now)
    if facts.registered_at is not None and known_since < facts.registered_at:
        raise Refused("occasion_before_intake", fields={"known_since": "occasion_before_intake"})
    about = About("occasion", written.id)
    source = About(ENTRY, written.id)
    return Decision(
        (
            replace(_noted(facts, written, source, actor, now), id=written.id, happened_at=known_since),
            WriteAudit(
                now, actor, "occasions.enter", facts.subject_id, about, written.note, {"kind": written.kind.value}
            ),
        )
    )


def report(facts: OccasionFacts, written: Written, actor: Actor, *, now: datetime) -> Decision:
    """The person reports it by phone [Measures 24]; the office is told. Refusals as `enter`."""
    _refuse(facts, written, now)
    source = About(REPORT, written.id)
    occasion = occasion_id(facts.subject_id, written.kind, source)
    wording = Reason("change_reported", (("occasion", written.kind.value),))
    about = About("occasion", occasion)
    told: tuple[Effect, ...] = tuple(
        Notify("user", user, about, "reported", wording, now, now, facts.subject_id) for user in facts.tell
    )
    return Decision((_noted(facts, written, source, actor, now), *told))


def withdraw(facts: OccasionFacts, found: WrittenOccasion, reason: str, actor: Actor, *, now: datetime) -> Decision:
    """What was written is taken back with a reason, and what followed from it is owed no more. Again changes nothing.

    For somebody who is in the strict class, or was when a duty of it opened, this lets duties go as a waiver does, so
    it takes somebody at the county who did not write it. Conflict `occasion_not_written` for what an act of the house
    told, `occasion_withdrawn_before`; NotAllowed `occasion_needs_county`, `occasion_second_person`.
    """
    if found.source.kind not in WRITTEN_BY_PEOPLE:
        raise Conflict("occasion_not_written")
    if found.withdraw_reason is not None:
        if (found.withdrawn_by, found.withdraw_reason) == (actor.id, reason):
            return Decision()
        raise Conflict("occasion_withdrawn_before")
    if facts.class_ is SupervisionClass.STRICT or found.strict:
        if not actor.has(*AT_THE_COUNTY):
            raise NotAllowed("occasion_needs_county")
        if actor.id == found.actor_id:
            raise NotAllowed("occasion_second_person")
    about = About("occasion", found.source.id)
    return Decision(
        (
            WithdrawOccasion(facts.subject_id, found.kind, found.source, now, actor, reason),
            WriteAudit(now, actor, "occasions.withdraw", facts.subject_id, about, reason, {"kind": found.kind.value}),
        )
    )


def _refuse(facts: OccasionFacts, written: Written, now: datetime) -> None:
    if facts.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
    if written.known_since is not None and written.known_since > now + AHEAD:
        raise Refused("occasion_ahead", fields={"known_since": "occasion_ahead"})
    if written.on is not None and written.on > legal_day(now):
        raise Refused("occasion_ahead", fields={"on": "occasion_ahead"})


def _noted(facts: OccasionFacts, written: Written, source: About, actor: Actor, now: datetime) -> NoteOccasion:
    return NoteOccasion(
        id=occasion_id(facts.subject_id, written.kind, source),
        subject_id=facts.subject_id,
        kind=written.kind,
        happened_at=now,
        at=now,
        source=source,
        actor=actor,
        note=written.note,
        event_on=written.on,
        body_hash=written.body_hash,
    )
