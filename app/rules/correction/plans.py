"""Acts on a correction plan: a version is made, a second person decides on it, the one in force is looked at again.

A version is never written over: whoever adjusts the plan makes the next one [Measures 22].
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.correction.facts import CorrectionFacts
from app.rules.correction.owing import PLAN_RULE, REVIEW_RULE, next_review, open_at_once, settle
from app.rules.effects import CancelPlanned, Decision, WriteAudit
from app.rules.effects.correction import DecidePlan, WritePlan, WritePlanReview
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused
from app.rules.facts import About, Actor, DutyKind, Reason, SubjectStatus


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A version as it was entered: what Measures 22 ask for, each in words, and the measures one by one."""

    id: UUID
    body_hash: bytes
    basic_facts: str
    assessment: str
    state_of_mind: str
    special_matters: str
    measures: tuple[str, ...]
    because: str | None = None


@dataclass(frozen=True, slots=True)
class NewReview:
    """Somebody looked at the plan in force and found that it may stay as it is."""

    id: UUID
    body_hash: bytes
    note: str


def write_plan(facts: CorrectionFacts, new: NewPlan, actor: Actor, *, now: datetime) -> Decision:
    """The next version, which a second person decides on.

    Conflict `not_in_correction`; Refused `plan_because_needed` where an approved version is adjusted without a reason.
    """
    _refuse_unsupervised(facts)
    if facts.in_force_id is not None and not new.because:
        raise Refused("plan_because_needed", fields={"because": "plan_because_needed"})
    version = facts.newest.version + 1 if facts.newest else 1
    written = WritePlan(
        id=new.id,
        subject_id=facts.subject_id,
        version=version,
        basic_facts=new.basic_facts,
        assessment=new.assessment,
        state_of_mind=new.state_of_mind,
        special_matters=new.special_matters,
        measures=new.measures,
        because=new.because,
        actor=actor,
        at=now,
        body_hash=new.body_hash,
    )
    about = About("plan", new.id)
    act = WriteAudit(now, actor, "plans.write", facts.subject_id, about, details={"version": version})
    return Decision((written, act))


def decide_plan(
    facts: CorrectionFacts, plan_id: UUID, actor: Actor, *, approved: bool, note: str | None, now: datetime
) -> Decision:
    """The version is in force from now on, which settles what is owed about the plan; or it is given back with a note.

    NotFound where it is not the newest of this person; Conflict `plan_decided`; NotAllowed `plan_second_person` for
    whoever made it; Refused `plan_note_needed` where it is given back without a word.
    """
    _refuse_unsupervised(facts)
    newest = facts.newest
    if newest is None or newest.id != plan_id:
        raise NotFound("not_found")
    if newest.decided is not None:
        raise Conflict("plan_decided")
    if newest.made_by == actor.id:
        raise NotAllowed("plan_second_person")
    if not approved and not note:
        raise Refused("plan_note_needed", fields={"note": "plan_note_needed"})
    about = About("plan", plan_id)
    action = "plans.approve" if approved else "plans.give_back"
    decided = Decision(
        (
            DecidePlan(plan_id, approved, note, actor, now),
            WriteAudit(now, actor, action, facts.subject_id, about, note, {"version": newest.version}),
        )
    )
    if not approved:
        return decided
    done = settle(facts, (PLAN_RULE, REVIEW_RULE), now, about, actor, now)
    return decided + done + next_review(facts, actor, now)


def review_plan(facts: CorrectionFacts, new: NewReview, actor: Actor, *, now: datetime) -> Decision:
    """The plan in force stays as it is: reviews that are due are done, and the next is counted from now.

    Conflict `not_in_correction`, `no_plan_in_force`.
    """
    _refuse_unsupervised(facts)
    if facts.in_force_id is None:
        raise Conflict("no_plan_in_force")
    written = WritePlanReview(new.id, facts.subject_id, facts.in_force_id, new.note, actor, now, new.body_hash)
    about = About("plan_review", new.id)
    act = WriteAudit(now, actor, "plans.review", facts.subject_id, about)
    done = settle(facts, (REVIEW_RULE,), now, about, actor, now)
    return Decision((written, act)) + done + next_review(facts, actor, now)


def class_changed(facts: CorrectionFacts, actor: Actor, *, now: datetime) -> Decision:
    """The plan follows the class [Measures 21, 22]: one in force is looked at again soon, whatever was planned."""
    if facts.rules is None or facts.in_force_id is None or facts.status is not SubjectStatus.IN_CORRECTION:
        return Decision()
    why = Reason("plan_review_class_changed")
    fallen = CancelPlanned(facts.subject_id, now, (DutyKind.CORRECTION_PLAN,), now, why, actor)
    within = facts.rules.review_after_class_days
    return Decision((fallen,)) + open_at_once(facts, REVIEW_RULE, within, why, actor, now)


def _refuse_unsupervised(facts: CorrectionFacts) -> None:
    if facts.status is not SubjectStatus.IN_CORRECTION:
        raise Conflict("not_in_correction")
