"""The user's own notices: alerts that came to them, offices without anybody on duty."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.take_notices import read_notice
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant
from app.api.long_poll import Handed, NoticeArgs, handed_out
from app.api.refusals import refusals
from app.queries.notices import NoticeView, notice

BLUEPRINT = Blueprint("office_notices", __name__, description="通知")


class NoticeAnswer(Body):
    """One notice. Of an alert, `about_id` leads to `/alerts/{id}`."""

    id = fields.UUID(required=True, metadata={"description": "The `n` of the push that tells of it."})
    seq = fields.Integer(required=True)
    created_at = Instant(required=True)
    read_at = Instant(required=True, allow_none=True)
    about_kind = fields.String(required=True, metadata={"description": "Such as `alert`, `office`."})
    about_id = fields.UUID(required=True)
    step = fields.String(required=True, metadata={"description": "Of an alert: number of the occurrence and level."})
    code = fields.String(required=True, metadata={"description": "Stable, English."})
    text = fields.String(required=True, metadata={"description": "One Chinese sentence."})
    subject_id = fields.UUID(required=True, allow_none=True)
    subject_name = fields.String(required=True, allow_none=True)


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

    @office("notices.read")
    @BLUEPRINT.arguments(NoticeArgs, location="query")
    @BLUEPRINT.response(200, NoticesAnswer)
    def get(self, args: dict[str, Any]) -> Handed:
        """Everything unread; with `wait` or `after` only what is new, for which the service waits up to 25 s."""
        return handed_out(args)


@BLUEPRINT.route("/notices/<uuid:notice_id>/read")
class Read(MethodView):
    """One own notice."""

    @office("notices.read")
    @refusals(404)
    @BLUEPRINT.response(200, NoticeAnswer)
    def post(self, notice_id: UUID) -> NoticeView | None:
        """The user has read it. Again changes nothing."""
        with deps().transaction() as tx:
            read_notice(tx, current_actor(), notice_id, now=deps().now())
            return notice(tx, current_actor(), notice_id)
