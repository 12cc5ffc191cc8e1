"""Positions from the subject's phone, in batches. What no power covers is counted and never kept."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields, validate

from app.actions.report_positions import ReportPositions, report_positions
from app.api.auth import phone_unheard
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, Truth, choice, latitude, longitude, number, text, whole
from app.api.refusals import refusals
from app.clients.datum import Datum, to_wgs84
from app.rules.positions import FUTURE_TIME, NULL_ISLAND, Report

BLUEPRINT = Blueprint("mobile_positions", __name__, description="位置")

LARGEST_BATCH = 500
LONGEST_ELAPSED_MS = 10**13


class ReportBody(Body):
    """One fix. A negative accuracy, speed, heading or battery is how receivers say that they do not know."""

    id = fields.UUID(required=True, metadata={"description": "Made by the phone. With another time, another point."})
    recorded_at = Instant(required=True, metadata={"description": "When it was measured, by the phone's clock."})
    lon = longitude(required=True)
    lat = latitude(required=True)
    accuracy_m = number(-1, 1_000_000, required=True, metadata={"description": "Radius; 0 or -1 is unknown."})
    speed_mps = number(-1, 10_000, load_default=None, allow_none=True)
    heading_deg = number(-1, 360, load_default=None, allow_none=True)
    altitude_m = number(-20_000, 100_000, load_default=None, allow_none=True)
    battery_percent = whole(-1, 100, load_default=None, allow_none=True)
    provider = text(64, load_default=None, allow_none=True)
    mock = Truth(load_default=None, allow_none=True, metadata={"description": "Marked as mock by the phone."})
    datum = choice(Datum, load_default=Datum.WGS84.value)
    recorded_elapsed_ms = whole(
        -LONGEST_ELAPSED_MS,
        LONGEST_ELAPSED_MS,
        load_default=None,
        allow_none=True,
        metadata={"description": "The monotonic clock at measuring; only within the boot of boot_id."},
    )


class PositionsBody(Body):
    """A batch. The transport fields prove when something happened that was recorded offline."""

    request_id = fields.UUID(required=True, metadata={"description": "A repeat gets the same receipt."})
    reports = fields.List(fields.Nested(ReportBody), required=True, validate=validate.Length(1, LARGEST_BATCH))
    sent_at = Instant(load_default=None, allow_none=True)
    sent_elapsed_ms = whole(
        -LONGEST_ELAPSED_MS,
        LONGEST_ELAPSED_MS,
        load_default=None,
        allow_none=True,
        metadata={"description": "The monotonic clock at sending."},
    )
    boot_id = text(64, load_default=None, allow_none=True)


class SetAsideAnswer(Body):
    """A report that was read and cannot be used; it is kept sealed for 30 days, and must not be sent again."""

    id = fields.UUID(required=True)
    reason = choice((FUTURE_TIME, NULL_ISLAND), required=True)


class PositionsReceipt(Body):
    """What became of a batch. Everything in it is settled: the phone may forget all of its reports."""

    receipt_no = fields.String(required=True, metadata={"example": "2026-0001-3344"})
    received_at = Instant(required=True)
    stored = fields.Integer(required=True)
    repeated = fields.Integer(required=True, metadata={"description": "Known already, nothing was added."})
    not_kept = fields.Integer(required=True, metadata={"description": "No power to collect covered their time."})
    set_aside = fields.List(fields.Nested(SetAsideAnswer), required=True)


@BLUEPRINT.route("/positions")
class Positions(MethodView):
    """Batches of positions."""

    @phone_unheard
    @refusals(409)
    @BLUEPRINT.arguments(PositionsBody)
    @BLUEPRINT.response(201, PositionsReceipt)
    @BLUEPRINT.alt_response(200, schema=PositionsReceipt, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> tuple[Any, int]:
        """Report 1 to 500 positions. Answered 201 with a receipt, 200 with the same receipt when repeated."""
        command = ReportPositions(
            request_id=body["request_id"],
            body_hash=body_hash(),
            reports=[_report(report) for report in body["reports"]],
            sent_at=body["sent_at"],
            sent_elapsed_ms=body["sent_elapsed_ms"],
            boot_id=body["boot_id"],
        )
        with deps().autocommit() as connection:
            receipt = report_positions(connection, current_actor(), command, deps().settings, now=deps().now())
        return receipt, 201 if receipt.fresh else 200


def _report(body: dict[str, Any]) -> Report:
    lon, lat = to_wgs84(body["lon"], body["lat"], Datum(body["datum"]))
    return Report(
        id=body["id"],
        recorded_at=body["recorded_at"],
        lon=lon,
        lat=lat,
        accuracy_m=max(body["accuracy_m"], 0.0),
        sent_lon=body["lon"],
        sent_lat=body["lat"],
        datum=body["datum"],
        recorded_elapsed_ms=body["recorded_elapsed_ms"],
        speed_mps=_known(body["speed_mps"]),
        heading_deg=_known(body["heading_deg"]),
        altitude_m=body["altitude_m"],
        battery_percent=_known(body["battery_percent"]),
        provider=body["provider"],
        mock=body["mock"],
    )


def _known(value: Any) -> Any:
    return None if value is None or value < 0 else value
