"""Attempts at check-ins on disk, each with its receipt number."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from geoalchemy2 import WKTElement
from sqlalchemy import Connection, insert, select, update

from app.models.checkin import RECEIPT_NUMBERS, Attempt
from app.rules.effects import RecordAttempt, ReviewAttempt
from app.rules.facts import Fix

LOCAL = ZoneInfo("Asia/Shanghai")


def record(tx: Connection, effects: Sequence[RecordAttempt]) -> None:
    """Write attempts. The place is written only where a power covers it and the attempt was not refused."""
    tx.execute(insert(Attempt), [_row(tx, effect) for effect in effects])


def _row(tx: Connection, effect: RecordAttempt) -> dict[str, Any]:
    fix = effect.fix
    return {
        "subject_id": effect.subject_id,
        "id": effect.id,
        "body_hash": effect.body_hash,
        "receipt_no": next_receipt_no(tx, effect.received_at.astimezone(LOCAL).year),
        "duty_id": effect.duty_id,
        "outcome": effect.outcome,
        "reasons": [reason.as_json() for reason in effect.reasons],
        "recorded_at": effect.recorded_at,
        "sent_at": effect.sent_at,
        "received_at": effect.received_at,
        "effective_at": effect.effective_at,
        "place": point(fix) if fix else None,
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


def next_receipt_no(tx: Connection, year: int) -> str:
    """The next receipt number, such as `2026-0001-3344`: numbers rise, a gap means nothing."""
    return receipt_no(tx.execute(select(RECEIPT_NUMBERS.next_value())).scalar_one(), year)


def receipt_no(number: int, year: int) -> str:
    """How a receipt number is written."""
    return f"{year}-{number // 10_000:04d}-{number % 10_000:04d}"


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
