"""Requests to let a duty go: listed, and answered by a second person at the county."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.decide_waiver import decide_waiver
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Truth, choice, text
from app.api.office.duties import WaiverAnswer
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import waivers as queries
from app.queries.waivers import WaiverView
from app.rules.effects.waivers import WaiverState

BLUEPRINT = Blueprint("office_waivers", __name__, description="免除的确认")


class WaiverListArgs(PageArgs):
    """Which requests. Without `state`, all of them."""

    state = choice(WaiverState, load_default=None)
    duty_id = fields.UUID(load_default=None)


class WaiverDecisionBody(Body):
    """The second person's answer. A refusal needs its reason."""

    granted = Truth(required=True)
    answer = text(500, load_default=None, allow_none=True)


@BLUEPRINT.route("/waivers")
class Waivers(MethodView):
    """Requests within reach."""

    @office("waivers.read")
    @refusals(422)
    @BLUEPRINT.arguments(WaiverListArgs, location="query")
    @BLUEPRINT.response(200, page_of(WaiverAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The last asked first; those that wait only as long as the duty does."""
        wanted = {name: args[name] for name in ("state", "duty_id", "limit")}
        with deps().autocommit() as connection:
            page = queries.waivers(connection, current_actor(), after=args["cursor"], **wanted)
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/waivers/<uuid:waiver_id>")
class OneWaiver(MethodView):
    """One request."""

    @office("waivers.read")
    @refusals(404)
    @BLUEPRINT.response(200, WaiverAnswer)
    def get(self, waiver_id: UUID) -> WaiverView:
        """One request with its answer."""
        with deps().autocommit() as connection:
            return queries.waiver(connection, current_actor(), waiver_id)


@BLUEPRINT.route("/waivers/<uuid:waiver_id>/decision")
class Decision(MethodView):
    """The answer."""

    @office("waivers.decide")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(WaiverDecisionBody)
    @BLUEPRINT.response(200, WaiverAnswer)
    def post(self, body: dict[str, Any], waiver_id: UUID) -> WaiverView:
        """Confirm or refuse what a colleague asked; nobody answers what they asked themselves."""
        with deps().transaction() as tx:
            decide_waiver(
                tx, current_actor(), waiver_id, granted=body["granted"], answer=body["answer"], now=deps().now()
            )
            return queries.waiver(tx, current_actor(), waiver_id)
