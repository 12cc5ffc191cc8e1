"""One's own second factor, and its reset by an admin."""

from typing import Any
from uuid import UUID

from flask import request
from flask.views import MethodView
from marshmallow import fields

from app.access.own_account import confirm_second_factor, offer_second_factor, picture_of
from app.actions.enrol_totp import reset_totp
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, text
from app.api.refusals import refusals
from app.queries import second_factor as queries
from app.queries.second_factor import SecondFactorView

BLUEPRINT = Blueprint("office_totp", __name__, description="动态验证码")

LONGEST_CODE = 64


class StateAnswer(Body):
    """Whether a log-in of one's own asks for a code."""

    since = Instant(required=True, allow_none=True, metadata={"description": "null: not yet."})
    codes_left = fields.Integer(required=True, metadata={"description": "Recovery codes that were not used."})


class OfferBody(Body):
    """The password, and a code where there is a second factor already."""

    password = text(128, required=True, load_only=True)
    totp = text(LONGEST_CODE, load_default=None, allow_none=True)


class OfferAnswer(Body):
    """What an authenticator takes. It is shown once."""

    secret = fields.String(required=True, metadata={"description": "Base32, to be typed."})
    address = fields.String(required=True, metadata={"description": "The otpauth: address in the picture."})
    picture = fields.String(required=True, metadata={"description": "A square code as SVG, to be scanned."})


class CodeBody(Body):
    """Six digits of the authenticator."""

    totp = text(LONGEST_CODE, required=True)


class RecoveryAnswer(Body):
    """Codes for the day on which the phone is lost: shown once, each opens once, and earlier ones open no more."""

    recovery_codes = fields.List(fields.String(), required=True)


@BLUEPRINT.route("/me/totp")
class OwnTotp(MethodView):
    """One's own second factor."""

    @office("self.secure")
    @BLUEPRINT.response(200, StateAnswer)
    def get(self) -> SecondFactorView:
        """Whether a log-in asks for a code."""
        with deps().autocommit() as connection:
            return queries.own(connection, current_actor())

    @office("self.secure")
    @refusals(429)
    @BLUEPRINT.arguments(OfferBody)
    @BLUEPRINT.response(200, OfferAnswer)
    def post(self, body: dict[str, Any]) -> dict[str, str]:
        """Begin: a secret for the authenticator. The one until now counts until the new one is confirmed."""
        address = request.remote_addr or ""
        offer = offer_second_factor(deps(), current_actor(), body["password"], body["totp"], address)
        return {"secret": offer.secret, "address": offer.address, "picture": picture_of(offer)}


@BLUEPRINT.route("/me/totp/confirm")
class Confirmation(MethodView):
    """The first code."""

    @office("self.secure")
    @refusals(409)
    @BLUEPRINT.arguments(CodeBody)
    @BLUEPRINT.response(200, RecoveryAnswer)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Finish: from now on a log-in asks for a code. One's other log-ins end."""
        return {"recovery_codes": confirm_second_factor(deps(), current_actor(), body["totp"])}


@BLUEPRINT.route("/users/<uuid:user_id>/totp/reset")
class Reset(MethodView):
    """The second factor of somebody whose phone is lost."""

    @office("users.change")
    @refusals(404, 409)
    @BLUEPRINT.response(204)
    def post(self, user_id: UUID) -> None:
        """Take it away; every log-in of the user ends. Not one's own."""
        with deps().transaction() as tx:
            reset_totp(tx, current_actor(), user_id, now=deps().now())
