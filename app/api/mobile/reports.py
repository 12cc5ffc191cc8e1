"""A change of one's circumstances, reported without delay [Measures 24]: home, work, family, contacts, health."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.actions.write_occasion import write_occasion
from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Day, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import own_reports as queries
from app.queries.own_reports import OwnReport
from app.rules.errors import NotAllowed
from app.rules.facts import OccasionKind
from app.rules.occasions import REPORTED, Written

BLUEPRINT = Blueprint("mobile_reports", __name__, description="情况变化报告")

KINDS = tuple(kind.value.removesuffix("_event") for kind in REPORTED)


class ChangeReportBody(Body):
    """What changed, in the person's own words."""

    id = fields.UUID(required=True)
    kind = choice(KINDS, required=True)
    on = Day(load_default=None, allow_none=True, metadata={"description": "The day on which it happened."})
    text = text(1000, required=True)


class ChangeReportAnswer(Body):
    """A report as it was received: the same at every repeat."""

    id = fields.UUID(required=True)
    kind = choice(KINDS, required=True)
    text = fields.String(required=True)
    on = Day(required=True, allow_none=True)
    received_at = Instant(required=True)
    receipt_no = fields.String(required=True)
    withdrawn = fields.Boolean(required=True, metadata={"description": "The office took it back, after a talk."})


@BLUEPRINT.route("/reports")
class Reports(MethodView):
    """Own reports."""

    @phone
    @refusals(409)
    @BLUEPRINT.arguments(ChangeReportBody)
    @BLUEPRINT.response(201, ChangeReportAnswer)
    @BLUEPRINT.alt_response(200, schema=ChangeReportAnswer, description="Repeated: the receipt of the first time.")
    def post(self, body: dict[str, Any]) -> tuple[OwnReport, int]:
        """Report a change; the office is told at once, and will get in touch."""
        actor = current_actor()
        if actor.id is None:
            raise NotAllowed("not_allowed")
        kind = OccasionKind(f"{body['kind']}_event")
        written = Written(body["id"], kind, body["text"], body_hash(), on=body["on"])
        with deps().transaction() as tx:
            first = write_occasion(tx, actor, actor.id, written, now=deps().now())
            return queries.own_report(tx, actor, body["id"]), 201 if first else 200

    @phone
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(ChangeReportAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """All own reports, the newest first."""
        with deps().autocommit() as connection:
            page = queries.own_reports(connection, current_actor(), after=args["cursor"], limit=args["limit"])
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}
