"""What is added to an order: its notice served, its assessment, requests to lift it early and the head's answers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.rules.effects import ChangeDuty, Decision, Effect, RecoverAlert, WriteAudit
from app.rules.effects.orders_searches import (
    AnswerLiftRequests,
    NoticeOutcome,
    NoticeWay,
    WriteLiftRequest,
    WriteOrderAssessment,
    WriteOrderNotice,
)
from app.rules.errors import Conflict, NotAllowed, Refused
from app.rules.facts import About, Actor, AlertKind, DutyState, Reason
from app.rules.orders.making import UNDECIDED, expiry_over, tell_heads, tell_subject
from app.rules.orders.terms import BACKDATED_AT_MOST, OwedDuty, Term


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request to lift the order that nobody has answered: the person's own, or an officer's."""

    id: UUID
    asked_by: UUID
    by_subject: bool


@dataclass(frozen=True, slots=True)
class OrderFile:
    """An order as it stands. `term` is what is in force of it, None where nothing is; `heads` approve and lift."""

    id: UUID
    subject_id: UUID
    created_at: datetime
    term: Term | None
    lifted_at: datetime | None
    notice: OwedDuty | None
    renewal: OwedDuty | None
    requests: tuple[OpenRequest, ...]
    heads: tuple[UUID, ...]

    def runs(self, now: datetime) -> bool:
        """Whether any of it is still to come."""
        return self.term is not None and self.lifted_at is None and now < self.term.until


@dataclass(frozen=True, slots=True)
class Served:
    """A serving as it was entered: `note` describes what happened where nobody signed."""

    id: UUID
    served_at: datetime
    way: NoticeWay
    outcome: NoticeOutcome
    note: str
    body_hash: bytes
    corrects_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Assessed:
    """An assessment as it was entered."""

    id: UUID
    still_needed: bool
    why: str
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class AskedLift:
    """A request to lift as it was entered."""

    id: UUID
    why: str
    body_hash: bytes


def serve(order: OrderFile, new: Served, actor: Actor, *, now: datetime) -> Decision:
    """Write that the notice was served; the office's duty is done, late where its last day was over.

    Refused for a time ahead or before the order, and where nobody signed and nobody says what happened.
    """
    if new.served_at > now:
        raise Refused("served_ahead", fields={"served_at": "served_ahead"})
    if new.served_at < order.created_at - BACKDATED_AT_MOST:
        raise Refused("served_before_order", fields={"served_at": "served_before_order"})
    if new.outcome is NoticeOutcome.REFUSED and not new.note.strip():
        raise Refused("refusal_not_described", fields={"note": "refusal_not_described"})
    served_by = _user(actor)
    notice = WriteOrderNotice(
        new.id,
        order.id,
        order.subject_id,
        new.served_at,
        served_by,
        new.way,
        new.outcome,
        new.note,
        now,
        new.body_hash,
        new.corrects_id,
    )
    details = {"way": new.way.value, "outcome": new.outcome.value, "served_at": new.served_at.isoformat()}
    about = About("order", order.id)
    act = WriteAudit(now, actor, "orders.serve", order.subject_id, about, details=details)
    return Decision((notice, act, *_notice_served(order, new, actor, now)))


def _notice_served(order: OrderFile, new: Served, actor: Actor, now: datetime) -> tuple[Effect, ...]:
    duty = order.notice
    if duty is None or duty.state not in UNDECIDED:
        return ()
    in_time = new.served_at < duty.due_at
    reason = Reason("order_served" if in_time else "order_served_late")
    state = DutyState.FULFILLED if in_time else DutyState.LATE
    evidence = About("order_notice", new.id)
    done = ChangeDuty(duty.id, state, now, reason, actor, effective_at=new.served_at, evidence=evidence)
    over = RecoverAlert(
        order.subject_id,
        AlertKind.HANDLING_OVERDUE,
        About("duty", duty.id),
        max(new.served_at, duty.due_at),
        now,
        reason,
    )
    return (done, over)


