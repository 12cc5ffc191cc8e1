"""Electronic positioning orders [Law 29]: decided by the head of the county department, lifted early by the same."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.lift_order import lift_order
from app.actions.order_positioning import OrderPositioning, order_positioning
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import orders as queries
from app.queries.orders import OrderView
from app.rules.facts import DutyState, Ground
from app.rules.orders import Term

BLUEPRINT = Blueprint("office_orders", __name__, description="电子定位决定")


class OrderBody(Body):
    """An order. The one who sends it is its approver.

    An extension is another order from the end of the last one, which somebody has assessed as still needed.
    """

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    ground = choice(Ground, required=True)
    from_at = Instant(required=True, data_key="from")
    to = Instant(required=True, metadata={"description": "Exclusive; at most three calendar months after from."})
    extends = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The order that ends where this one begins; found by itself where it is left out."},
    )


class LiftBody(Body):
    """A lifting. What was collected under the order after `lifted_at` is purged and cannot be brought back."""

    reason = text(500, required=True)
    lifted_at = Instant(
        load_default=None, allow_none=True, metadata={"description": "When it was decided; now, if left out."}
    )


class OrderAnswer(Body):
    """One order as it stands."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    ground = choice(Ground, required=True)
    approver_id = fields.UUID(required=True)
    approver_name = fields.String(required=True)
    from_at = Instant(required=True, data_key="from", metadata={"description": "As ordered."})
    until = Instant(required=True, data_key="to", metadata={"description": "As ordered."})
    in_force_until = Instant(
        required=True, allow_none=True, metadata={"description": "Null where it was lifted before it began."}
    )
    covers_phone = fields.Boolean(
        required=True, metadata={"description": "Whether the local policy let a phone serve as the device."}
    )
    created_at = Instant(required=True)
    lifted_at = Instant(required=True, allow_none=True)
    lifted_by = fields.UUID(required=True, allow_none=True)
    lift_reason = fields.String(required=True, allow_none=True)
    purged_positions = fields.Integer(required=True, allow_none=True)
    extends = fields.UUID(required=True, allow_none=True)
    notice_due_at = Instant(
        required=True, allow_none=True, metadata={"description": "When its notice is to be served."}
    )
    notice_state = choice(DutyState, required=True, allow_none=True)
    renewal_asked_at = Instant(
        required=True, allow_none=True, metadata={"description": "When it asks whether it is still needed."}
    )
    renewal_state = choice(DutyState, required=True, allow_none=True)


class OrderListArgs(PageArgs):
    """Which orders."""

    subject_id = fields.UUID(load_default=None)


@BLUEPRINT.route("/positioning-orders")
class Orders(MethodView):
    """Orders within reach."""

    @office("orders.read")
    @BLUEPRINT.arguments(OrderListArgs, location="query")
    @BLUEPRINT.response(200, page_of(OrderAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Orders of one subject or of all, the latest first."""
        with deps().autocommit() as connection:
            page = queries.orders(
                connection, current_actor(), subject_id=args["subject_id"], after=args["cursor"], limit=args["limit"]
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("orders.decide")
    @refusals(404, 409)
    @BLUEPRINT.arguments(OrderBody)
    @BLUEPRINT.response(201, OrderAnswer)
    @BLUEPRINT.alt_response(200, schema=OrderAnswer, description="Repeated: the same order.")
    def post(self, body: dict[str, Any]) -> tuple[OrderView, int]:
        """Order electronic positioning; the caller is the approver."""
        command = OrderPositioning(
            body["id"],
            body["subject_id"],
            Ground(body["ground"]),
            Term(body["from_at"], body["to"]),
            body_hash(),
            body["extends"],
        )
        with deps().transaction() as tx:
            first = order_positioning(tx, current_actor(), command, now=deps().now())
            return queries.order(tx, current_actor(), command.id), 201 if first else 200


@BLUEPRINT.route("/positioning-orders/<uuid:order_id>")
class Order(MethodView):
    """One order."""

    @office("orders.read")
    @refusals(404)
    @BLUEPRINT.response(200, OrderAnswer)
    def get(self, order_id: UUID) -> OrderView:
        """One order."""
        with deps().autocommit() as connection:
            return queries.order(connection, current_actor(), order_id)


@BLUEPRINT.route("/positioning-orders/<uuid:order_id>/lift")
class Lift(MethodView):
    """The lifting of one order."""

    @office("orders.decide")
    @refusals(404, 409)
    @BLUEPRINT.arguments(LiftBody)
    @BLUEPRINT.response(200, OrderAnswer)
    def post(self, body: dict[str, Any], order_id: UUID) -> OrderView:
        """Lift an order early: collection under it ends, and later points are purged and counted."""
        with deps().transaction() as tx:
            lift_order(
                tx,
                current_actor(),
                order_id,
                reason=body["reason"],
                lifted_at=body["lifted_at"],
                now=deps().now(),
            )
            return queries.order(tx, current_actor(), order_id)
