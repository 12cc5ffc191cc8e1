"""Judgments on disk: the notices that open intake clocks, what is known of each, and confirmations of 漏管."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from app.models.duty import Duty
from app.models.intake import Confirmation, Judgment
from app.models.subject import Subject, SubjectState
from app.rules import intake
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Actor, Category, DutyState, SubjectStatus
from app.rules.intake import IntakeDuty, Receipt
from app.store.scope import subjects_of

KIND = "missed_intake"

_DUTY = (Duty.id.label("duty_key"), Duty.state.label("duty_state"), Duty.due_at)


@dataclass(frozen=True)
class Noticed:
    """A judgment as it stands, with the duty that it opened and the state of whom it is about."""

    judgment: intake.Judgment
    duty: IntakeDuty | None
    status: SubjectStatus


@dataclass(frozen=True)
class Known:
    """A judgment that an earlier request wrote, and the fingerprint of that request."""

    receipt: Receipt
    body_hash: bytes


@dataclass(frozen=True)
class Confirmed:
    """A confirmation that an earlier request wrote."""

    judgment_id: UUID
    officer_id: UUID
    at: datetime
    reason: str


def known(tx: Connection, judgment_id: UUID) -> Known | None:
    """The judgment with this client-made id, if a request wrote it before."""
    row = tx.execute(
        select(Judgment.subject_id, Subject.subject_no, Judgment.created_at, Judgment.body_hash)
        .join(Subject, Subject.id == Judgment.subject_id)
        .where(Judgment.id == judgment_id)
    ).one_or_none()
    if row is None:
        return None
    return Known(Receipt(judgment_id, row.subject_id, row.subject_no, row.created_at), row.body_hash)


def receipt(tx: Connection, judgment_id: UUID) -> Receipt:
    """What the notice of a judgment that exists is answered."""
    found = known(tx, judgment_id)
    if found is None:
        raise LookupError("no such judgment")
    return found.receipt


def add(
    tx: Connection,
    judgment: intake.Judgment,
    announced: intake.Announced,
    fingerprint: bytes,
    *,
    created_by: UUID,
    now: datetime,
) -> None:
    """Write a judgment; its duty is named later, once it is planned."""
    tx.execute(
        insert(Judgment),
        {
            **vars(judgment),
            "decided_by": announced.decided_by,
            "created_by": created_by,
            "created_at": now,
            "body_hash": fingerprint,
        },
    )


def within_reach(tx: Connection, actor: Actor, judgment_id: UUID) -> Noticed:
    """A judgment about one of the actor's subjects, under the subject's lock; NotFound for any other."""
    row = tx.execute(
        select(Judgment, Subject.status, *_DUTY)
        .join(Subject, Subject.id == Judgment.subject_id)
        .join(SubjectState, SubjectState.subject_id == Judgment.subject_id)
        .outerjoin(Duty, Duty.id == Judgment.duty_id)
        .where(Judgment.id == judgment_id, subjects_of(actor))
        .with_for_update(of=SubjectState)
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    judgment = intake.Judgment(
        row.id,
        row.subject_id,
        row.office_id,
        Category(row.category),
        row.effective_on,
        row.received_on,
        row.papers_on,
    )
    return Noticed(judgment, _duty(row), SubjectStatus(row.status))


def awaited(tx: Connection, subject_id: UUID) -> IntakeDuty | None:
    """The intake duty of the subject's latest judgment; None where there is no judgment, or no clock runs."""
    row = tx.execute(
        select(Judgment.subject_id, *_DUTY)
        .join(Duty, Duty.id == Judgment.duty_id)
        .where(Judgment.subject_id == subject_id)
        .order_by(Judgment.created_at.desc(), Judgment.id)
        .limit(1)
    ).one_or_none()
    return _duty(row) if row else None


def refuse_second_clock(tx: Connection, duty_id: UUID) -> None:
    """Conflict where the subject has had an intake clock from that very day before."""
    state = tx.execute(select(Duty.state).where(Duty.id == duty_id)).scalar_one_or_none()
    if state is not None and state != DutyState.CANCELLED:
        raise Conflict("judgment_known")


def name_duty(tx: Connection, judgment_id: UUID, duty_id: UUID) -> None:
    """The judgment's duty is this one."""
    tx.execute(update(Judgment).where(Judgment.id == judgment_id).values(duty_id=duty_id))


def set_papers(tx: Connection, judgment_id: UUID, papers_on: date) -> None:
    """The day on which the legal papers came."""
    tx.execute(update(Judgment).where(Judgment.id == judgment_id).values(papers_on=papers_on))


def set_receipt(tx: Connection, judgment_id: UUID, received_on: date) -> None:
    """The day on which the handing organ got the decision."""
    tx.execute(update(Judgment).where(Judgment.id == judgment_id).values(received_on=received_on))


def confirmed(tx: Connection, confirmation_id: UUID) -> Confirmed | None:
    """The confirmation with this client-made id, if a request wrote it before."""
    row = tx.execute(
        select(Confirmation.judgment_id, Confirmation.officer_id, Confirmation.at, Confirmation.reason).where(
            Confirmation.id == confirmation_id
        )
    ).one_or_none()
    return Confirmed(row.judgment_id, row.officer_id, row.at, row.reason) if row else None


def is_confirmed(tx: Connection, judgment_id: UUID) -> bool:
    """Whether a named officer confirmed 漏管 for this judgment already."""
    known_ids = select(Confirmation.id).where(Confirmation.judgment_id == judgment_id, Confirmation.kind == KIND)
    return tx.execute(known_ids.limit(1)).scalar_one_or_none() is not None


def confirm(
    tx: Connection, confirmation_id: UUID, judgment: intake.Judgment, officer_id: UUID, reason: str, *, now: datetime
) -> None:
    """Write a named officer's confirmation."""
    tx.execute(
        insert(Confirmation),
        {
            "id": confirmation_id,
            "kind": KIND,
            "subject_id": judgment.subject_id,
            "judgment_id": judgment.id,
            "officer_id": officer_id,
            "at": now,
            "reason": reason,
        },
    )


def _duty(row: Any) -> IntakeDuty | None:
    if row.duty_key is None:
        return None
    return IntakeDuty(row.duty_key, row.subject_id, DutyState(row.duty_state), row.due_at)
