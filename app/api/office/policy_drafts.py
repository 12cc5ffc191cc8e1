"""Drafts of the policy: county staff write them, a head who had no hand in one lets it take effect."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from marshmallow import fields

from app.actions import draft_policy as writing
from app.actions.decide_draft import approve_draft, return_draft
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text, whole
from app.api.office.policies import ContentField, PolicyChangeAnswer, faulty
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import policy_drafts as queries
from app.queries.policy_drafts import WholeDraft
from app.rules.policy import PolicyError
from app.rules.policy_drafts import DraftState, DraftStep

BLUEPRINT = Blueprint("office_policy_drafts", __name__, description="监管制度的修改稿")


class DraftStepAnswer(Body):
    """One step of a draft's history."""

    revision = fields.Integer(required=True)
    step = choice(DraftStep, required=True)
    at = Instant(required=True)
    by = fields.UUID(required=True)
    by_name = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)


class PolicyDraftAnswer(Body):
    """One draft in a list."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    title = fields.String(required=True)
    state = choice(DraftState, required=True)
    revision = fields.Integer(required=True, metadata={"description": "To be sent with every change."})
    changed_at = Instant(required=True)
    why = fields.String(required=True, allow_none=True)
    effective_from = Instant(required=True, allow_none=True, metadata={"description": "null: when approved."})
    base_version_id = fields.UUID(required=True)
    version_id = fields.UUID(required=True, allow_none=True, metadata={"description": "What was approved became."})


class WholePolicyDraftAnswer(Body):
    """One draft with its content, and what it would change."""

    head = fields.Nested(PolicyDraftAnswer, required=True)
    content = fields.Dict(required=True)
    content_hash = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "TOML."})
    changes = fields.List(fields.Nested(PolicyChangeAnswer), required=True)
    steps = fields.List(fields.Nested(DraftStepAnswer), required=True)
    is_behind = fields.Boolean(required=True, metadata={"description": "A newer version came since: hand it in anew."})


class NewPolicyDraftBody(Body):
    """A draft to begin."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    content = ContentField(load_default=None, allow_none=True)


class SeenDraftBody(Body):
    """Which revision was seen: what somebody else wrote meanwhile is not overwritten."""

    revision = whole(1, 1_000_000, required=True)


class WriteDraftBody(SeenDraftBody):
    """Other content."""

    content = ContentField(required=True)


class SubmitDraftBody(SeenDraftBody):
    """Handing it in."""

    why = text(500, required=True)
    effective_from = Instant(
        load_default=None, allow_none=True, metadata={"description": "When approved, unless given; never in the past."}
    )


class ReturnDraftBody(SeenDraftBody):
    """Sending it back."""

    note = text(500, required=True)


class DraftListArgs(PageArgs):
    """Which drafts."""

    office_id = fields.UUID(load_default=None)
    only_open = fields.Boolean(load_default=False)


