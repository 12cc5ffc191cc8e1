"""Absences: who is not on duty when, so that an alert finds somebody who is."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.note_absences import note_absence, withdraw_absence
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import absences as queries
from app.queries.absences import AbsenceView
from app.rules.absences import Away

BLUEPRINT = Blueprint("office_absences", __name__, description="不在岗时间")


class AbsenceAnswer(Body):
    """One absence."""

    id = fields.UUID(required=True)
    user_id = fields.UUID(required=True)
    user_name = fields.String(required=True)
    from_at = Instant(required=True, data_key="from")
    to_at = Instant(required=True, data_key="to")
    note = fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)
    withdrawn_at = Instant(required=True, allow_none=True)


class AbsenceBody(Body):
    """An absence to be noted: one's own, unless `user_id` names somebody else."""

    id = fields.UUID(required=True)
    user_id = fields.UUID(load_default=None, allow_none=True)
    from_at = Instant(required=True, data_key="from")
    to_at = Instant(required=True, data_key="to")
    note = text(200, load_default=None, allow_none=True)


class AbsenceListArgs(PageArgs):
    """Which absences."""

    user_id = fields.UUID(load_default=None)
    from_at = Instant(load_default=None, data_key="from", metadata={"description": "Those that end later; now."})


@BLUEPRINT.route("/absences")
class Absences(MethodView):
    """Absences within reach."""

    @office("absences.read")
    @BLUEPRINT.arguments(AbsenceListArgs, location="query")
    @BLUEPRINT.response(200, page_of(AbsenceAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Present and coming absences of oneself and of the users of one's offices, by their beginning."""
        with deps().autocommit() as connection:
            page = queries.absences(
                connection,
                current_actor(),
                now=deps().now(),
                user_id=args["user_id"],
                from_at=args["from_at"],
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("absences.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(AbsenceBody)
    @BLUEPRINT.response(201, AbsenceAnswer)
    @BLUEPRINT.alt_response(200, schema=AbsenceAnswer, description="Repeated: the same as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[AbsenceView, int]:
        """Note an absence of oneself; the county's staff and admins also note those of others."""
        actor = current_actor()
        away = Away(**body | {"user_id": body["user_id"] or actor.id})
        with deps().transaction() as tx:
            created = note_absence(tx, actor, away, now=deps().now())
            return queries.absence(tx, actor, away.id, now=deps().now()), 201 if created else 200


@BLUEPRINT.route("/absences/<uuid:absence_id>")
class Absence(MethodView):
    """One absence."""

    @office("absences.change")
    @refusals(404)
    @BLUEPRINT.response(204)
    def delete(self, absence_id: UUID) -> None:
        """Withdraw an absence: the person is on duty after all."""
        with deps().transaction() as tx:
            withdraw_absence(tx, current_actor(), absence_id, now=deps().now())
