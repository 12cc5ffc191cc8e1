"""Letting go what an office owes by the work rule: who may, and where a second person has to confirm it.

Who may let an item go the item itself says (`waive_by`). For somebody who was in the strict class when the duty opened
an office's waiver is a request: another person at the county confirms it or refuses it with a reason. That there is
nothing to do, such as no place of work to visit, is a waiver like any other.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.effects import Decision, Notify, WriteAudit
from app.rules.effects.waivers import AnswerWaiver, WaiverKind, WaiverState, WriteWaiver
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import About, Actor, DutyKind, DutyState, Reason, Role, SupervisionClass

BY_THE_WORK_RULE = frozenset(
    {
        DutyKind.VISIT,
        DutyKind.TALK,
        DutyKind.VERIFICATION,
        DutyKind.REVIEW,
        DutyKind.CORRECTION_GROUP,
        DutyKind.CORRECTION_PLAN,
    }
)
"""What the office itself owes; what a person or a search owes is let go by whoever may waive at all."""
CAN_WAIT = frozenset({DutyState.PLANNED, DutyState.OPEN, DutyState.SUBMITTED, DutyState.MISSED})


@dataclass(frozen=True)
class Waiting:
    """A request that waits for its answer."""

    id: UUID
    kind: WaiverKind
    reason: str
    asked_by: UUID


@dataclass(frozen=True)
class Wanted:
    """What somebody wants let go, and why, in own words."""

    id: UUID
    kind: WaiverKind
    reason: str


@dataclass(frozen=True)
class WaiverFacts:
    """The duty under the subject's lock. `roles` are those that the actor holds over the subject's office, `class_`
    that of the subject when the duty opened, `county` the users at the county who should hear of a request.
    """

    duty_id: UUID
    subject_id: UUID
    kind: DutyKind
    state: DutyState
    title: str
    roles: frozenset[Role]
    waive_by: tuple[Role, ...]
    class_: SupervisionClass | None
    county: tuple[UUID, ...] = ()
    waiting: Waiting | None = None


def refuse_others(facts: WaiverFacts) -> None:
    """NotAllowed `waiver_not_yours` where the item is for other roles to let go."""
    if facts.kind in BY_THE_WORK_RULE and facts.waive_by and not facts.roles.intersection(facts.waive_by):
        raise NotAllowed("waiver_not_yours", {"title": facts.title})


def needs_second(facts: WaiverFacts) -> bool:
    """Whether another person has to confirm it."""
    return facts.kind in BY_THE_WORK_RULE and facts.class_ is SupervisionClass.STRICT


def let_go(facts: WaiverFacts, wanted: Wanted, actor: Actor, *, now: datetime) -> Decision:
    """What is kept of a waiver that needs nobody else; the duty itself is changed by its own rule."""
    if facts.kind not in BY_THE_WORK_RULE or actor.id is None:
        return Decision()
    return Decision((_written(facts, wanted, WaiverState.GRANTED, actor.id, now),))


def ask(facts: WaiverFacts, wanted: Wanted, actor: Actor, *, now: datetime) -> Decision:
    """The request waits, the county is told, and the duty stays owed meanwhile. The same by the same user changes
    nothing. Conflict `waiver_waiting`, `duty_settled`.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    if facts.waiting is not None:
        if (facts.waiting.asked_by, facts.waiting.reason) == (actor.id, wanted.reason):
            return Decision()
        raise Conflict("waiver_waiting")
    if facts.state not in CAN_WAIT:
        raise Conflict("duty_settled")
    told = (user for user in facts.county if user != actor.id)
    details = {"kind": wanted.kind.value}
    about = About("duty", facts.duty_id)
    return Decision(
        (
            _written(facts, wanted, WaiverState.WAITING, actor.id, now),
            *(_tell(facts, wanted.id, user, "asked", "waiver_asked", now) for user in told),
            WriteAudit(now, actor, "waivers.ask", facts.subject_id, about, wanted.reason, details),
        )
    )


def decide(facts: WaiverFacts, granted: bool, answer: str | None, actor: Actor, *, now: datetime) -> Decision:  # noqa: FBT001
    """The answer to the request that waits; who asked is told. Granted, the duty is changed by its own rule.

    NotAllowed `waiver_second_person` for whoever asked; Refused `waiver_answer_needed` for a refusal without a reason;
    Conflict `waiver_decided` where nothing waits.
    """
    waiting = facts.waiting
    if waiting is None:
        raise Conflict("waiver_decided")
    if actor.id == waiting.asked_by:
        raise NotAllowed("waiver_second_person")
    if not granted and not answer:
        raise Refused("waiver_answer_needed", fields={"answer": "waiver_answer_needed"})
    state = WaiverState.GRANTED if granted else WaiverState.REFUSED
    about = About("duty", facts.duty_id)
    code = "waiver_granted" if granted else "waiver_refused"
    return Decision(
        (
            AnswerWaiver(waiting.id, state, actor, now, answer),
            _tell(facts, waiting.id, waiting.asked_by, "decided", code, now),
            WriteAudit(now, actor, "waivers.decide", facts.subject_id, about, answer, {"state": state.value}),
        )
    )


def _written(facts: WaiverFacts, wanted: Wanted, state: WaiverState, asked_by: UUID, now: datetime) -> WriteWaiver:
    return WriteWaiver(wanted.id, facts.duty_id, facts.subject_id, wanted.kind, state, wanted.reason, asked_by, now)


def _tell(facts: WaiverFacts, waiver_id: UUID, user: UUID, step: str, code: str, now: datetime) -> Notify:
    wording = Reason(code, (("title", facts.title),))
    return Notify("user", user, About("waiver", waiver_id), step, wording, now, now, facts.subject_id)
