"""四知道: what is known of a person, how fresh it is, what was learned or verified, and what sources differ on."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields, validate

from app.actions.note_reading import note_reading
from app.actions.record_facts import record_facts, settle_fact
from app.actions.reveal_facts import reveal_facts
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.office.known_fact_answers import ContradictedAnswer, KeptStatementAnswer, KnowledgeAnswer
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries.known_fact_lists import contradictions, history
from app.queries.known_facts import Knowledge, known_facts
from app.rules.effects.known_facts import How, Source
from app.rules.facts import About
from app.rules.known_facts import BY_CODE, NewCheck, Settlement, Told

BLUEPRINT = Blueprint("office_known_facts", __name__, description="四知道")

MOST_TOLD = 30
EVIDENCE = ("visit", "talk")


class ToldBody(Body):
    """One field of a check."""

    field = choice(BY_CODE, required=True)
    value = text(
        500,
        load_default=None,
        allow_none=True,
        metadata={"description": "Words, or one of a closed set; null where the value stands in the file itself."},
    )
    contact = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "Whose test: the key of a contact."}
    )
    held = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "What stood in the file when it was looked at: 409 where that has changed since."},
    )
    note = text(500, load_default=None, allow_none=True)


class EvidenceBody(Body):
    """What the check rests on."""

    kind = choice(EVIDENCE, required=True)
    id = fields.UUID(required=True)


class CheckBody(Body):
    """What was learned or verified in one go. `settle` tells why this counts where others said otherwise."""

    id = fields.UUID(required=True)
    happened_at = Instant(required=True)
    source = choice(Source, required=True)
    said_by = text(100, load_default=None, allow_none=True)
    how = choice(How, required=True)
    evidence = fields.Nested(EvidenceBody, load_default=None, allow_none=True)
    note = text(500, load_default=None, allow_none=True)
    settle = text(500, load_default=None, allow_none=True)
    facts = fields.List(fields.Nested(ToldBody), required=True, validate=validate.Length(min=1, max=MOST_TOLD))


class SettlementBody(Body):
    """Which of several statements counts, and why."""

    id = fields.UUID(required=True)
    field = choice(BY_CODE, required=True)
    chosen = fields.UUID(required=True, metadata={"description": "The id of the statement that counts."})
    reason = text(500, required=True)


class RevealFactsBody(Body):
    """Why what is sealed is opened."""

    reason = text(500, required=True)


class HistoryArgs(PageArgs):
    """Of which field."""

    field = choice(BY_CODE, load_default=None)


@BLUEPRINT.route("/subjects/<uuid:subject_id>/facts")
class Facts(MethodView):
    """What is known of one person."""

    @office("facts.read")
    @refusals(404)
    @BLUEPRINT.response(200, KnowledgeAnswer)
    def get(self, subject_id: UUID) -> Knowledge:
        """Every field as it stands: known, stale, not verified, missing, or told in two ways. Recorded."""
        actor, now = current_actor(), deps().now()
        with deps().transaction() as tx:
            shown = known_facts(tx, actor, subject_id, now=now)
            note_reading(tx, actor, "facts.read", subject_id, now=now)
        return shown

    @office("facts.record")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(CheckBody)
    @BLUEPRINT.response(201, KnowledgeAnswer)
    @BLUEPRINT.alt_response(200, schema=KnowledgeAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], subject_id: UUID) -> tuple[Knowledge, int]:
        """Keep what was learned or verified. Nothing is overwritten; a duty whose item is verified is fulfilled."""
        new = _check(body)
        with deps().transaction() as tx:
            first = record_facts(tx, current_actor(), subject_id, new, now=deps().now())
            shown = known_facts(tx, current_actor(), subject_id, now=deps().now())
        return shown, 201 if first else 200


@BLUEPRINT.route("/subjects/<uuid:subject_id>/facts/settlements")
class Settlements(MethodView):
    """An officer's decisions between statements that differ."""

    @office("facts.settle")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(SettlementBody)
    @BLUEPRINT.response(201, KnowledgeAnswer)
    @BLUEPRINT.alt_response(200, schema=KnowledgeAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], subject_id: UUID) -> tuple[Knowledge, int]:
        """Let one statement count; the others stay on record."""
        chosen = Settlement(**body, body_hash=body_hash())
        with deps().transaction() as tx:
            first = settle_fact(tx, current_actor(), subject_id, chosen, now=deps().now())
            shown = known_facts(tx, current_actor(), subject_id, now=deps().now())
        return shown, 201 if first else 200


@BLUEPRINT.route("/subjects/<uuid:subject_id>/facts/reveal")
class RevealFacts(MethodView):
    """What is shown for a reason only."""

    @office("facts.reveal")
    @refusals(404)
    @BLUEPRINT.arguments(RevealFactsBody)
    @BLUEPRINT.response(200, KnowledgeAnswer)
    def post(self, body: dict[str, Any], subject_id: UUID) -> Knowledge:
        """The same with sensitive fields, and for those above the office with what is sealed of a minor. Recorded."""
        with deps().transaction() as tx:
            reveal_facts(tx, current_actor(), subject_id, body["reason"], now=deps().now())
            return known_facts(tx, current_actor(), subject_id, now=deps().now(), opened=True)


@BLUEPRINT.route("/subjects/<uuid:subject_id>/facts/history")
class FactHistory(MethodView):
    """Everything that was ever kept."""

    @office("facts.read")
    @refusals(404, 422)
    @BLUEPRINT.arguments(HistoryArgs, location="query")
    @BLUEPRINT.response(200, page_of(KeptStatementAnswer))
    def get(self, args: dict[str, Any], subject_id: UUID) -> dict[str, Any]:
        """The last written first, with what took the place of what. Recorded."""
        actor, now = current_actor(), deps().now()
        with deps().transaction() as tx:
            page = history(tx, actor, subject_id, field=args["field"], after=args["cursor"], limit=args["limit"])
            note_reading(tx, actor, "facts.read", subject_id, now=now)
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/facts/contradictions")
class Contradictions(MethodView):
    """People of whom sources say different things."""

    @office("facts.read")
    @refusals(422)
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(ContradictedAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """By number, with the fields on which they differ; what was said is read at each person."""
        with deps().autocommit() as connection:
            page = contradictions(connection, current_actor(), after=args["cursor"], limit=args["limit"])
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}


def _check(body: dict[str, Any]) -> NewCheck:
    evidence = body["evidence"]
    return NewCheck(
        id=body["id"],
        happened_at=body["happened_at"],
        source=Source(body["source"]),
        how=How(body["how"]),
        told=tuple(
            Told(each["field"], each["value"], each["contact"] or each["held"], each["note"]) for each in body["facts"]
        ),
        body_hash=body_hash(),
        said_by=body["said_by"],
        evidence=About(evidence["kind"], evidence["id"]) if evidence else None,
        note=body["note"],
        settle=body["settle"],
    )
