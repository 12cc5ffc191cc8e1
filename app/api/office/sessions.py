"""Officers' log-in, its refresh and its end."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.access.log_in import Tokens, log_in_user, refresh
from app.actions.end_session import end_session
from app.api.auth import office, public
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, text
from app.api.refusals import refusals
from app.api.tokens import DeviceBody, RefreshBody, TokensAnswer, client, or_not_logged_in

BLUEPRINT = Blueprint("office_sessions", __name__, description="登录")


class LogInBody(Body):
    """A log-in in a browser, or with `device` on an officer's phone, which alerts are then pushed to."""

    login = text(64, required=True)
    password = text(128, required=True)
    device = fields.Nested(DeviceBody, load_default=None, allow_none=True)


@BLUEPRINT.route("/sessions")
class Sessions(MethodView):
    """Log-ins."""

    @public
    @refusals(401, 429)
    @BLUEPRINT.arguments(LogInBody)
    @BLUEPRINT.response(201, TokensAnswer)
    def post(self, body: dict[str, Any]) -> Tokens:
        """Log in."""
        return or_not_logged_in(
            lambda: log_in_user(deps(), body["login"], body["password"], body["device"], client=client())
        )


@BLUEPRINT.route("/sessions/refresh")
class Refresh(MethodView):
    """Exchanges of refresh tokens."""

    @public
    @refusals(401)
    @BLUEPRINT.arguments(RefreshBody)
    @BLUEPRINT.response(200, TokensAnswer)
    def post(self, body: dict[str, Any]) -> Tokens:
        """Exchange a refresh token for the next pair, once; a second time ends all log-ins of the device."""
        return or_not_logged_in(lambda: refresh(deps(), "office", body["refresh_token"]))


@BLUEPRINT.route("/sessions/current")
class Current(MethodView):
    """The log-in that asks."""

    @office("self.read")
    @BLUEPRINT.response(204)
    def delete(self) -> None:
        """Log out: the tokens end, and nothing more is pushed to the device."""
        with deps().transaction() as tx:
            end_session(tx, current_actor(), now=deps().now())
