"""Oneself: roles, what they permit, and one's own password."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.access.log_in import confirm_password
from app.access.table import ACTIONS
from app.actions.change_users import change_own_password, hashed
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, text
from app.api.office.users import UserAnswer
from app.api.refusals import refusals
from app.api.tokens import client
from app.queries import users as queries
from app.rules.errors import NotAllowed, Refused

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

    @office("self.read")
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

    @office("self.read")
    @refusals(429)
    @BLUEPRINT.arguments(OwnPasswordBody)
    @BLUEPRINT.response(204)
    def post(self, body: dict[str, Any]) -> None:
        """Change one's own password; every log-in of one's own ends, this one too."""
        actor = current_actor()
        with deps().autocommit() as connection:
            login = queries.me(connection, actor, now=deps().now()).login
        _confirm(login, body["password"])
        password_hash = hashed(login, body["new_password"], deps().settings, field="new_password")
        with deps().transaction() as tx:
            change_own_password(tx, actor, password_hash, now=deps().now())


def _confirm(login: str, password: str) -> None:
    """A wrong password here is a wrong input: whoever asks is logged in."""
    try:
        confirm_password(deps(), "user", login, password, client())
    except NotAllowed as error:
        raise Refused("wrong_password", fields={"password": "wrong_password"}) from error
