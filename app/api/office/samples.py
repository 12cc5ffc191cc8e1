"""Samples of records (抽检): drawn by lot, looked at one by one, asked about, answered, closed."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.sample_records import add_to_sampled, answer_sampled, draw_sample, look_at_sampled
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Day, Instant, choice, text, whole
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import samples as queries
from app.rules.facts import Role
from app.rules.sampling import MOST, EntryKind, NewEntry, NewSample, SampledState, Span

BLUEPRINT = Blueprint("office_samples", __name__, description="抽检")


class SampleAnswer(Body):
    """One draw. Whoever has the seed can draw it again: records in the order of SHA-256 of `seed|record_id`."""

    id = fields.UUID(required=True)
    seed = fields.String(required=True, metadata={"description": "Made by the service when it was drawn."})
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    officer_id = fields.UUID(required=True, allow_none=True)
    officer_name = fields.String(required=True, allow_none=True)
    item = fields.String(required=True, allow_none=True)
    from_day = Day(required=True)
    to_day = Day(required=True)
    size = fields.Integer(required=True)
    population = fields.Integer(required=True, metadata={"description": "How many records it was drawn from."})
    drawn = fields.Integer(required=True)
    closed = fields.Integer(required=True)
    why = fields.String(required=True)
    drawn_by_name = fields.String(required=True)
    drawn_at = Instant(required=True)


class SampleEntryAnswer(Body):
    """What somebody did about a drawn record."""

    id = fields.UUID(required=True)
    kind = choice(EntryKind, required=True)
    at = Instant(required=True)
    by_name = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)


class SampledAnswer(Body):
    """One drawn record."""

    sample_id = fields.UUID(required=True)
    record_id = fields.UUID(required=True)
    n = fields.Integer(required=True)
    kind = fields.String(required=True)
    items = fields.List(fields.String(), required=True)
    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    office_name = fields.String(required=True)
    officer_name = fields.String(required=True)
    happened_at = Instant(required=True)
    written_at = Instant(required=True)
    proof = fields.String(required=True, allow_none=True)
    state = choice(SampledState, required=True)
    entries = fields.List(fields.Nested(SampleEntryAnswer), required=True)


class WholeSampledAnswer(SampledAnswer):
    """One drawn record with what it says."""

    note = fields.String(required=True, allow_none=True, metadata={"description": "Null where sealed."})


class WholeSampleAnswer(Body):
    """A draw with its records; what they say is told where each is looked at."""

    sample = fields.Nested(SampleAnswer, required=True)
    records = fields.List(fields.Nested(SampledAnswer), required=True)


class QuestionsAnswer(Body):
    """Drawn records that wait for an answer."""

    items = fields.List(fields.Nested(WholeSampledAnswer), required=True)


class SampleBody(Body):
    """A draw."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    officer_id = fields.UUID(load_default=None, allow_none=True)
    item = text(20, load_default=None, allow_none=True)
    from_day = Day(required=True)
    to_day = Day(required=True)
    size = whole(1, MOST, required=True)
    why = text(500, required=True)


class SampleEntryBody(Body):
    """A note, a question, or the closing word."""

    id = fields.UUID(required=True)
    kind = choice([EntryKind.NOTE, EntryKind.QUESTION, EntryKind.CLOSED], required=True)
    note = text(1000, required=True)


class SampleReplyBody(Body):
    """An answer."""

    id = fields.UUID(required=True)
    note = text(1000, required=True)


