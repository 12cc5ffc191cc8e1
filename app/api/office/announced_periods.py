"""Periods announced for all people of an office: sensitive times, security for great events."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.announce_period import announce_period, withdraw_period
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.office.period_bodies import AnnouncedPeriodAnswer, AnnouncedPeriodBody, PeriodWithdrawBody
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import announced_periods as queries
from app.queries.announced_periods import PeriodView
from app.rules.announced_periods import Announced
from app.rules.effects.occasions import PeriodKind

BLUEPRINT = Blueprint("office_announced_periods", __name__, description="敏感时期和重大活动")


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
