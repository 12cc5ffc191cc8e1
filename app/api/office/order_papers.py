"""The papers of positioning orders: notices served, assessments, requests to lift, and the monthly sheet."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields, validate

from app.actions.add_order_paper import ask_lift, assess_order, refuse_lift, serve_order
from app.actions.note_reading import note_reading
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, LocalMonth, choice, text
from app.api.refusals import refusals
from app.queries.order_papers import OrderPapers, order_papers
from app.queries.order_sheet import order_sheet
from app.rules.access_log import Month
from app.rules.effects.orders_searches import NoticeOutcome, NoticeWay
from app.rules.facts import DutyState, Ground
from app.rules.orders import AskedLift, Assessed, Served

BLUEPRINT = Blueprint("office_order_papers", __name__, description="电子定位:告知、评估、延长与解除")


class OrderNoticeBody(Body):
    """A serving of the notice by the caller. `note` is needed where nobody signed: what happened, and who saw it."""

    id = fields.UUID(required=True)
    served_at = Instant(required=True)
    way = choice(NoticeWay, required=True)
    outcome = choice(NoticeOutcome, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=1000))
    corrects_id = fields.UUID(load_default=None, allow_none=True)


class AssessmentBody(Body):
    """Whether the order is still needed, and why."""

    id = fields.UUID(required=True)
    still_needed = fields.Boolean(required=True)
    why = text(1000, required=True)


class LiftRequestBody(Body):
    """Why the order is needed no longer."""

    id = fields.UUID(required=True)
    why = text(1000, required=True)


class RefusalBody(Body):
    """Why the order is kept; the person may read it."""

    answer = text(1000, required=True)


class OrderNoticeAnswer(Body):
    """A notice as it was served."""

    id = fields.UUID(required=True)
    served_at = Instant(required=True)
    served_by = fields.UUID(required=True)
    served_by_name = fields.String(required=True)
    way = choice(NoticeWay, required=True)
    outcome = choice(NoticeOutcome, required=True)
    note = fields.String(required=True)
    corrects_id = fields.UUID(required=True, allow_none=True)
    written_at = Instant(required=True)


class AssessmentAnswer(Body):
    """An assessment."""

    id = fields.UUID(required=True)
    still_needed = fields.Boolean(required=True)
    why = fields.String(required=True)
    assessed_by = fields.UUID(required=True)
    assessed_by_name = fields.String(required=True)
    assessed_at = Instant(required=True)


class LiftRequestAnswer(Body):
    """A request to lift, with its answer. `asked_by_name` is null where the person the order is about asked."""

    id = fields.UUID(required=True)
    asked_by_kind = fields.String(required=True, metadata={"description": "user or subject."})
    asked_by_name = fields.String(required=True, allow_none=True)
    asked_at = Instant(required=True)
    why = fields.String(required=True)
    answered_at = Instant(required=True, allow_none=True)
    granted = fields.Boolean(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)


class OrderPapersAnswer(Body):
    """Everything that was added to an order, the latest first."""

    order_id = fields.UUID(required=True)
    read_on_phone_at = Instant(
        required=True, allow_none=True, metadata={"description": "When the person opened the notice in the app."}
    )
    notices = fields.List(fields.Nested(OrderNoticeAnswer), required=True)
    assessments = fields.List(fields.Nested(AssessmentAnswer), required=True)
    lift_requests = fields.List(fields.Nested(LiftRequestAnswer), required=True)


class ReaderAnswer(Body):
    """Who looked at the track in the month, and how often."""

    name = fields.String(required=True)
    times = fields.Integer(required=True)


class SheetRowAnswer(Body):
    """One order in one month."""

    order_id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    office_name = fields.String(required=True)
    ground = choice(Ground, required=True)
    from_at = Instant(required=True, data_key="from")
    until = Instant(required=True, data_key="to")
    in_force_until = Instant(required=True, allow_none=True)
    extends = fields.UUID(required=True, allow_none=True)
    approver_name = fields.String(required=True)
    state = fields.String(required=True, metadata={"description": "Now: ahead, in_force, ended, lifted or stopped."})
    days_left = fields.Integer(required=True, allow_none=True)
    begun = fields.Boolean(required=True, metadata={"description": "Within the month; so are ended and lifted."})
    ended = fields.Boolean(required=True)
    lifted = fields.Boolean(required=True)
    served_at = Instant(required=True, allow_none=True)
    notice_state = choice(DutyState, required=True, allow_none=True)
    points = fields.Integer(required=True, metadata={"description": "Taken under the order within the month."})
    readers = fields.List(fields.Nested(ReaderAnswer), required=True)
    purged = fields.Integer(required=True, allow_none=True)


class SheetAnswer(Body):
    """Every order that touched the month, by its end."""

    month = fields.String(required=True)
    items = fields.List(fields.Nested(SheetRowAnswer), required=True)


class SheetArgs(Body):
    """Which month; without one the present one."""

    month = LocalMonth(load_default=None)


@BLUEPRINT.route("/positioning-orders/sheet")
class Sheet(MethodView):
    """The month's orders."""

    @office("orders.sheet")
    @refusals(422)
    @BLUEPRINT.arguments(SheetArgs, location="query")
    @BLUEPRINT.response(200, SheetAnswer)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Orders in force, begun, ended and lifted, what was taken and who looked; that it was read is recorded."""
        now = deps().now()
        month = args["month"] or Month.containing(now)
        with deps().transaction() as tx:
            rows = order_sheet(tx, current_actor(), month, now=now)
            details = {"month": str(month), "orders": len(rows)}
            note_reading(tx, current_actor(), "orders.sheet", None, now=now, details=details)
        return {"month": str(month), "items": rows}


@BLUEPRINT.route("/positioning-orders/<uuid:order_id>/papers")
class Papers(MethodView):
    """The papers of one order."""

    @office("orders.read")
    @refusals(404)
    @BLUEPRINT.response(200, OrderPapersAnswer)
    def get(self, order_id: UUID) -> OrderPapers:
        """Notices served, assessments, requests to lift."""
        with deps().autocommit() as connection:
            return order_papers(connection, current_actor(), order_id)


@BLUEPRINT.route("/positioning-orders/<uuid:order_id>/notices")
class Notices(MethodView):
    """The serving of an order's notice."""

    @office("orders.serve")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(OrderNoticeBody)
    @BLUEPRINT.response(201, OrderPapersAnswer)
    @BLUEPRINT.alt_response(200, schema=OrderPapersAnswer, description="Repeated: the papers as they stand.")
    def post(self, body: dict[str, Any], order_id: UUID) -> tuple[OrderPapers, int]:
        """Record that the person was told term, demands and consequences, and signed or did not."""
        new = Served(
            id=body["id"],
            served_at=body["served_at"],
            way=NoticeWay(body["way"]),
            outcome=NoticeOutcome(body["outcome"]),
            note=body["note"],
            body_hash=body_hash(),
            corrects_id=body["corrects_id"],
        )
        with deps().transaction() as tx:
            first = serve_order(tx, current_actor(), order_id, new, now=deps().now())
            return order_papers(tx, current_actor(), order_id), 201 if first else 200


