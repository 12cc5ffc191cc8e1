"""Patterns of officers' records that are worth a second look, and what the officers say of them. None is a finding."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.note_record_pattern import note_record_pattern
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import record_patterns as queries
from app.rules.record_patterns import NewRecordNote, RecordPattern, Seen
from app.rules.wording import sentence

BLUEPRINT = Blueprint("office_record_patterns", __name__, description="走访谈话记录情况提示")


class SeenRecordsAnswer(Body):
    """One pattern. It tells what was seen and what else may explain it."""

    pattern = choice(RecordPattern, required=True)
    why = fields.String(required=True, metadata={"description": "Chinese, in plain words, with its numbers."})
    records = fields.List(fields.UUID(), required=True, metadata={"description": "Which visits and talks."})


class SaidAnswer(Body):
    """What the officer answered, or a supervisor noted."""

    pattern = choice(RecordPattern, required=True)
    noted_at = Instant(required=True)
    noted_by_name = fields.String(required=True)
    own = fields.Boolean(required=True, metadata={"description": "By the officer whose records they are."})
    note = fields.String(required=True)


class OfficerAnswer(Body):
    """One officer with what stands out."""

    officer_id = fields.UUID(required=True)
    officer_name = fields.String(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    patterns = fields.List(fields.Nested(SeenRecordsAnswer), required=True)
    said = fields.List(fields.Nested(SaidAnswer), required=True)


class RecordNoteBody(Body):
    """What is said of it."""

    id = fields.UUID(required=True)
    pattern = choice(RecordPattern, required=True)
    note = text(1000, required=True, metadata={"description": "Own words; no names of other people."})


class RecordNotedAnswer(Body):
    """A note that is on disk."""

    id = fields.UUID(required=True)


@BLUEPRINT.route("/record-patterns")
class RecordPatterns(MethodView):
    """Officers whose records follow a pattern."""

    @office("record_patterns.read")
    @refusals(422)
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(OfficerAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """By office and officer. Computed anew from the records of the last days; an officer sees the own alone."""
        with deps().autocommit() as connection:
            page = queries.officers(
                connection, current_actor(), now=deps().now(), after=args["cursor"], limit=args["limit"]
            )
        return {"items": [_answer(one) for one in page.items], "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/record-patterns/<uuid:user_id>/notes")
class RecordPatternNotes(MethodView):
    """What is said of one officer's patterns."""

    @office("record_patterns.note")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RecordNoteBody)
    @BLUEPRINT.response(201, RecordNotedAnswer)
    @BLUEPRINT.alt_response(200, schema=RecordNotedAnswer, description="Repeated: the same note.")
    def post(self, body: dict[str, Any], user_id: UUID) -> tuple[dict[str, Any], int]:
        """Answer for oneself, or note what was found when looking. Nothing follows from it."""
        note = NewRecordNote(body["id"], user_id, RecordPattern(body["pattern"]), body["note"], body_hash())
        with deps().transaction() as tx:
            first = note_record_pattern(tx, current_actor(), note, now=deps().now())
        return {"id": note.id}, 201 if first else 200


def _answer(one: queries.OfficerSeen) -> dict[str, Any]:
    names = ("officer_id", "officer_name", "office_id", "office_name")
    shown = {name: getattr(one, name) for name in names}
    return {**shown, "patterns": [_seen(each) for each in one.patterns], "said": [vars(each) for each in one.said]}


def _seen(seen: Seen) -> dict[str, Any]:
    why = sentence(seen.why.code, dict(seen.why.params))
    return {"pattern": seen.pattern.value, "why": why, "records": list(seen.records)}
