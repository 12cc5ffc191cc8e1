"""Oneself: roles, what they permit, and one's own password."""

from typing import Any

from flask import request
from flask.views import MethodView
from marshmallow import fields

from app.access.own_account import change_password
from app.access.table import ACTIONS
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, text
from app.api.office.users import UserAnswer
from app.api.refusals import refusals
from app.queries import users as queries

BLUEPRINT = Blueprint("office_me", __name__, description="本人")


class MeAnswer(UserAnswer):
    """Oneself, and what one may do."""

    actions = fields.List(fields.String(), required=True, metadata={"description": "What the roles permit."})


class OwnPasswordBody(Body):
    """The password until now, and the new one."""

    password = text(128, required=True, load_only=True)
    new_password = text(128, required=True, load_only=True)


@BLUEPRINT.route("/me")
class Me(MethodView):
    """Oneself."""

    @office("self.secure")
    @BLUEPRINT.response(200, MeAnswer)
    def get(self) -> dict[str, Any]:
        """Who is logged in, with which roles, and what these permit."""
        actor = current_actor()
        with deps().autocommit() as connection:
            view = queries.me(connection, actor, now=deps().now())
        return vars(view) | {"actions": sorted(name for name, roles in ACTIONS.items() if actor.has(*roles))}


@BLUEPRINT.route("/me/password")
class OwnPassword(MethodView):
    """One's own password."""

    @office("self.secure")
    @refusals(429)
    @BLUEPRINT.arguments(OwnPasswordBody)
    @BLUEPRINT.response(204)
    def post(self, body: dict[str, Any]) -> None:
        """Change one's own password; every log-in of one's own ends, this one too."""
        address = request.remote_addr or ""
        change_password(deps(), current_actor(), body["password"], body["new_password"], address)
