"""The subject's own file."""

from typing import Any

from flask import request
from flask.views import MethodView
from marshmallow import fields

from app.access.own_account import change_password
from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.refusals import refusals
from app.queries.own_file import OwnFile, own_file
from app.rules.bounds import ZoneKind
from app.rules.facts import Category, Ground, SupervisionClass

BLUEPRINT = Blueprint("mobile_me", __name__, description="我的档案")


class ContactAnswer(Body):
    """Whom to call."""

    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)


class OwnOrderAnswer(Body):
    """The electronic positioning order in force."""

    ground = choice(Ground, required=True)
    ground_text = fields.String(required=True)
    from_at = Instant(required=True, data_key="from")
    until = Instant(required=True)


class OwnHoursAnswer(Body):
    """A weekly window, local; over midnight where `to` is before `from`."""

    weekdays = fields.List(fields.Integer(), required=True, metadata={"description": "1 is Monday."})
    from_time = fields.String(required=True, data_key="from", attribute="from")
    to_time = fields.String(required=True, data_key="to", attribute="to")


class OwnCircleAnswer(Body):
    """A circle in WGS-84."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    radius_m = fields.Float(required=True)


class OwnZoneAnswer(Body):
    """A place not to be entered, or to stay in; now or later."""

    id = fields.UUID(required=True)
    kind = choice(ZoneKind, required=True)
    name = fields.String(required=True)
    from_at = Instant(required=True, data_key="from")
    until = Instant(required=True, allow_none=True, data_key="to")
    hours = fields.List(
        fields.Nested(OwnHoursAnswer), required=True, metadata={"description": "When it holds; empty: all day."}
    )
    circle = fields.Nested(OwnCircleAnswer, required=True, allow_none=True)
    geometry = fields.Raw(
        required=True, metadata={"description": "GeoJSON in WGS-84, also of a circle.", "type": "object"}
    )
    document_no = fields.String(required=True, allow_none=True, metadata={"description": "Of the court's order."})
    article = fields.String(required=True, allow_none=True)


class MeAnswer(Body):
    """The own file, as the law lets the person see it."""

    subject_no = fields.String(required=True)
    name = fields.String(required=True)
    category = choice(Category, required=True)
    category_text = fields.String(required=True)
    class_ = choice(SupervisionClass, required=True, allow_none=True, data_key="class")
    class_text = fields.String(required=True, allow_none=True)
    term_from = fields.Date(required=True, allow_none=True)
    term_to = fields.Date(required=True, allow_none=True)
    days_left = fields.Integer(required=True, allow_none=True)
    office = fields.Nested(ContactAnswer, required=True)
    county = fields.Nested(ContactAnswer, required=True, allow_none=True)
    officer = fields.Nested(ContactAnswer, required=True, allow_none=True)
    permitted_area = fields.String(
        required=True, allow_none=True, metadata={"description": "The area not to be left without leave."}
    )
    positioning_order = fields.Nested(OwnOrderAnswer, required=True, allow_none=True)
    zones = fields.List(fields.Nested(OwnZoneAnswer), required=True)
    rules = fields.List(
        fields.String(), required=True, metadata={"description": "What the class asks for, in sentences."}
    )
    rights = fields.List(fields.String(), required=True)
    as_of = Instant(required=True)


@BLUEPRINT.route("/me")
class Me(MethodView):
    """The own file."""

    @phone
    @BLUEPRINT.response(200, MeAnswer)
    def get(self) -> OwnFile:
        """Category, class, term, whom to call, the rules in force in words, and one's rights."""
        with deps().autocommit() as connection:
            return own_file(connection, current_actor(), now=deps().now())


class OwnPasswordBody(Body):
    """The password until now, and the new one."""

    password = text(128, required=True, load_only=True)
    new_password = text(128, required=True, load_only=True)


@BLUEPRINT.route("/me/password")
class OwnPassword(MethodView):
    """One's own password."""

    @phone
    @refusals(429)
    @BLUEPRINT.arguments(OwnPasswordBody)
    @BLUEPRINT.response(204)
    def post(self, body: dict[str, Any]) -> None:
        """Change one's own password. The log-in ends and the phone stays bound: log in with the new one."""
        address = request.remote_addr or ""
        change_password(deps(), current_actor(), body["password"], body["new_password"], address)
