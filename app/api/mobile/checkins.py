"""The subject's own check-ins: each try is answered with a receipt and can be looked up for good."""

from collections.abc import Mapping
from math import isfinite
from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import ValidationError, fields, validate

from app.actions.check_in import CheckIn, check_in
from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.checkins import PlaceBody, ReceiptAnswer, place, receipt_answer
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, text, whole
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.metrics import CHECK_INS
from app.queries import checkins as queries

BLUEPRINT = Blueprint("mobile_checkins", __name__, description="签到")

MOST_ANSWERS = 20
LARGEST_NUMBER = 10**15
LONGEST_ELAPSED_MS = 10**13


def check_answers(answers: Mapping[str, Any]) -> None:
    """Short texts, plain numbers, yes or no: nothing nested, nothing that JSON in a database cannot hold."""
    for value in answers.values():
        if isinstance(value, str) and len(value) <= 500:
            continue
        if isinstance(value, int | float) and isfinite(value) and abs(value) <= LARGEST_NUMBER:
            continue
        if value is not None:
            raise ValidationError("answer_unfit")


class CheckInBody(Body):
    """One try. Without a position it still counts as a try, and waits for review."""

    id = fields.UUID(required=True, metadata={"description": "Made by the phone; a repeat gets the same receipt."})
    recorded_at = Instant(required=True, metadata={"description": "When it was made, by the phone's clock."})
    position = fields.Nested(PlaceBody, load_default=None, allow_none=True)
    photo_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Of a photo that was sent, or will be."}
    )
    answers = fields.Dict(
        keys=text(64),
        values=fields.Raw(allow_none=True),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(max=MOST_ANSWERS), check_answers],
    )
    recorded_elapsed_ms = whole(
        -LONGEST_ELAPSED_MS,
        LONGEST_ELAPSED_MS,
        load_default=None,
        allow_none=True,
        metadata={"description": "The monotonic clock when it was made; only within the boot of boot_id."},
    )
    sent_at = Instant(load_default=None, allow_none=True)
    sent_elapsed_ms = whole(
        -LONGEST_ELAPSED_MS,
        LONGEST_ELAPSED_MS,
        load_default=None,
        allow_none=True,
        metadata={"description": "The monotonic clock at sending."},
    )
    boot_id = text(64, load_default=None, allow_none=True)


@BLUEPRINT.route("/checkins")
class CheckIns(MethodView):
    """Tries at check-ins."""

    @phone
    @refusals(409)
    @BLUEPRINT.arguments(CheckInBody)
    @BLUEPRINT.response(201, ReceiptAnswer)
    @BLUEPRINT.alt_response(200, schema=ReceiptAnswer, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Check in. Answered 201 with a receipt whatever the outcome, 200 with the same receipt when repeated."""
        fix, given = place(body["position"])
        command = CheckIn(
            id=body["id"],
            body_hash=body_hash(),
            recorded_at=body["recorded_at"],
            fix=fix,
            fix_given=given,
            answers=body["answers"],
            photo_id=body["photo_id"],
            recorded_elapsed_ms=body["recorded_elapsed_ms"],
            sent_at=body["sent_at"],
            sent_elapsed_ms=body["sent_elapsed_ms"],
            boot_id=body["boot_id"],
        )
        with deps().transaction() as tx:
            receipt, first = check_in(tx, current_actor(), command, now=deps().now())
        if first:
            CHECK_INS.labels(receipt.outcome.value).inc()
        return receipt_answer(receipt), 201 if first else 200

    @phone
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(ReceiptAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """All own tries, newest first."""
        with deps().autocommit() as connection:
            page = queries.own_receipts(connection, current_actor(), after=args["cursor"], limit=args["limit"])
        return {"items": [receipt_answer(each) for each in page.items], "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/checkins/<uuid:check_in_id>")
class OneCheckIn(MethodView):
    """One own try."""

    @phone
    @refusals(404)
    @BLUEPRINT.response(200, ReceiptAnswer)
    def get(self, check_in_id: UUID) -> dict[str, Any]:
        """The receipt of one own try, as it stands now."""
        with deps().autocommit() as connection:
            return receipt_answer(queries.own_receipt(connection, current_actor(), check_in_id))