@BLUEPRINT.route("/positioning-orders/<uuid:order_id>/assessments")
class Assessments(MethodView):
    """The assessment of an order before its end."""

    @office("orders.assess")
    @refusals(404, 409)
    @BLUEPRINT.arguments(AssessmentBody)
    @BLUEPRINT.response(201, OrderPapersAnswer)
    @BLUEPRINT.alt_response(200, schema=OrderPapersAnswer, description="Repeated: the papers as they stand.")
    def post(self, body: dict[str, Any], order_id: UUID) -> tuple[OrderPapers, int]:
        """Record whether it is still needed, and why; the head then extends, lifts, or lets it end."""
        new = Assessed(body["id"], body["still_needed"], body["why"], body_hash())
        with deps().transaction() as tx:
            first = assess_order(tx, current_actor(), order_id, new, now=deps().now())
            return order_papers(tx, current_actor(), order_id), 201 if first else 200


@BLUEPRINT.route("/positioning-orders/<uuid:order_id>/lift-requests")
class LiftRequests(MethodView):
    """Requests to lift an order early."""

    @office("orders.ask_lift")
    @refusals(404, 409)
    @BLUEPRINT.arguments(LiftRequestBody)
    @BLUEPRINT.response(201, OrderPapersAnswer)
    @BLUEPRINT.alt_response(200, schema=OrderPapersAnswer, description="Repeated: the papers as they stand.")
    def post(self, body: dict[str, Any], order_id: UUID) -> tuple[OrderPapers, int]:
        """Propose that it be lifted; the heads are told. Lifting the order grants every open request."""
        new = AskedLift(body["id"], body["why"], body_hash())
        with deps().transaction() as tx:
            first = ask_lift(tx, current_actor(), order_id, new, now=deps().now())
            return order_papers(tx, current_actor(), order_id), 201 if first else 200


@BLUEPRINT.route("/positioning-orders/<uuid:order_id>/lift-requests/<uuid:request_id>/refuse")
class Refusal(MethodView):
    """The head's answer to a request."""

    @office("orders.decide")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RefusalBody)
    @BLUEPRINT.response(200, OrderPapersAnswer)
    def post(self, body: dict[str, Any], order_id: UUID, request_id: UUID) -> OrderPapers:
        """Keep the order, and say why."""
        with deps().transaction() as tx:
            refuse_lift(tx, current_actor(), order_id, request_id, body["answer"], now=deps().now())
            return order_papers(tx, current_actor(), order_id)
