"""Positions from the subject's phone, in batches. What no power covers is counted and never kept."""

import msgspec
from flask import Response
from flask.views import MethodView
from marshmallow import fields, validate

from app.actions.report_positions import BatchReceipt, ReportPositions, report_positions
from app.api.auth import known, phone_unlooked
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import LOCAL, Body, Instant, Truth, choice, latitude, longitude, number, text, whole
from app.api.mobile.positions_reading import JSON, LARGEST_BATCH, LONGEST_ELAPSED_MS, PositionsReader
from app.api.refusals import refusals
from app.clients.datum import Datum
from app.metrics import POSITIONS
from app.rules.positions import FUTURE_TIME, NULL_ISLAND

BLUEPRINT = Blueprint("mobile_positions", __name__, description="位置")
BLUEPRINT.ARGUMENTS_PARSER = PositionsReader()

STORED = POSITIONS.labels("stored")


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

    @phone_unlooked
    @refusals(409)
    @BLUEPRINT.arguments(PositionsBody)
    @BLUEPRINT.response(201, PositionsReceipt)
    @BLUEPRINT.alt_response(200, schema=PositionsReceipt, description="Repeated: the same receipt.")
    def post(self, command: ReportPositions) -> Response:
        """Report 1 to 500 positions. Answered 201 with a receipt, 200 with the same receipt when repeated."""
        handle, actor = deps(), current_actor()
        with handle.autocommit() as connection:
            receipt = known(lambda: report_positions(connection, actor, command, handle.settings, now=handle.now()))
        if receipt.fresh:
            _count(receipt)
        return Response(_written(receipt), 201 if receipt.fresh else 200, content_type=JSON)


def _count(receipt: BatchReceipt) -> None:
    STORED.inc(receipt.stored)
    if receipt.not_kept:
        POSITIONS.labels("not_kept").inc(receipt.not_kept)
    for aside in receipt.set_aside:
        POSITIONS.labels(aside["reason"]).inc()


def _written(receipt: BatchReceipt) -> bytes:
    """The answer as PositionsReceipt tells it, without the walk through the schema."""
    return msgspec.json.encode(
        {
            "receipt_no": receipt.receipt_no,
            "received_at": receipt.received_at.astimezone(LOCAL).isoformat(),
            "stored": receipt.stored,
            "repeated": receipt.repeated,
            "not_kept": receipt.not_kept,
            "set_aside": receipt.set_aside,
        }
    )
