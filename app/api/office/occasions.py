"""Occasions for visits and talks: what gave rise to them, entered by officers or told by acts of the house."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.withdraw_occasion import withdraw_occasion
from app.actions.write_occasion import write_occasion
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.office.occasion_bodies import OccasionAnswer, OccasionBody, OccasionWithdrawBody
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import occasions as queries
from app.queries.occasions import OccasionView
from app.rules.facts import OccasionKind
from app.rules.occasions import Written

BLUEPRINT = Blueprint("office_occasions", __name__, description="走访和谈话的起因")


@BLUEPRINT.route("/subjects/<uuid:subject_id>/occasions")
class SubjectOccasions(MethodView):
    """The occasions of one person."""

    @office("occasions.read")
    @refusals(404, 422)
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(OccasionAnswer))
    def get(self, args: dict[str, Any], subject_id: UUID) -> dict[str, Any]:
        """What gave rise to visits and talks with this person, the newest first."""
        with deps().autocommit() as connection:
            page = queries.occasions(connection, current_actor(), subject_id, after=args["cursor"], limit=args["limit"])
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("occasions.write")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(OccasionBody)
    @BLUEPRINT.response(201, OccasionAnswer)
    @BLUEPRINT.alt_response(200, schema=OccasionAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], subject_id: UUID) -> tuple[OccasionView, int]:
        """Enter a violation, a sanction, an event or a complaint; within a minute the work rule makes duties of it."""
        written = Written(
            body["id"], OccasionKind(body["kind"]), body["note"], body_hash(), body["known_since"], body["on"]
        )
        with deps().transaction() as tx:
            first = write_occasion(tx, current_actor(), subject_id, written, now=deps().now())
            return queries.occasion(tx, current_actor(), body["id"]), 201 if first else 200


@BLUEPRINT.route("/occasions/<uuid:occasion_id>")
class OneOccasion(MethodView):
    """One occasion."""

    @office("occasions.read")
    @refusals(404)
    @BLUEPRINT.response(200, OccasionAnswer)
    def get(self, occasion_id: UUID) -> OccasionView:
        """One occasion with the duties that followed from it."""
        with deps().autocommit() as connection:
            return queries.occasion(connection, current_actor(), occasion_id)


@BLUEPRINT.route("/occasions/<uuid:occasion_id>/withdraw")
class Withdrawal(MethodView):
    """Taking one back."""

    @office("occasions.write")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(OccasionWithdrawBody)
    @BLUEPRINT.response(200, OccasionAnswer)
    def post(self, body: dict[str, Any], occasion_id: UUID) -> OccasionView:
        """Withdraw what a person wrote; for the strict class somebody at the county who did not write it."""
        with deps().transaction() as tx:
            withdraw_occasion(tx, current_actor(), occasion_id, body["reason"], now=deps().now())
            return queries.occasion(tx, current_actor(), occasion_id)
