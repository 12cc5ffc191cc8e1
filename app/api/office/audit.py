"""Who did what, and who looked at whom: for county, city and procurators. Reading it is itself recorded."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import ValidationError, fields, validates_schema

from app.actions.note_reading import note_reading
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, LocalMonth, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries.access_log import sheet
from app.queries.acts import Act
from app.queries.audit_log import Wanted, audit_log
from app.rules.access_log import READS, Month
from app.rules.facts import Role
from app.rules.wording.access_log import act_word, shown_of

BLUEPRINT = Blueprint("office_audit", __name__, description="操作记录")

LONGEST_DAYS = 366


class MonthArgs(PageArgs):
    """Which month; without one the present one."""

    month = LocalMonth(load_default=None)


class LogArgs(PageArgs):
    """Which acts: from `from` until `to`, at most 366 days; without them those of the present month."""

    from_at = Instant(data_key="from", load_default=None)
    until = Instant(data_key="to", load_default=None, metadata={"description": "Exclusive."})
    subject_id = fields.UUID(load_default=None)
    actor_id = fields.UUID(load_default=None)
    action = text(60, load_default=None, metadata={"description": "Such as tracks.read."})

    @validates_schema
    def refuse_unfit_time(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse one end without the other, a stretch that ends before it begins, or is longer than a year."""
        from_at, until = data["from_at"], data["until"]
        if (from_at is None) != (until is None) or (from_at is not None and until < from_at):
            raise ValidationError("days_reversed", "to")
        if from_at is not None and (until - from_at).days > LONGEST_DAYS:
            raise ValidationError("longer_than_a_year", "to")


class PostAnswer(Body):
    """A role in an office, held when the act was done."""

    office = fields.String(required=True)
    role = choice(Role, required=True)


class ActAnswer(Body):
    """One act. The sentences are for people; `action`, `details` and ids for programs."""

    id = fields.Integer(required=True)
    at = Instant(required=True)
    action = fields.String(required=True)
    action_text = fields.String(required=True)
    actor_kind = fields.String(required=True, metadata={"description": "user, subject or job."})
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_name = fields.String(required=True, allow_none=True)
    posts = fields.List(fields.Nested(PostAnswer), required=True)
    object_kind = fields.String(required=True, allow_none=True)
    object_id = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    details = fields.Dict(required=True)
    shown = fields.String(required=True, allow_none=True, metadata={"description": "What exactly was shown."})


class LoggedActAnswer(ActAnswer):
    """An act of the log, and whom it was about. The name of a minor is open to the assigned office alone."""

    subject_id = fields.UUID(required=True, allow_none=True)
    subject_name = fields.String(required=True, allow_none=True)
    minor = fields.Boolean(required=True)


class ReadingAnswer(ActAnswer):
    """One reading of a subject's data."""

    action = choice(READS, required=True)


class AccessLogAnswer(Body):
    """Who looked at one subject's data in a month, the latest first."""

    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    month = fields.String(required=True)
    total = fields.Integer(required=True, metadata={"description": "All readings of the month."})
    people = fields.Integer(required=True, metadata={"description": "How many different people looked."})
    items = fields.List(fields.Nested(ReadingAnswer), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


@BLUEPRINT.route("/audit-log")
class AuditLog(MethodView):
    """What was done about subjects within reach, and by people of the own offices."""

    @office("audit.read")
    @BLUEPRINT.arguments(LogArgs, location="query")
    @BLUEPRINT.response(200, page_of(LoggedActAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Acts, the latest first. That this was looked at is recorded, too."""
        now, actor = deps().now(), current_actor()
        month = Month.containing(now)
        from_at, until = args["from_at"] or month.from_at, args["until"] or month.until
        wanted = Wanted(from_at, until, args["subject_id"], args["actor_id"], args["action"])
        with deps().transaction() as tx:
            found = audit_log(tx, actor, wanted, after=args["cursor"], limit=args["limit"])
            details = {"from": from_at.isoformat(), "to": until.isoformat(), "action": wanted.action}
            note_reading(tx, actor, "audit.read", None, now=now, details=details)
        items = [
            _act(row.act) | {"subject_id": row.subject_id, "subject_name": row.subject_name, "minor": row.minor}
            for row in found.items
        ]
        return {"items": items, "next_cursor": next_cursor(found.next_key)}


@BLUEPRINT.route("/subjects/<uuid:subject_id>/access-log")
class AccessLog(MethodView):
    """Who looked at one subject's data."""

    @office("access_log.read")
    @refusals(404)
    @BLUEPRINT.arguments(MonthArgs, location="query")
    @BLUEPRINT.response(200, AccessLogAnswer)
    def get(self, args: dict[str, Any], subject_id: UUID) -> dict[str, Any]:
        """The sheet of one month: file, places, photos, identity number; by whom, when and why."""
        now, actor = deps().now(), current_actor()
        month = args["month"] or Month.containing(now)
        with deps().transaction() as tx:
            found = sheet(tx, actor, subject_id, month, after=args["cursor"], limit=args["limit"])
            note_reading(tx, actor, "access_log.read", subject_id, now=now, details={"month": str(month)})
        return {
            "subject_id": found.subject_id,
            "subject_no": found.subject_no,
            "subject_name": found.subject_name,
            "month": str(month),
            "total": found.total,
            "people": found.people,
            "items": [_act(act) for act in found.page.items],
            "next_cursor": next_cursor(found.page.next_key),
        }


def _act(act: Act) -> dict[str, Any]:
    return {
        **asdict(act),
        "posts": [post._asdict() for post in act.posts],
        "action_text": act_word(act.action),
        "shown": shown_of(act.action, act.details),
    }
