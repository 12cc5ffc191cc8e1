"""Patterns of check-ins that ask a person to look, and what officers note of them. None is a finding."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.note_pattern import note_pattern
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import patterns as queries
from app.rules.patterns import USUAL_DAYS, NewNote, Pattern
from app.rules.wording import sentence

BLUEPRINT = Blueprint("office_patterns", __name__, description="签到情况提示")


class PatternArgs(PageArgs):
    """Of how many days."""

    days = fields.Integer(load_default=USUAL_DAYS, metadata={"description": "14 to 60."})


class SeenAnswer(Body):
    """One pattern. It tells what was seen and what else may explain it."""

    pattern = choice(Pattern, required=True)
    why = fields.String(required=True, metadata={"description": "Chinese, in plain words."})
    other_id = fields.UUID(required=True, allow_none=True)
    other_name = fields.String(required=True, allow_none=True)


class NoteAnswer(Body):
    """What an officer noted when looking at it, and what the person said."""

    pattern = choice(Pattern, required=True)
    noted_at = Instant(required=True)
    noted_by_name = fields.String(required=True)
    note = fields.String(required=True, allow_none=True, metadata={"description": "Null where sealed."})
    answer = fields.String(required=True, allow_none=True)


class PersonAnswer(Body):
    """One person with what stands out."""

    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    office_id = fields.UUID(required=True)
    patterns = fields.List(fields.Nested(SeenAnswer), required=True)
    notes = fields.List(fields.Nested(NoteAnswer), required=True)


class NoteBody(Body):
    """What was found when looking."""

    id = fields.UUID(required=True)
    pattern = choice(Pattern, required=True)
    note = text(1000, required=True, metadata={"description": "Own words; no names of other people."})
    answer = text(
        1000, load_default=None, allow_none=True, metadata={"description": "What the person said, written down."}
    )


class NotedAnswer(Body):
    """A note that is on disk."""

    id = fields.UUID(required=True)


@BLUEPRINT.route("/patterns")
class Patterns(MethodView):
    """People whose check-ins follow a pattern."""

    @office("patterns.read")
    @refusals(422)
    @BLUEPRINT.arguments(PatternArgs, location="query")
    @BLUEPRINT.response(200, page_of(PersonAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Whom to look at, by number of the file. Computed anew from the tries of the last days; nothing is stored."""
        with deps().autocommit() as connection:
            page = queries.people(
                connection,
                current_actor(),
                days=args["days"],
                now=deps().now(),
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": [_answer(person) for person in page.items], "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/patterns/<uuid:subject_id>/notes")
class PatternNotes(MethodView):
    """Notes of one person's patterns."""

    @office("patterns.note")
    @refusals(404, 409)
    @BLUEPRINT.arguments(NoteBody)
    @BLUEPRINT.response(201, NotedAnswer)
    @BLUEPRINT.alt_response(200, schema=NotedAnswer, description="Repeated: the same note.")
    def post(self, body: dict[str, Any], subject_id: UUID) -> tuple[dict[str, Any], int]:
        """Write one down. Nothing follows from it."""
        note = NewNote(
            id=body["id"],
            subject_id=subject_id,
            pattern=Pattern(body["pattern"]),
            note=body["note"],
            answer=body["answer"],
            body_hash=body_hash(),
        )
        with deps().transaction() as tx:
            first = note_pattern(tx, current_actor(), note, now=deps().now())
        return {"id": note.id}, 201 if first else 200


def _answer(person: queries.PersonSeen) -> dict[str, Any]:
    seen = [{**vars(each), "why": sentence(each.why.code, dict(each.why.params))} for each in person.patterns]
    return {**vars(person), "patterns": seen}
