"""The subject's log-in on the own phone, its refresh and its end."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.access.log_in import Proof, Tokens, log_in_subject, refresh
from app.actions.end_session import end_session
from app.api.auth import phone, public
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.refusals import refusals
from app.api.tokens import DeviceBody, ProofBody, RefreshBody, TokensAnswer, caller, or_not_logged_in

BLUEPRINT = Blueprint("mobile_sessions", __name__, description="登录")


class LogInBody(ProofBody):
    """A log-in on a phone. The first one binds the phone to the person."""

    device = fields.Nested(DeviceBody, required=True)


@BLUEPRINT.route("/sessions")
class Sessions(MethodView):
    """Log-ins."""

    @public
    @refusals(401, 409, 429)
    @BLUEPRINT.arguments(LogInBody)
    @BLUEPRINT.response(201, TokensAnswer)
    def post(self, body: dict[str, Any]) -> Tokens:
        """Log in. On any phone but the bound one: 409 `device_not_bound`, until an officer releases the old one."""
        proof, asking = Proof(body["login"], body["password"]), caller("mobile", body["device_token"])
        return or_not_logged_in(lambda: log_in_subject(deps(), proof, body["device"], asking))


@BLUEPRINT.route("/sessions/refresh")
class Refresh(MethodView):
    """Exchanges of refresh tokens."""

    @public
    @refusals(401, 429)
    @BLUEPRINT.arguments(RefreshBody)
    @BLUEPRINT.response(200, TokensAnswer)
    def post(self, body: dict[str, Any]) -> Tokens:
        """Exchange a refresh token for the next pair, once; a second time ends all log-ins of the device."""
        return or_not_logged_in(lambda: refresh(deps(), "mobile", body["refresh_token"], caller("mobile")))


@BLUEPRINT.route("/sessions/current")
class Current(MethodView):
    """The log-in that asks."""

    @phone
    @BLUEPRINT.response(204)
    def delete(self) -> None:
        """Log out: the tokens end, and nothing more is pushed to the phone. The phone stays bound."""
        with deps().transaction() as tx:
            end_session(tx, current_actor(), now=deps().now())
