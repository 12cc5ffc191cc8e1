"""Who looked at one's own data: time, what, from which office and role [PIPL 44, 45]."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, LocalMonth, choice
from app.api.paging import PageArgs, next_cursor
from app.queries.access_log import own_sheet
from app.rules.access_log import READS, Month
from app.rules.facts import Role
from app.rules.wording.access_log import act_word

BLUEPRINT = Blueprint("mobile_access_log", __name__, description="谁看过我的信息")


class OwnMonthArgs(PageArgs):
    """Which month; without one the present one."""

    month = LocalMonth(load_default=None)


class OwnPostAnswer(Body):
    """The office and role of whoever looked."""

    office = fields.String(required=True)
    role = choice(Role, required=True)


class OwnReadingAnswer(Body):
    """One reading. Who exactly looked, and why, the office tells on request."""

    at = Instant(required=True)
    action = choice(READS, required=True)
    text = fields.String(required=True, metadata={"description": "What was looked at, in words."})
    posts = fields.List(fields.Nested(OwnPostAnswer), required=True)


class OwnAccessLogAnswer(Body):
    """A month, the latest reading first."""

    month = fields.String(required=True)
    total = fields.Integer(required=True)
    items = fields.List(fields.Nested(OwnReadingAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


@BLUEPRINT.route("/me/access-log")
class OwnAccessLog(MethodView):
    """Readings of the own data."""

    @phone
    @BLUEPRINT.arguments(OwnMonthArgs, location="query")
    @BLUEPRINT.response(200, OwnAccessLogAnswer)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """When somebody looked at file, places, photos or identity number, and from which office."""
        month = args["month"] or Month.containing(deps().now())
        with deps().autocommit() as connection:
            found = own_sheet(connection, current_actor(), month, after=args["cursor"], limit=args["limit"])
        items = [
            {
                "at": one.at,
                "action": one.action,
                "text": act_word(one.action),
                "posts": [post._asdict() for post in one.posts],
            }
            for one in found.page.items
        ]
        return {
            "month": str(month),
            "total": found.total,
            "items": items,
            "next_cursor": next_cursor(found.page.next_key),
        }
