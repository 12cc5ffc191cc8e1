"""Places and receipts of check-ins in the words that phones and offices share."""

from typing import Any

from marshmallow import fields, validate

from app.api.fields import Body, Instant, Truth, choice, latitude, longitude, number, text
from app.clients.datum import Datum, to_wgs84
from app.rules.checkins import Receipt
from app.rules.facts import AreaVerdict, Fix, Outcome
from app.rules.wording import sentence


class PlaceBody(Body):
    """Where a check-in was made, as the receiver gave it."""

    lon = longitude(required=True)
    lat = latitude(required=True)
    accuracy_m = number(
        -1, 1_000_000, load_default=None, allow_none=True, metadata={"description": "Radius; 0 or -1 is unknown."}
    )
    datum = choice(Datum, load_default=Datum.WGS84.value)
    provider = text(64, load_default=None, allow_none=True)
    mock = Truth(load_default=False, allow_none=True, metadata={"description": "Marked as mock by the phone."})


def place(body: dict[str, Any] | None) -> tuple[Fix | None, dict[str, Any] | None]:
    """The fix in WGS-84, its accuracy 0 where the phone gave none, and the pair as it was sent."""
    if body is None:
        return None, None
    datum = Datum(body["datum"])
    lon, lat = to_wgs84(body["lon"], body["lat"], datum)
    fix = Fix(lon, lat, max(body["accuracy_m"] or 0.0, 0.0), bool(body["mock"]), body["provider"])
    return fix, {"lon": body["lon"], "lat": body["lat"], "datum": datum.value}


class ReasonAnswer(Body):
    """Why the outcome is what it is."""

    code = fields.String(required=True, metadata={"description": "Stable, English."})
    text = fields.String(required=True, metadata={"description": "One Chinese sentence for the person."})


class EvidenceAnswer(Body):
    """What was measured; distances in metres, null where home or area are not known or no place was kept."""

    area = choice(AreaVerdict, required=True, metadata={"description": "By the whole accuracy circle."})
    area_distance_m = fields.Float(required=True, allow_none=True, metadata={"description": "To the area's edge."})
    home_distance_m = fields.Float(required=True, allow_none=True)
    accuracy_m = fields.Float(required=True, allow_none=True)


class ReceiptAnswer(Body):
    """What a try at a check-in leaves in one's hands; it is kept whatever the outcome."""

    id = fields.UUID(required=True)
    receipt_no = fields.String(required=True, metadata={"example": "2026-0001-3344"})
    outcome = choice(Outcome, required=True)
    reasons = fields.List(fields.Nested(ReasonAnswer), required=True, validate=validate.Length(min=1))
    duty_id = fields.UUID(required=True, allow_none=True)
    recorded_at = Instant(required=True, metadata={"description": "By the phone's clock."})
    received_at = Instant(required=True)
    effective_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "When it counts as made; null where nothing proves it."},
    )
    evidence = fields.Nested(EvidenceAnswer, required=True, allow_none=True)
    reviewed_at = Instant(required=True, allow_none=True)
    review_accepted = fields.Boolean(required=True, allow_none=True)
    photo_id = fields.UUID(required=True, allow_none=True)


def receipt_answer(receipt: Receipt) -> dict[str, Any]:
    """A receipt with its sentences."""
    return {
        "id": receipt.id,
        "receipt_no": receipt.receipt_no,
        "outcome": receipt.outcome.value,
        "reasons": [{"code": r.code, "text": sentence(r.code, dict(r.params))} for r in receipt.reasons],
        "duty_id": receipt.duty_id,
        "recorded_at": receipt.recorded_at,
        "received_at": receipt.received_at,
        "effective_at": receipt.effective_at,
        "evidence": _evidence(receipt),
        "reviewed_at": receipt.reviewed_at,
        "review_accepted": receipt.review_accepted,
        "photo_id": receipt.photo_id,
    }


def _evidence(receipt: Receipt) -> dict[str, Any] | None:
    if receipt.area is None:
        return None
    return {
        "area": receipt.area.value,
        "area_distance_m": _metres(receipt.area_distance_m),
        "home_distance_m": _metres(receipt.home_distance_m),
        "accuracy_m": receipt.accuracy_m or None,
    }


def _metres(distance: float | None) -> float | None:
    """No receiver knows more than a tenth of a metre."""
    return None if distance is None else round(distance, 1)
