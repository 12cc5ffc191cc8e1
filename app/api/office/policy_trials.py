"""Trials of drafts of the policy on the last days: asked for here, made by the worker, told as sums."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.try_policy import LONGEST_DAYS, ask_trial
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, whole
from app.api.refusals import refusals
from app.queries import policy_trials as queries
from app.rules.policy_drafts import TrialState

BLUEPRINT = Blueprint("office_policy_trials", __name__, description="监管制度修改稿的试算")


class NewTrialBody(Body):
    """A trial to make."""

    id = fields.UUID(required=True)
    days = whole(1, LONGEST_DAYS, load_default=30)


class TrialAnswer(Body):
    """One trial."""

    id = fields.UUID(required=True)
    draft_id = fields.UUID(required=True)
    content_hash = fields.String(required=True, metadata={"description": "Of what was tried."})
    days = fields.Integer(required=True)
    state = choice(TrialState, required=True)
    asked_at = Instant(required=True)
    finished_at = Instant(required=True, allow_none=True)
    asked_by_name = fields.String(required=True)
    result = fields.Dict(
        required=True,
        allow_none=True,
        metadata={
            "description": "from, to, people, of; items: code, title, before and after by class; "
            "overdue_before, overdue_after: of what records tell of, null where it cannot be judged."
        },
    )


class TrialsAnswer(Body):
    """Trials of a draft."""

    items = fields.List(fields.Nested(TrialAnswer), required=True)


@BLUEPRINT.route("/policy-drafts/<uuid:draft_id>/trials")
class Trials(MethodView):
    """Trials of a draft on the last days."""

    @office("policy_drafts.read")
    @refusals(404)
    @BLUEPRINT.response(200, TrialsAnswer)
    def get(self, draft_id: UUID) -> dict[str, Any]:
        """The last ten, the newest first. A result holds sums alone."""
        with deps().autocommit() as connection:
            return {"items": queries.trials(connection, current_actor(), draft_id)}

    @office("policy_drafts.try")
    @refusals(404, 409)
    @BLUEPRINT.arguments(NewTrialBody)
    @BLUEPRINT.response(202, TrialsAnswer)
    def post(self, body: dict[str, Any], draft_id: UUID) -> dict[str, Any]:
        """Ask for one of the draft as it stands: the worker makes it. Asking is on record before anything is read."""
        with deps().transaction() as tx:
            ask_trial(tx, current_actor(), draft_id, body["id"], body["days"], now=deps().now())
            return {"items": queries.trials(tx, current_actor(), draft_id)}