def assess(order: OrderFile, new: Assessed, actor: Actor, *, now: datetime) -> Decision:
    """Write whether the order is still needed and why; the heads are told, who then extend, lift or let it end.

    Conflict `order_ended` where nothing of it is left.
    """
    if not order.runs(now):
        raise Conflict("order_ended")
    written = WriteOrderAssessment(
        new.id, order.id, order.subject_id, new.still_needed, new.why, actor, now, new.body_hash
    )
    step = "needed" if new.still_needed else "unneeded"
    details = {"still_needed": new.still_needed}
    act = WriteAudit(now, actor, "orders.assess", order.subject_id, About("order", order.id), new.why, details)
    wording = Reason("order_assessed_needed_told" if new.still_needed else "order_assessed_unneeded_told")
    return Decision((written, act, *tell_heads(order.heads, order.subject_id, order.id, step, wording, now=now)))


def ask_lift(order: OrderFile, new: AskedLift, actor: Actor, *, now: datetime) -> Decision:
    """Somebody says that the order is needed no longer: written, and put before the heads.

    Conflict `order_ended`, and `lift_asked_already` where a request of the same person waits for its answer.
    """
    if actor.id is None:
        raise NotAllowed("not_allowed")
    if not order.runs(now):
        raise Conflict("order_ended")
    if any(request.asked_by == actor.id for request in order.requests):
        raise Conflict("lift_asked_already")
    written = WriteLiftRequest(new.id, order.id, order.subject_id, new.why, actor, now, new.body_hash)
    act = WriteAudit(now, actor, "orders.ask_lift", order.subject_id, About("order", order.id))
    step = f"{new.id}.lift_asked"
    wording = Reason("lift_asked_by_subject" if actor.kind == "subject" else "lift_asked_by_officer")
    return Decision((written, act, *tell_heads(order.heads, order.subject_id, order.id, step, wording, now=now)))


def refuse_lift(order: OrderFile, request_id: UUID, answer: str, actor: Actor, *, now: datetime) -> Decision:
    """A head says why the order is kept; a person who asked is told where to read it.

    Conflict `lift_answered` where the request waits for no answer.
    """
    request = next((one for one in order.requests if one.id == request_id), None)
    if request is None:
        raise Conflict("lift_answered")
    answered = AnswerLiftRequests(order.id, request_id, granted=False, answer=answer, actor=actor, at=now)
    act = WriteAudit(now, actor, "orders.refuse_lift", order.subject_id, About("order", order.id), answer)
    if not request.by_subject:
        return Decision((answered, act))
    step, wording = f"{request_id}.lift_refused", Reason("lift_refused_told")
    return Decision((answered, act, tell_subject(order.subject_id, order.id, step, wording, now=now)))


def lift(
    order: OrderFile, at: datetime, reason: str, purged: int, actor: Actor, *, tell: bool = True, now: datetime
) -> Decision:
    """What a lifting settles: what the order still owed, its alert, every open request; and its subject is told.

    Not told (`tell`) is the end of what was to extend an order that is lifted: the person hears of one end.
    """
    details = {"lifted_at": at.isoformat(), "purged_positions": purged}
    why = Reason("order_lifted")
    asked = order.renewal is not None and order.renewal.state is DutyState.OPEN
    told = tell_subject(order.subject_id, order.id, "lifted", Reason("order_lifted_told"), now=now)
    return Decision(
        (
            WriteAudit(now, actor, "orders.lift", order.subject_id, About("order", order.id), reason, details),
            *_settled(order.renewal, DutyState.FULFILLED if asked else DutyState.CANCELLED, why, actor, now),
            *_settled(order.notice, DutyState.CANCELLED, why, actor, now),
            expiry_over(order.subject_id, order.id, "order_lifted", recovered_at=now, now=now),
            *(_unserved_over(order, order.notice, why, now) if order.notice else ()),
            AnswerLiftRequests(order.id, None, granted=True, answer=reason, actor=actor, at=now),
            *((told,) if tell else ()),
        )
    )


def _settled(
    duty: OwedDuty | None, state: DutyState, why: Reason, actor: Actor, now: datetime
) -> tuple[ChangeDuty, ...]:
    if duty is None or duty.state not in {DutyState.PLANNED, DutyState.OPEN}:
        return ()
    return (ChangeDuty(duty.id, state, now, why, actor),)


def _unserved_over(order: OrderFile, notice: OwedDuty, why: Reason, now: datetime) -> tuple[Effect, ...]:
    return (RecoverAlert(order.subject_id, AlertKind.HANDLING_OVERDUE, About("duty", notice.id), now, now, why),)


def _user(actor: Actor) -> UUID:
    if actor.kind != "user" or actor.id is None:
        raise NotAllowed("not_allowed")
    return actor.id
