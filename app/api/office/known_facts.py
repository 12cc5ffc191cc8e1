"""四知道: what is known of a person, how fresh it is, what was learned or verified, and what sources differ on."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.note_reading import note_reading
from app.actions.record_facts import record_facts, settle_fact
from app.actions.reveal_facts import reveal_facts
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.office.known_fact_answers import ContradictedAnswer, KeptStatementAnswer, KnowledgeAnswer
from app.api.office.known_fact_bodies import CheckBody, HistoryArgs, RevealFactsBody, SettlementBody, new_check
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries.contradictions import contradictions
from app.queries.known_fact_history import history
from app.queries.known_fact_views import Knowledge
from app.queries.known_facts import known_facts
from app.rules.known_facts import Settlement

BLUEPRINT = Blueprint("office_known_facts", __name__, description="四知道")


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
        new = new_check(body)
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
