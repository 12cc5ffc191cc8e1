"""Officers' log-in, its refresh and its end."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.access.log_in import Proof, Tokens, log_in_user, refresh
from app.actions.end_session import end_other_sessions, end_own_session, end_session
from app.api.auth import office, public
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, text
from app.api.paging import page_of
from app.api.refusals import refusals
from app.api.tokens import DeviceBody, ProofBody, RefreshBody, TokensAnswer, caller, or_not_logged_in
from app.queries import sessions as queries

BLUEPRINT = Blueprint("office_sessions", __name__, description="登录")


class LogInBody(ProofBody):
    """A log-in in a browser, or with `device` on an officer's phone, which alerts are then pushed to."""

    device = fields.Nested(DeviceBody, load_default=None, allow_none=True)
    totp = text(
        64,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Six digits of the authenticator, or a recovery code; asked for by 401 `totp_needed`."
        },
    )


class SessionAnswer(Body):
    """One of one's own log-ins that still count."""

    id = fields.UUID(required=True)
    client_name = fields.String(required=True, allow_none=True, metadata={"description": "The phone, or the browser."})
    on_phone = fields.Boolean(required=True)
    current = fields.Boolean(required=True, metadata={"description": "The one that asks."})
    since = Instant(required=True)
    refreshed_at = Instant(required=True)
    expires_at = Instant(required=True)


@BLUEPRINT.route("/sessions")
class Sessions(MethodView):
    """Log-ins."""

    @office("self.secure")
    @BLUEPRINT.response(200, page_of(SessionAnswer))
    def get(self) -> dict[str, Any]:
        """One's own log-ins that still count, the latest first; they are few, and come on one page."""
        with deps().autocommit() as connection:
            items = queries.own(connection, current_actor(), now=deps().now())
        return {"items": items, "next_cursor": None}

    @public
    @refusals(401, 429)
    @BLUEPRINT.arguments(LogInBody)
    @BLUEPRINT.response(201, TokensAnswer)
    def post(self, body: dict[str, Any]) -> Tokens:
        """Log in."""
        proof = Proof(body["login"], body["password"], body["totp"])
        asking = caller("office", body["device_token"])
        return or_not_logged_in(lambda: log_in_user(deps(), proof, body["device"], asking))


@BLUEPRINT.route("/sessions/refresh")
class Refresh(MethodView):
    """Exchanges of refresh tokens."""

    @public
    @refusals(401, 429)
    @BLUEPRINT.arguments(RefreshBody)
    @BLUEPRINT.response(200, TokensAnswer)
    def post(self, body: dict[str, Any]) -> Tokens:
        """Exchange a refresh token for the next pair, once; a second time ends all log-ins of the device."""
        return or_not_logged_in(lambda: refresh(deps(), "office", body["refresh_token"], caller("office")))


@BLUEPRINT.route("/sessions/current")
class Current(MethodView):
    """The log-in that asks."""

    @office("self.secure")
    @BLUEPRINT.response(204)
    def delete(self) -> None:
        """Log out: the tokens end, and nothing more is pushed to the device."""
        with deps().transaction() as tx:
            end_session(tx, current_actor(), now=deps().now())


@BLUEPRINT.route("/sessions/others")
class Others(MethodView):
    """One's other log-ins."""

    @office("self.secure")
    @BLUEPRINT.response(204)
    def delete(self) -> None:
        """End every log-in of one's own but this one."""
        with deps().transaction() as tx:
            end_other_sessions(tx, current_actor(), now=deps().now())


@BLUEPRINT.route("/sessions/<uuid:session_id>")
class Session(MethodView):
    """One of one's own log-ins."""

    @office("self.secure")
    @refusals(404)
    @BLUEPRINT.response(204)
    def delete(self, session_id: UUID) -> None:
        """End one of one's own log-ins, such as on a phone that was lost."""
        with deps().transaction() as tx:
            end_own_session(tx, current_actor(), session_id, now=deps().now())
