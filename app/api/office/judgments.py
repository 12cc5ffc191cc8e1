"""Judgments: notices that open intake clocks, papers, receipts of decisions, and confirmed missed intakes."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.confirm_missed_intake import Receipt as ConfirmationReceipt
from app.actions.confirm_missed_intake import confirm_missed_intake
from app.actions.notice_judgment import notice_judgment
from app.actions.receive_decision import receive_decision
from app.actions.receive_papers import receive_papers
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Day, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import judgments as queries
from app.queries.judgments import JudgmentView, State
from app.rules.facts import Category, Obligor
from app.rules.intake import Announced, Receipt, Timeliness

BLUEPRINT = Blueprint("office_judgments", __name__, description="判决通知和报到")


class AnnouncedBody(Body):
    """Whom the judgment is about. Somebody whose correction ended is known again by id or identity number."""

    id = fields.UUID(required=True)
    name = text(50, required=True)
    sex = choice(("male", "female"), load_default=None, allow_none=True)
    birth_date = Day(load_default=None, allow_none=True)
    id_number = text(18, load_default=None, allow_none=True, load_only=True)
    phone = text(32, load_default=None, allow_none=True)


class JudgmentBody(Body):
    """A judgment notice. Days that the notice names beforehand may lie ahead."""

    id = fields.UUID(required=True)
    subject = fields.Nested(AnnouncedBody, required=True)
    office_id = fields.UUID(required=True)
    category = choice(Category, required=True)
    decided_by = text(100, load_default=None, allow_none=True)
    effective_on = Day(required=True)
    received_on = Day(
        load_default=None, allow_none=True, metadata={"description": "When the handing organ got the decision."}
    )
    papers_on = Day(load_default=None, allow_none=True, metadata={"description": "When the legal papers came."})


class JudgmentReceiptAnswer(Body):
    """What a notice leaves; the same at every repeat."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    created_at = Instant(required=True)


class JudgmentAnswer(Body):
    """One judgment: who is awaited until when, and how papers and arrival stand, each for itself."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    category = choice(Category, required=True)
    decided_by = fields.String(required=True, allow_none=True)
    effective_on = fields.Date(required=True)
    received_on = fields.Date(required=True, allow_none=True)
    papers_on = fields.Date(required=True, allow_none=True)
    created_at = Instant(required=True)
    state = choice(State, required=True)
    obligor = choice(Obligor, required=True, allow_none=True)
    due_at = Instant(required=True, allow_none=True, metadata={"description": "The exclusive end of the last day."})
    papers = choice(Timeliness, required=True)
    arrival = choice(Timeliness, required=True, allow_none=True)
    confirmed_at = Instant(required=True, allow_none=True)


class JudgmentListArgs(PageArgs):
    """Which judgments."""

    state = choice(State, load_default=None)
    subject_id = fields.UUID(load_default=None)


class PapersBody(Body):
    """When the papers came."""

    papers_on = Day(required=True)


class DecisionBody(Body):
    """When the handing organ got the decision."""

    received_on = Day(required=True)


class ConfirmIntakeBody(Body):
    """Why this is 漏管, in the words of the officer who confirms it."""

    id = fields.UUID(required=True)
    reason = text(500, required=True)


class IntakeConfirmationAnswer(Body):
    """What a confirmation leaves; the same at every repeat."""

    id = fields.UUID(required=True)
    judgment_id = fields.UUID(required=True)
    officer_id = fields.UUID(required=True)
    at = Instant(required=True)
    reason = fields.String(required=True)


@BLUEPRINT.route("/judgments")
class Judgments(MethodView):
    """Judgments within reach."""

    @office("judgments.read")
    @BLUEPRINT.arguments(JudgmentListArgs, location="query")
    @BLUEPRINT.response(200, page_of(JudgmentAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Judgments, the latest notice first."""
        with deps().autocommit() as connection:
            page = queries.judgments(
                connection,
                current_actor(),
                now=deps().now(),
                state=State(args["state"]) if args["state"] else None,
                subject_id=args["subject_id"],
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("judgments.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(JudgmentBody)
    @BLUEPRINT.response(201, JudgmentReceiptAnswer)
    @BLUEPRINT.alt_response(200, schema=JudgmentReceiptAnswer, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> tuple[Receipt, int]:
        """Take note of a judgment; the intake clock runs from now on."""
        subject = body.pop("subject")
        announced = Announced(
            **subject
            | body
            | {"subject_id": subject["id"], "category": Category(body["category"]), "body_hash": body_hash()}
        )
        with deps().transaction() as tx:
            receipt, created = notice_judgment(tx, current_actor(), announced, deps().settings, now=deps().now())
        return receipt, 201 if created else 200


@BLUEPRINT.route("/judgments/<uuid:judgment_id>")
class Judgment(MethodView):
    """One judgment."""

    @office("judgments.read")
    @refusals(404)
    @BLUEPRINT.response(200, JudgmentAnswer)
    def get(self, judgment_id: UUID) -> JudgmentView:
        """One judgment."""
        with deps().autocommit() as connection:
            return _view(connection, judgment_id)


@BLUEPRINT.route("/judgments/<uuid:judgment_id>/papers")
class Papers(MethodView):
    """The legal papers of a judgment."""

    @office("judgments.change")
    @refusals(404)
    @BLUEPRINT.arguments(PapersBody)
    @BLUEPRINT.response(200, JudgmentAnswer)
    def post(self, body: dict[str, Any], judgment_id: UUID) -> JudgmentView:
        """Note when the papers came; another day corrects the first, and both are recorded."""
        with deps().transaction() as tx:
            receive_papers(tx, current_actor(), judgment_id, body["papers_on"], now=deps().now())
            return _view(tx, judgment_id)


@BLUEPRINT.route("/judgments/<uuid:judgment_id>/receipt")
class Decision(MethodView):
    """A handing organ's receipt of the decision."""

    @office("judgments.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(DecisionBody)
    @BLUEPRINT.response(200, JudgmentAnswer)
    def post(self, body: dict[str, Any], judgment_id: UUID) -> JudgmentView:
        """Note when the organ got the decision on a service outside prison: its ten days run from then."""
        with deps().transaction() as tx:
            receive_decision(tx, current_actor(), judgment_id, body["received_on"], now=deps().now())
            return _view(tx, judgment_id)


@BLUEPRINT.route("/judgments/<uuid:judgment_id>/confirm-missed-intake")
class Confirm(MethodView):
    """漏管, confirmed."""

    @office("intake.confirm")
    @refusals(404, 409)
    @BLUEPRINT.arguments(ConfirmIntakeBody)
    @BLUEPRINT.response(201, IntakeConfirmationAnswer)
    @BLUEPRINT.alt_response(200, schema=IntakeConfirmationAnswer, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any], judgment_id: UUID) -> tuple[ConfirmationReceipt, int]:
        """Confirm that the intake was missed, by name and with a reason, once its clock has run out."""
        with deps().transaction() as tx:
            receipt, created = confirm_missed_intake(
                tx, current_actor(), body["id"], judgment_id, body["reason"], now=deps().now()
            )
        return receipt, 201 if created else 200


def _view(connection: Any, judgment_id: UUID) -> JudgmentView:
    return queries.judgment(connection, current_actor(), judgment_id, now=deps().now())
