"""Attempts at check-ins on disk, each with its receipt number."""

from collections.abc import Sequence
from typing import Any

from geoalchemy2 import WKTElement
from sqlalchemy import Connection, insert, text, update

from app.models.checkin import Attempt, AttemptDuty
from app.rules.calendar import legal_day
from app.rules.effects import RecordAttempt, ReviewAttempt
from app.rules.facts import Fix

# A number such as 2026-0001-3344, drawn by the insert itself. Numbers rise; a gap means nothing.
RECEIPT_NO = text(
    """
    (SELECT :receipt_year || '-' || lpad(CAST(n / 10000 AS text), greatest(4, length(CAST(n / 10000 AS text))), '0')
            || '-' || lpad(CAST(n % 10000 AS text), 4, '0')
     FROM nextval('receipt_numbers') AS n)
    """
)


RECORD = insert(Attempt).values(receipt_no=RECEIPT_NO)


def record(tx: Connection, effects: Sequence[RecordAttempt]) -> None:
    """Write attempts. The place is written only where a power covers it and the attempt was not refused."""
    tx.execute(RECORD, [_row(effect) for effect in effects])
    also = [
        {"duty_id": duty_id, "subject_id": effect.subject_id, "attempt_id": effect.id}
        for effect in effects
        for duty_id in effect.also
    ]
    if also:
        tx.execute(insert(AttemptDuty), also)


def _row(effect: RecordAttempt) -> dict[str, Any]:
    fix = effect.fix
    return {
        "subject_id": effect.subject_id,
        "id": effect.id,
        "body_hash": effect.body_hash,
        "receipt_year": str(legal_day(effect.received_at).year),
        "duty_id": effect.duty_id,
        "photo_id": effect.photo_id,
        "outcome": effect.outcome,
        "reasons": [reason.as_json() for reason in effect.reasons],
        "recorded_at": effect.recorded_at,
        "sent_at": effect.sent_at,
        "received_at": effect.received_at,
        "effective_at": effect.effective_at,
        "place": point(fix) if fix else None,
        "place_given": dict(effect.fix_given) if fix and effect.fix_given else None,
        "accuracy_m": fix.accuracy_m if fix else None,
        "provider": fix.provider if fix else None,
        "mock": fix.mock if fix else None,
        "power_id": effect.power_id,
        "area_verdict": effect.area,
        "area_distance_m": effect.area_distance_m,
        "home_distance_m": effect.home_distance_m,
        "officer_id": effect.officer_id,
        "note": effect.note,
        "answers": dict(effect.answers) if effect.answers else None,
    }


def point(fix: Fix) -> WKTElement:
    """The fix as a PostGIS point in WGS-84."""
    return WKTElement(f"POINT({fix.lon!r} {fix.lat!r})", srid=4326)


def review(tx: Connection, effects: Sequence[ReviewAttempt]) -> None:
    """Write a named officer's answer to attempts that waited for review."""
    for effect in effects:
        tx.execute(
            update(Attempt)
            .where(Attempt.subject_id == effect.subject_id, Attempt.id == effect.attempt_id)
            .values(
                reviewed_at=effect.at,
                reviewed_by=effect.officer_id,
                review_accepted=effect.accepted,
                review_note=effect.note,
            )
        )