@BLUEPRINT.route("/samples")
class Samples(MethodView):
    """Samples of offices within reach."""

    @office("samples.read")
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(SampleAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The last drawn first."""
        with deps().autocommit() as connection:
            page = queries.samples(connection, current_actor(), after=args["cursor"], limit=args["limit"])
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("samples.draw")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(SampleBody)
    @BLUEPRINT.response(201, SampleAnswer)
    @BLUEPRINT.alt_response(200, schema=SampleAnswer, description="Repeated: as it stands now.", success=True)
    def post(self, body: dict[str, Any]) -> tuple[queries.SampleView, int]:
        """Draw one. Every draw stays on record, also one that nobody looks at."""
        span = Span(body.pop("from_day"), body.pop("to_day"))
        with deps().transaction() as tx:
            new = NewSample(span=span, body_hash=body_hash(), **body)
            key = deps().settings.window_secret
            first = draw_sample(tx, current_actor(), new, key, now=deps().now())
            return queries.sample(tx, current_actor(), new.id), 201 if first else 200


@BLUEPRINT.route("/samples/<uuid:sample_id>")
class Sample(MethodView):
    """One sample."""

    @office("samples.read")
    @refusals(404)
    @BLUEPRINT.response(200, WholeSampleAnswer)
    def get(self, sample_id: UUID) -> dict[str, Any]:
        """With the records in the order in which they were drawn."""
        with deps().autocommit() as connection:
            return {
                "sample": queries.sample(connection, current_actor(), sample_id),
                "records": queries.drawn(connection, current_actor(), sample_id),
            }


@BLUEPRINT.route("/samples/<uuid:sample_id>/records/<uuid:record_id>")
class SampledRecord(MethodView):
    """One drawn record."""

    @office("samples.read")
    @refusals(404)
    @BLUEPRINT.response(200, WholeSampledAnswer)
    def get(self, sample_id: UUID, record_id: UUID) -> queries.SampledView:
        """Look at it: that is on record."""
        with deps().transaction() as tx:
            look_at_sampled(tx, current_actor(), sample_id, record_id, noted=works_on_it(), now=deps().now())
            return queries.one_drawn(tx, current_actor(), sample_id, record_id)


@BLUEPRINT.route("/samples/<uuid:sample_id>/records/<uuid:record_id>/entries")
class SampledEntries(MethodView):
    """What supervisors do about a drawn record."""

    @office("samples.draw")
    @refusals(404, 409)
    @BLUEPRINT.arguments(SampleEntryBody)
    @BLUEPRINT.response(201, WholeSampledAnswer)
    @BLUEPRINT.alt_response(200, schema=WholeSampledAnswer, description="Repeated: as it stands now.", success=True)
    def post(self, body: dict[str, Any], sample_id: UUID, record_id: UUID) -> tuple[queries.SampledView, int]:
        """A note, a question to whoever wrote the record, or the closing word. Only after it was looked at."""
        new = NewEntry(body["id"], EntryKind(body["kind"]), body["note"], body_hash())
        with deps().transaction() as tx:
            first = add_to_sampled(tx, current_actor(), sample_id, record_id, new, now=deps().now())
            return queries.one_drawn(tx, current_actor(), sample_id, record_id), 201 if first else 200


@BLUEPRINT.route("/sample-questions")
class Questions(MethodView):
    """Questions to the office."""

    @office("samples.answer")
    @BLUEPRINT.response(200, QuestionsAnswer)
    def get(self) -> dict[str, Any]:
        """Those that wait for an answer, about one's own records first."""
        with deps().autocommit() as connection:
            return {"items": queries.questions(connection, current_actor())}


@BLUEPRINT.route("/samples/<uuid:asked_id>/records/<uuid:asked_record_id>/answer")
class Answers(MethodView):
    """Answering a question."""

    @office("samples.answer")
    @refusals(403, 404, 409)
    @BLUEPRINT.arguments(SampleReplyBody)
    @BLUEPRINT.response(201, QuestionsAnswer)
    @BLUEPRINT.alt_response(200, schema=QuestionsAnswer, description="Repeated: what waits now.", success=True)
    def post(self, body: dict[str, Any], asked_id: UUID, asked_record_id: UUID) -> tuple[dict[str, Any], int]:
        """Whoever asked hears of it. The answer tells what waits still."""
        new = NewEntry(body["id"], EntryKind.ANSWER, body["note"], body_hash())
        with deps().transaction() as tx:
            first = answer_sampled(tx, current_actor(), asked_id, asked_record_id, new, now=deps().now())
            return {"items": queries.questions(tx, current_actor())}, 201 if first else 200


def works_on_it() -> bool:
    """Whether the user is one of those who work on samples: a procurator reads, and only the audit notes it."""
    return current_actor().has(Role.COUNTY_STAFF, Role.COUNTY_HEAD, Role.CITY_STAFF)
