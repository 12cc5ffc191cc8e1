"""Periods announced for all people of an office: sensitive times, security for great events."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.announce_period import announce_period, withdraw_period
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Day, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import announced_periods as queries
from app.queries.announced_periods import PeriodView
from app.rules.announced_periods import Announced
from app.rules.effects.occasions import PeriodKind

BLUEPRINT = Blueprint("office_announced_periods", __name__, description="敏感时期和重大活动")


class AnnouncedPeriodBody(Body):
    """From which local day to which, both included, and for which office with all below it."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    kind = choice(PeriodKind, required=True)
    title = text(100, required=True)
    from_ = Day(required=True, data_key="from")
    to = Day(required=True)
    reason = text(500, required=True, metadata={"description": "On what it rests, such as a document."})


class PeriodWithdrawBody(Body):
    """Why it does not hold."""

    reason = text(500, required=True)


class AnnouncedPeriodAnswer(Body):
    """One period as it stands."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    kind = choice(PeriodKind, required=True)
    title = fields.String(required=True)
    from_ = Day(required=True, data_key="from", attribute="from_day")
    to = Day(required=True, attribute="to_day")
    reason = fields.String(required=True)
    announced_by_name = fields.String(required=True)
    announced_at = Instant(required=True)
    spread = fields.Boolean(required=True, metadata={"description": "Everybody's file tells of it."})
    withdrawn_at = Instant(required=True, allow_none=True)
    withdraw_reason = fields.String(required=True, allow_none=True)


@BLUEPRINT.route("/announced-periods")
class AnnouncedPeriods(MethodView):
    """Periods that hold for somebody within reach."""

    @office("periods.read")
    @refusals(422)
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(AnnouncedPeriodAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The last to begin first."""
        with deps().autocommit() as connection:
            page = queries.periods(connection, current_actor(), after=args["cursor"], limit=args["limit"])
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("periods.announce")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(AnnouncedPeriodBody)
    @BLUEPRINT.response(201, AnnouncedPeriodAnswer)
    @BLUEPRINT.alt_response(200, schema=AnnouncedPeriodAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[PeriodView, int]:
        """Announce one; within a minute it is on the file of everybody in the office and below, newcomers included."""
        period = Announced(
            id=body["id"],
            office_id=body["office_id"],
            kind=PeriodKind(body["kind"]),
            title=body["title"],
            from_day=body["from_"],
            to_day=body["to"],
            reason=body["reason"],
            body_hash=body_hash(),
        )
        with deps().transaction() as tx:
            first = announce_period(tx, current_actor(), period, now=deps().now())
            return queries.period(tx, current_actor(), period.id), 201 if first else 200


@BLUEPRINT.route("/announced-periods/<uuid:period_id>")
class OneAnnouncedPeriod(MethodView):
    """One period."""

    @office("periods.read")
    @refusals(404)
    @BLUEPRINT.response(200, AnnouncedPeriodAnswer)
    def get(self, period_id: UUID) -> PeriodView:
        """One period as it stands."""
        with deps().autocommit() as connection:
            return queries.period(connection, current_actor(), period_id)


@BLUEPRINT.route("/announced-periods/<uuid:period_id>/withdraw")
class Withdrawal(MethodView):
    """Taking one back."""

    @office("periods.announce")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(PeriodWithdrawBody)
    @BLUEPRINT.response(200, AnnouncedPeriodAnswer)
    def post(self, body: dict[str, Any], period_id: UUID) -> PeriodView:
        """Withdraw it; talks that followed from it and were not held yet are owed no more."""
        with deps().transaction() as tx:
            withdraw_period(tx, current_actor(), period_id, body["reason"], now=deps().now())
            return queries.period(tx, current_actor(), period_id)
