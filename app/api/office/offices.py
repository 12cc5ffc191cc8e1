"""The tree of offices: province, city, county, 司法所."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.change_offices import AddOffice, add_office, change_office
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import offices as queries
from app.queries.offices import OfficeView
from app.rules.facts import OfficeLevel

BLUEPRINT = Blueprint("office_offices", __name__, description="机构")


class OfficeAnswer(Body):
    """One office."""

    id = fields.UUID(required=True)
    code = fields.String(required=True, metadata={"description": "Adcode (GB/T 2260), for a 司法所 the county's own."})
    level = choice(OfficeLevel, required=True)
    name = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True)
    path = fields.String(required=True, metadata={"description": "Codes from the province down, joined with dots."})
    phone = fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)


class OfficeBody(Body):
    """An office to be added below another."""

    id = fields.UUID(required=True)
    parent_id = fields.UUID(required=True)
    level = choice(OfficeLevel, required=True)
    code = text(32, required=True)
    name = text(100, required=True)
    phone = text(32, load_default=None, allow_none=True)


class OfficeChange(Body):
    """What may change of an office."""

    name = text(100)
    phone = text(32, allow_none=True)


class OfficeListArgs(PageArgs):
    """Which offices."""

    level = choice(OfficeLevel, load_default=None)


@BLUEPRINT.route("/offices")
class Offices(MethodView):
    """Offices within reach."""

    @office("offices.read")
    @BLUEPRINT.arguments(OfficeListArgs, location="query")
    @BLUEPRINT.response(200, page_of(OfficeAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Own offices and those below them, in the order of the tree."""
        with deps().autocommit() as connection:
            page = queries.offices(
                connection, current_actor(), level=args["level"], after=args["cursor"], limit=args["limit"]
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("offices.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(OfficeBody)
    @BLUEPRINT.response(201, OfficeAnswer)
    @BLUEPRINT.alt_response(200, schema=OfficeAnswer, description="Repeated: the same as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[OfficeView, int]:
        """Add an office below one of the own."""
        command = AddOffice(**{**body, "level": OfficeLevel(body["level"])})
        with deps().transaction() as tx:
            created = add_office(tx, current_actor(), command, now=deps().now())
            return queries.office(tx, current_actor(), command.id), 201 if created else 200


@BLUEPRINT.route("/offices/<uuid:office_id>")
class Office(MethodView):
    """One office."""

    @office("offices.read")
    @refusals(404)
    @BLUEPRINT.response(200, OfficeAnswer)
    def get(self, office_id: UUID) -> OfficeView:
        """One office."""
        with deps().autocommit() as connection:
            return queries.office(connection, current_actor(), office_id)

    @office("offices.change")
    @refusals(404)
    @BLUEPRINT.arguments(OfficeChange)
    @BLUEPRINT.response(200, OfficeAnswer)
    def patch(self, body: dict[str, Any], office_id: UUID) -> OfficeView:
        """Change an office's name or phone. Code and place in the tree never change."""
        with deps().transaction() as tx:
            change_office(tx, current_actor(), office_id, body, now=deps().now())
            return queries.office(tx, current_actor(), office_id)
