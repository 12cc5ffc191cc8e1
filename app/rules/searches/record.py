"""What was done in a search is added to its record, and settles what the search owes. Nothing in it is ever changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.effects import ChangeDuty, Decision, Effect, RecoverAlert, WriteAudit
from app.rules.effects.orders_searches import EntryKind, SearchKind, SearchOutcome, SearchStep, WriteSearchEntry
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import About, Actor, AlertKind, DutyState, Reason, Role

SETTLES = {
    EntryKind.CALL: SearchStep.CALLS,
    EntryKind.VISIT: SearchStep.VISIT,
    EntryKind.PROCURATORATE_NOTICE: SearchStep.PROCURATORATE,
    EntryKind.POLICE_NOTICE: SearchStep.POLICE,
    EntryKind.POLICE_LATER: SearchStep.POLICE,
}
"""Which step an entry settles. An information check or another inquiry is worth recording, and owed by nobody."""

SUPERVISORS = (Role.COUNTY_STAFF, Role.COUNTY_HEAD)
DECIDED_ABOVE = frozenset({EntryKind.POLICE_NOTICE, EntryKind.POLICE_LATER})
NOTICES = frozenset({*DECIDED_ABOVE, EntryKind.PROCURATORATE_NOTICE})
"""What goes to other organs: an aide may call and go there, and writes to nobody."""

UNSETTLED = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.MISSED, DutyState.UNJUDGED})


@dataclass(frozen=True, slots=True)
class StepDuty:
    """The duty behind one step, as it stands."""

    id: UUID
    state: DutyState
    due_at: datetime


@dataclass(frozen=True, slots=True)
class SearchFile:
    """A search as it stands: what was done (`done`), what is owed, and how it ended, if it did."""

    id: UUID
    subject_id: UUID
    kind: SearchKind
    absent_since: datetime
    opened_at: datetime
    outcome: SearchOutcome | None
    ended_by: UUID | None
    done: frozenset[EntryKind]
    steps: Mapping[SearchStep, StepDuty]


@dataclass(frozen=True, slots=True)
class NewEntry:
    """An entry as it was written. `corrects_kind` is the kind of the entry that it puts right."""

    id: UUID
    kind: EntryKind
    happened_at: datetime
    with_whom: str
    found: str
    body_hash: bytes
    photo_id: UUID | None = None
    visit_id: UUID | None = None
    document_no: str | None = None
    corrects_id: UUID | None = None
    corrects_kind: EntryKind | None = None


def add_entry(search: SearchFile, new: NewEntry, actor: Actor, *, now: datetime) -> Decision:
    """Write the entry, and settle the step that it fulfils: late where its time was over.

    NotAllowed `supervisor_decides` for what the county decides; Conflict `search_ended` where the search is over and
    this is no notice to another organ; Refused for a time ahead, or before the person was out of contact.
    """
    _refuse(search, new, actor, now)
    entry = WriteSearchEntry(
        id=new.id,
        search_id=search.id,
        subject_id=search.subject_id,
        kind=new.kind,
        happened_at=new.happened_at,
        at=now,
        actor=actor,
        with_whom=new.with_whom,
        found=new.found,
        body_hash=new.body_hash,
        photo_id=new.photo_id,
        visit_id=new.visit_id,
        document_no=new.document_no,
        corrects_id=new.corrects_id,
    )
    about = About("search", search.id)
    details = {"kind": new.kind.value, "entry_id": str(new.id)}
    act = WriteAudit(now, actor, "searches.record", search.subject_id, about, details=details)
    return Decision((entry, act, *_settled(search, new, actor, now)))


def _refuse(search: SearchFile, new: NewEntry, actor: Actor, now: datetime) -> None:
    if new.kind in DECIDED_ABOVE and not actor.has(*SUPERVISORS):
        raise NotAllowed("supervisor_decides")
    if new.kind in NOTICES and not actor.has(Role.OFFICER, *SUPERVISORS):
        raise NotAllowed("not_allowed")
    if search.outcome is not None and new.kind not in NOTICES and new.corrects_id is None:
        raise Conflict("search_ended")
    if new.happened_at > now:
        raise Refused("entry_ahead", fields={"happened_at": "entry_ahead"})
    if new.happened_at < min(search.absent_since, search.opened_at):
        raise Refused("entry_before_absence", fields={"happened_at": "entry_before_absence"})
    if new.corrects_id is not None and new.corrects_kind is not new.kind:
        raise Refused("corrects_another_kind", fields={"kind": "corrects_another_kind"})


def _settled(search: SearchFile, new: NewEntry, actor: Actor, now: datetime) -> tuple[Effect, ...]:
    step = SETTLES.get(new.kind)
    duty = search.steps.get(step) if step else None
    if duty is None or duty.state not in UNSETTLED:
        return ()
    in_time = new.happened_at < duty.due_at
    reason = Reason("search_step_done" if in_time else "search_step_done_late")
    state = DutyState.FULFILLED if in_time else DutyState.LATE
    evidence = About("search_entry", new.id)
    done = ChangeDuty(duty.id, state, now, reason, actor, effective_at=new.happened_at, evidence=evidence)
    return (done, step_over(search.subject_id, duty.id, reason, now=now))


def step_over(subject_id: UUID, duty_id: UUID, reason: Reason, *, now: datetime) -> RecoverAlert:
    """What the missed step was alerted for is over."""
    return RecoverAlert(
        subject_id=subject_id,
        kind=AlertKind.HANDLING_OVERDUE,
        about=About("subject", subject_id),
        recovered_at=now,
        at=now,
        reason=reason,
        source=About("duty", duty_id),
    )
