"""The subject's own positioning orders: what was decided, what is asked, and asking for an early end [Law 29]."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.add_order_paper import ask_lift
from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.refusals import refusals
from app.queries.own_orders import own_orders
from app.rules.facts import Ground
from app.rules.orders import AskedLift

BLUEPRINT = Blueprint("mobile_orders", __name__, description="电子定位决定")


class OwnRequestAnswer(Body):
    """A request to lift the order, with its answer."""

    id = fields.UUID(required=True)
    asked_by_kind = fields.String(required=True, metadata={"description": "user or subject."})
    asked_at = Instant(required=True)
    why = fields.String(required=True)
    answered_at = Instant(required=True, allow_none=True)
    granted = fields.Boolean(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)


class OwnOrderInWordsAnswer(Body):
    """One order in words. Reading the notice `notice_id` (POST /notices/{id}/read) acknowledges it."""

    id = fields.UUID(required=True)
    ground = choice(Ground, required=True)
    ground_text = fields.String(required=True)
    from_at = Instant(required=True, data_key="from")
    until = Instant(required=True, data_key="to")
    in_force_until = Instant(required=True, allow_none=True)
    extends = fields.UUID(required=True, allow_none=True)
    demands = fields.List(fields.String(), required=True)
    consequences = fields.List(fields.String(), required=True)
    rights = fields.List(fields.String(), required=True)
    notice_id = fields.UUID(required=True, allow_none=True)
    read_at = Instant(required=True, allow_none=True)
    lift_requests = fields.List(fields.Nested(OwnRequestAnswer), required=True)


class OwnOrdersAnswer(Body):
    """The newest orders, the latest first."""

    items = fields.List(fields.Nested(OwnOrderInWordsAnswer), required=True)


class AskLiftBody(Body):
    """Why the order should end early, in own words."""

    id = fields.UUID(required=True)
    why = text(1000, required=True)


@BLUEPRINT.route("/positioning-orders")
class OwnOrders(MethodView):
    """Own orders."""

    @phone
    @BLUEPRINT.response(200, OwnOrdersAnswer)
    def get(self) -> dict[str, Any]:
        """Term, demands, consequences, rights, and what was answered to one's requests."""
        with deps().autocommit() as connection:
            return {"items": own_orders(connection, current_actor())}


@BLUEPRINT.route("/positioning-orders/<uuid:order_id>/lift-requests")
class OwnLiftRequests(MethodView):
    """Asking that an own order be lifted."""

    @phone
    @refusals(404, 409)
    @BLUEPRINT.arguments(AskLiftBody)
    @BLUEPRINT.response(201, OwnOrdersAnswer)
    @BLUEPRINT.alt_response(200, schema=OwnOrdersAnswer, description="Repeated: the orders as they stand.")
    def post(self, body: dict[str, Any], order_id: UUID) -> tuple[dict[str, Any], int]:
        """Ask; the head of the county's department answers, and the answer is told."""
        new = AskedLift(body["id"], body["why"], body_hash())
        with deps().transaction() as tx:
            first = ask_lift(tx, current_actor(), order_id, new, now=deps().now())
            return {"items": own_orders(tx, current_actor())}, 201 if first else 200
