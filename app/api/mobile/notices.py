"""The subject's notices: opened windows, reminders, and whatever else concerns them."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.take_notices import read_notice
from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant
from app.api.long_poll import Handed, NoticeArgs, handed_out
from app.api.refusals import refusals
from app.queries.notices import NoticeView, notice

BLUEPRINT = Blueprint("mobile_notices", __name__, description="通知")


class NoticeAnswer(Body):
    """One notice."""

    id = fields.UUID(required=True, metadata={"description": "The `n` of the push that tells of it."})
    seq = fields.Integer(required=True)
    created_at = Instant(required=True)
    read_at = Instant(required=True, allow_none=True)
    about_kind = fields.String(required=True, metadata={"description": "Such as `duty`."})
    about_id = fields.UUID(required=True)
    code = fields.String(required=True, metadata={"description": "Stable, English."})
    text = fields.String(required=True, metadata={"description": "One Chinese sentence for the subject."})


class NoticesAnswer(Body):
    """Unread notices. Go on with `after` = `next_after`; begin, and begin anew after a fault, without `wait` and it."""

    items = fields.List(fields.Nested(NoticeAnswer), required=True)
    next_after = fields.Integer(required=True)
    retry_after_s = fields.Integer(
        required=True, metadata={"description": "Above 0 where the service could not wait: ask again after that."}
    )


@BLUEPRINT.route("/notices")
class Notices(MethodView):
    """Own notices."""

    @phone
    @BLUEPRINT.arguments(NoticeArgs, location="query")
    @BLUEPRINT.response(200, NoticesAnswer)
    def get(self, args: dict[str, Any]) -> Handed:
        """Everything unread; with `wait` or `after` only what is new, for which the service waits up to 25 s."""
        return handed_out(args)


@BLUEPRINT.route("/notices/<uuid:notice_id>/read")
class Read(MethodView):
    """One own notice."""

    @phone
    @refusals(404)
    @BLUEPRINT.response(200, NoticeAnswer)
    def post(self, notice_id: UUID) -> NoticeView | None:
        """The subject has read it. Again changes nothing."""
        with deps().transaction() as tx:
            read_notice(tx, current_actor(), notice_id, now=deps().now())
            return notice(tx, current_actor(), notice_id)
