"""Receipts of tries at check-ins, as they stand on disk."""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from app.models.checkin import Attempt
from app.rules.checkins import Receipt
from app.rules.errors import Conflict
from app.rules.facts import AreaVerdict, Outcome, Reason

COLUMNS = (
    Attempt.subject_id,
    Attempt.id,
    Attempt.receipt_no,
    Attempt.outcome,
    Attempt.reasons,
    Attempt.duty_id,
    Attempt.recorded_at,
    Attempt.received_at,
    Attempt.effective_at,
    Attempt.area_verdict,
    Attempt.area_distance_m,
    Attempt.home_distance_m,
    Attempt.accuracy_m,
    Attempt.officer_id,
    Attempt.note,
    Attempt.reviewed_at,
    Attempt.review_accepted,
    Attempt.photo_id,
)


# Built once: putting a statement of so many columns together takes longer than running it.
ONE = select(*COLUMNS).where(Attempt.subject_id == bindparam("subject_id"), Attempt.id == bindparam("id"))
EARLIER = ONE.add_columns(Attempt.body_hash)


def earlier(tx: Connection, subject_id: UUID, attempt_id: UUID, body_hash: bytes) -> Receipt | None:
    """The receipt of the same request sent before, None for a new id.

    Conflict `id_reused` where the subject's id stands for another body. The caller holds the subject's lock.
    """
    row = tx.execute(EARLIER, {"subject_id": subject_id, "id": attempt_id}).one_or_none()
    if row is None:
        return None
    if row.body_hash != body_hash:
        raise Conflict("id_reused")
    return as_receipt(row)


def one(tx: Connection, subject_id: UUID, attempt_id: UUID) -> Receipt:
    """The receipt of a try that is on disk."""
    return as_receipt(tx.execute(ONE, {"subject_id": subject_id, "id": attempt_id}).one())


def as_receipt(row: Any) -> Receipt:
    """A row of COLUMNS as a receipt."""
    return Receipt(
        subject_id=row.subject_id,
        id=row.id,
        receipt_no=row.receipt_no,
        outcome=Outcome(row.outcome),
        reasons=tuple(Reason(reason["code"], tuple(reason["params"].items())) for reason in row.reasons),
        duty_id=row.duty_id,
        recorded_at=row.recorded_at,
        received_at=row.received_at,
        effective_at=row.effective_at,
        area=AreaVerdict(row.area_verdict) if row.area_verdict else None,
        area_distance_m=row.area_distance_m,
        home_distance_m=row.home_distance_m,
        accuracy_m=row.accuracy_m,
        officer_id=row.officer_id,
        note=row.note,
        reviewed_at=row.reviewed_at,
        review_accepted=row.review_accepted,
        photo_id=row.photo_id,
    )
