"""A subject's way through correction: class, end, identity number shown, and what happened."""

from typing import Any
from uuid import UUID, uuid5

from flask.views import MethodView
from marshmallow import fields

from app.access.table import allowed
from app.actions.change_class import ClassChange, change_class
from app.actions.change_class import Receipt as ClassReceipt
from app.actions.end_supervision import Receipt as EndReceipt
from app.actions.end_supervision import end_supervision
from app.actions.reveal_identity import reveal_identity
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries.timeline import OPENED_BY, Section, timeline
from app.rules.facts import EndReason, SupervisionClass

BLUEPRINT = Blueprint("office_supervision", __name__, description="监管过程")


class ClassChangeBody(Body):
    """Another class, and why."""

    id = fields.UUID(load_default=None, metadata={"description": "The client's, so that a repeat is known again."})
    class_ = choice(SupervisionClass, required=True, data_key="class")
    reason = text(500, required=True)
    at = Instant(load_default=None, allow_none=True, metadata={"description": "Since when; now where not given."})


class ClassChangeAnswer(Body):
    """What a change of class leaves."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    class_ = choice(SupervisionClass, required=True, data_key="class")
    at = Instant(required=True)


class EndSupervisionBody(Body):
    """Why supervision ends."""

    reason = choice(EndReason, required=True)
    note = text(500, load_default=None, allow_none=True)


class EndSupervisionAnswer(Body):
    """What an end of supervision leaves; the same at every repeat."""

    id = fields.UUID(required=True)
    ended_at = Instant(required=True)
    reason = choice(EndReason, required=True)


class RevealNumberBody(Body):
    """Why the number is looked at."""

    reason = text(500, required=True)


class IdNumberAnswer(Body):
    """The whole identity number."""

    id_number = fields.String(required=True)


class TimelineEntryAnswer(Body):
    """One thing that happened to the subject."""

    at = Instant(required=True)
    section = choice(Section, required=True)
    what = fields.String(required=True, metadata={"description": "Kind of duty, alert or record, or what changed."})
    state = fields.String(required=True, metadata={"description": "What it came to."})
    about_id = fields.UUID(required=True)
    sentence = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    actor_kind = fields.String(required=True, allow_none=True)
    actor_name = fields.String(required=True, allow_none=True)


@BLUEPRINT.route("/subjects/<uuid:subject_id>/class-change")
class ChangeClass(MethodView):
    """A change of class."""

    @office("subjects.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(ClassChangeBody)
    @BLUEPRINT.response(201, ClassChangeAnswer)
    @BLUEPRINT.alt_response(200, schema=ClassChangeAnswer, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any], subject_id: UUID) -> tuple[ClassReceipt, int]:
        """Move the subject to another class: what has opened stays, what was planned is planned anew."""
        now = deps().now()
        change_id = body["id"] or uuid5(subject_id, f"{body['class_']}|{now.isoformat()}")
        change = ClassChange(change_id, subject_id, SupervisionClass(body["class_"]), body["reason"], body["at"])
        with deps().transaction() as tx:
            receipt, created = change_class(tx, current_actor(), change, deps().settings.window_secret, now=now)
        return receipt, 201 if created else 200


@BLUEPRINT.route("/subjects/<uuid:subject_id>/end")
class End(MethodView):
    """The end of supervision."""

    @office("subjects.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(EndSupervisionBody)
    @BLUEPRINT.response(200, EndSupervisionAnswer)
    def post(self, body: dict[str, Any], subject_id: UUID) -> EndReceipt:
        """End supervision: log-in, phone, duties, collection, watching and ladders stop at once."""
        reason = EndReason(body["reason"])
        with deps().transaction() as tx:
            return end_supervision(tx, current_actor(), subject_id, reason, body["note"], now=deps().now())


@BLUEPRINT.route("/subjects/<uuid:subject_id>/id-number/reveal")
class Reveal(MethodView):
    """A look at the whole identity number."""

    @office("identity.reveal")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RevealNumberBody)
    @BLUEPRINT.response(200, IdNumberAnswer)
    def post(self, body: dict[str, Any], subject_id: UUID) -> dict[str, str]:
        """Show the number once; who looked and why is recorded before it is shown."""
        with deps().transaction() as tx:
            number = reveal_identity(tx, current_actor(), subject_id, body["reason"], deps().settings, now=deps().now())
        return {"id_number": number}


@BLUEPRINT.route("/subjects/<uuid:subject_id>/timeline")
class Timeline(MethodView):
    """What happened to a subject."""

    @office("subjects.read")
    @refusals(404)
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(TimelineEntryAnswer))
    def get(self, args: dict[str, Any], subject_id: UUID) -> dict[str, Any]:
        """What happened, the newest first, as far as each kind of entry is open to the role."""
        actor = current_actor()
        with deps().autocommit() as connection:
            page = timeline(
                connection, actor, allowed(actor, OPENED_BY), subject_id, after=args["cursor"], limit=args["limit"]
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}