@BLUEPRINT.route("/policy-drafts")
class Drafts(MethodView):
    """Drafts of offices within reach."""

    @office("policy_drafts.read")
    @BLUEPRINT.arguments(DraftListArgs, location="query")
    @BLUEPRINT.response(200, page_of(PolicyDraftAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The last changed first."""
        with deps().autocommit() as connection:
            page = queries.drafts(
                connection,
                current_actor(),
                office_id=args["office_id"],
                only_open=args["only_open"],
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("policy_drafts.edit")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(NewPolicyDraftBody)
    @BLUEPRINT.response(201, WholePolicyDraftAnswer)
    @BLUEPRINT.alt_response(200, schema=WholePolicyDraftAnswer, description="Repeated: as it stands now.", success=True)
    def post(self, body: dict[str, Any]) -> tuple[WholeDraft, int] | Response:
        """Begin one, from the version in force unless content is given. One open draft an office."""
        new = writing.NewDraft(body["id"], body["office_id"], body_hash(), body["content"])
        try:
            with deps().transaction() as tx:
                first = writing.begin_draft(tx, current_actor(), new, now=deps().now())
                return queries.draft(tx, current_actor(), new.id), 201 if first else 200
        except PolicyError as error:
            return faulty(error)


@BLUEPRINT.route("/policy-drafts/<uuid:draft_id>")
class Draft(MethodView):
    """One draft."""

    @office("policy_drafts.read")
    @refusals(404)
    @BLUEPRINT.response(200, WholePolicyDraftAnswer)
    def get(self, draft_id: UUID) -> WholeDraft:
        """With its content, what it would change in plain words, and its history."""
        with deps().autocommit() as connection:
            return queries.draft(connection, current_actor(), draft_id)

    @office("policy_drafts.edit")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(WriteDraftBody)
    @BLUEPRINT.response(200, WholePolicyDraftAnswer)
    def put(self, body: dict[str, Any], draft_id: UUID) -> WholeDraft | Response:
        """Put other content into it, whole. What is no policy is refused with every problem and its line."""
        try:
            with deps().transaction() as tx:
                actor, content = current_actor(), body["content"]
                writing.write_draft(tx, actor, draft_id, body["revision"], content, now=deps().now())
                return queries.draft(tx, actor, draft_id)
        except PolicyError as error:
            return faulty(error)


@BLUEPRINT.route("/policy-drafts/<uuid:draft_id>/submit")
class Submission(MethodView):
    """Handing a draft in."""

    @office("policy_drafts.edit")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(SubmitDraftBody)
    @BLUEPRINT.response(200, WholePolicyDraftAnswer)
    def post(self, body: dict[str, Any], draft_id: UUID) -> WholeDraft:
        """Hand it to those who may approve it; from then on it is compared with the newest version."""
        with deps().transaction() as tx:
            writing.submit_draft(
                tx,
                current_actor(),
                draft_id,
                body["revision"],
                body["why"],
                effective_from=body["effective_from"],
                now=deps().now(),
            )
            return queries.draft(tx, current_actor(), draft_id)


@BLUEPRINT.route("/policy-drafts/<uuid:draft_id>/withdraw")
class Withdrawal(MethodView):
    """Giving a draft up."""

    @office("policy_drafts.edit")
    @refusals(404, 409)
    @BLUEPRINT.arguments(SeenDraftBody)
    @BLUEPRINT.response(200, WholePolicyDraftAnswer)
    def post(self, body: dict[str, Any], draft_id: UUID) -> WholeDraft:
        """It stays on record; the office may begin another."""
        with deps().transaction() as tx:
            writing.withdraw_draft(tx, current_actor(), draft_id, body["revision"], now=deps().now())
            return queries.draft(tx, current_actor(), draft_id)


@BLUEPRINT.route("/policy-drafts/<uuid:handed_in_id>/approve")
class Approval(MethodView):
    """Letting a draft take effect."""

    @office("policy_drafts.decide")
    @refusals(403, 404, 409)
    @BLUEPRINT.arguments(SeenDraftBody)
    @BLUEPRINT.response(200, WholePolicyDraftAnswer)
    def post(self, body: dict[str, Any], handed_in_id: UUID) -> WholeDraft:
        """In force from the date asked for, or at once. 403 for whoever had a hand in it. Open duties stay.

        A version that was to begin then or later never does.
        """
        with deps().transaction() as tx:
            approve_draft(tx, current_actor(), handed_in_id, body["revision"], now=deps().now())
            return queries.draft(tx, current_actor(), handed_in_id)


@BLUEPRINT.route("/policy-drafts/<uuid:handed_in_id>/return")
class Return(MethodView):
    """Sending a draft back."""

    @office("policy_drafts.decide")
    @refusals(403, 404, 409)
    @BLUEPRINT.arguments(ReturnDraftBody)
    @BLUEPRINT.response(200, WholePolicyDraftAnswer)
    def post(self, body: dict[str, Any], handed_in_id: UUID) -> WholeDraft:
        """To those who wrote it, with a word why."""
        with deps().transaction() as tx:
            return_draft(tx, current_actor(), handed_in_id, body["revision"], body["note"], now=deps().now())
            return queries.draft(tx, current_actor(), handed_in_id)
