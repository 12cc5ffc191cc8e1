"""Check-ins as offices see them: recorded face to face, waiting for review, reviewed."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.record_check_in import RecordCheckIn, record_check_in
from app.actions.review_check_in import review_check_in
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.checkins import PlaceBody, ReceiptAnswer, place, receipt_answer
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, Truth, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import checkins as queries
from app.queries.checkins import CheckInView
from app.queries.page import Page
from app.rules.checkins import Receipt
from app.rules.facts import DutyState, Outcome

BLUEPRINT = Blueprint("office_checkins", __name__, description="签到")


class InPersonBody(Body):
    """A check-in face to face."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    duty_id = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Without it: the one due at that time."}
    )
    happened_at = Instant(required=True, metadata={"description": "At most seven days back, never ahead."})
    note = text(500, required=True)
    position = fields.Nested(PlaceBody, load_default=None, allow_none=True)


class ReviewBody(Body):
    """An officer's answer to a doubtful check-in."""

    accepted = Truth(required=True)
    note = text(500, required=True)


class OfficeReceipt(ReceiptAnswer):
    """A receipt with what only offices see."""

    subject_id = fields.UUID(required=True)
    officer_id = fields.UUID(required=True, allow_none=True, metadata={"description": "Who recorded it face to face."})
    note = fields.String(required=True, allow_none=True)


class ListedCheckIn(OfficeReceipt):
    """One try in a list, with the window that it was for."""

    subject_name = fields.String(required=True)
    opens_at = Instant(required=True, allow_none=True)
    due_at = Instant(required=True, allow_none=True)
    duty_state = choice(DutyState, required=True, allow_none=True)


CheckInPage = page_of(ListedCheckIn)


class WaitingArgs(PageArgs):
    """Which check-ins: those that wait for review."""

    state = choice([Outcome.TO_REVIEW], load_default=Outcome.TO_REVIEW.value)


@BLUEPRINT.route("/check-ins")
class CheckIns(MethodView):
    """Check-ins within reach."""

    @office("check_ins.read")
    @BLUEPRINT.arguments(WaitingArgs, location="query")
    @BLUEPRINT.response(200, CheckInPage)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Tries that wait for review, the one that has waited longest first."""
        with deps().autocommit() as connection:
            return _page(queries.waiting(connection, current_actor(), after=args["cursor"], limit=args["limit"]))

    @office("check_ins.record")
    @refusals(404, 409)
    @BLUEPRINT.arguments(InPersonBody)
    @BLUEPRINT.response(201, OfficeReceipt)
    @BLUEPRINT.alt_response(200, schema=OfficeReceipt, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Record a check-in face to face. It counts as a phone's would, by when it happened."""
        fix, given = place(body["position"])
        command = RecordCheckIn(
            id=body["id"],
            subject_id=body["subject_id"],
            body_hash=body_hash(),
            happened_at=body["happened_at"],
            note=body["note"],
            duty_id=body["duty_id"],
            fix=fix,
            fix_given=given,
        )
        with deps().transaction() as tx:
            receipt, first = record_check_in(tx, current_actor(), command, now=deps().now())
        return _receipt(receipt), 201 if first else 200


@BLUEPRINT.route("/subjects/<uuid:subject_id>/check-ins")
class SubjectCheckIns(MethodView):
    """One subject's check-ins."""

    @office("check_ins.read")
    @refusals(404)
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, CheckInPage)
    def get(self, args: dict[str, Any], subject_id: UUID) -> dict[str, Any]:
        """All tries of one subject, newest first, refused ones included."""
        with deps().autocommit() as connection:
            return _page(
                queries.of_subject(connection, current_actor(), subject_id, after=args["cursor"], limit=args["limit"])
            )


@BLUEPRINT.route("/subjects/<uuid:subject_id>/check-ins/<uuid:check_in_id>/review")
class Review(MethodView):
    """The answer to a doubtful check-in."""

    @office("check_ins.review")
    @refusals(404, 409)
    @BLUEPRINT.arguments(ReviewBody)
    @BLUEPRINT.response(200, OfficeReceipt)
    def post(self, body: dict[str, Any], subject_id: UUID, check_in_id: UUID) -> dict[str, Any]:
        """Accept or reject, once. Accepted counts with the time of the first try; rejected is missed after the end."""
        with deps().transaction() as tx:
            receipt = review_check_in(
                tx,
                current_actor(),
                subject_id,
                check_in_id,
                accepted=body["accepted"],
                note=body["note"],
                now=deps().now(),
            )
        return _receipt(receipt)


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return receipt_answer(receipt) | {
        "subject_id": receipt.subject_id,
        "officer_id": receipt.officer_id,
        "note": receipt.note,
    }


def _page(page: Page[CheckInView]) -> dict[str, Any]:
    items = [
        _receipt(view.receipt)
        | {
            "subject_name": view.subject_name,
            "opens_at": view.opens_at,
            "due_at": view.due_at,
            "duty_state": view.duty_state,
        }
        for view in page.items
    ]
    return {"items": items, "next_cursor": next_cursor(page.next_key)}
