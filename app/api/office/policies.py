"""The policy (监管制度) as versioned data."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from marshmallow import ValidationError, fields

from app.actions.install_policy import adopt_policy, read_policy
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.errors import problem
from app.api.fields import Body, Instant
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import policies as queries
from app.queries.policies import PolicyView
from app.rules.policy import PolicyError
from app.rules.wording import sentence

BLUEPRINT = Blueprint("office_policies", __name__, description="监管制度")


def text_or_object(value: object) -> None:
    """A policy comes as TOML text, or as an object with the same keys."""
    if not isinstance(value, str | dict):
        raise ValidationError(sentence("policy_kind"))


class ContentField(fields.Raw):
    """A policy as its TOML text or as an object."""

    def __init__(self, **kwargs: Any) -> None:
        told = "TOML text, or an object with the same keys. Problems in a text are told with their lines."
        metadata = {"type": ["string", "object"], "description": told}
        super().__init__(validate=text_or_object, metadata=metadata, **kwargs)


class PolicyAnswer(Body):
    """One version."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    name = fields.String(required=True)
    title = fields.String(required=True)
    version = fields.Integer(required=True)
    content_hash = fields.String(required=True)
    effective_from = Instant(required=True)
    effective_to = Instant(required=True, allow_none=True, metadata={"description": "null: until further notice."})
    created_at = Instant(required=True)
    created_by = fields.String(required=True, allow_none=True)
    second_person = fields.Boolean(
        required=True, metadata={"description": "It came of a draft that a second person approved."}
    )
    never_held = fields.Boolean(
        required=True, metadata={"description": "Another version replaced it before it began: from and to are equal."}
    )


class WholePolicyAnswer(PolicyAnswer):
    """One version with its content."""

    content = fields.Dict(required=True)


class PolicyBody(Body):
    """A version to take effect."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    content = ContentField(required=True)
    effective_from = Instant(
        load_default=None, allow_none=True, metadata={"description": "Now, unless given; never in the past."}
    )


class PolicyChangeAnswer(Body):
    """One value that differs."""

    key = fields.String(required=True)
    place = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True, metadata={"description": "Of lists only what went."})
    after = fields.Raw(required=True, allow_none=True, metadata={"description": "Of lists only what came."})
    told = fields.String(required=True, metadata={"description": "One Chinese sentence."})


class PolicyChangesAnswer(Body):
    """What one version changed."""

    version_id = fields.UUID(required=True)
    since_id = fields.UUID(required=True, allow_none=True, metadata={"description": "null: there was none before."})
    changes = fields.List(fields.Nested(PolicyChangeAnswer), required=True)


class ChangesArgs(Body):
    """Against which version."""

    since = fields.UUID(load_default=None, metadata={"description": "The one before it for that office, unless given."})


class PolicyListArgs(PageArgs):
    """Which versions."""

    office_id = fields.UUID(load_default=None, metadata={"description": "Only those that can concern this office."})


@BLUEPRINT.route("/policies")
class Policies(MethodView):
    """Versions."""

    @office("policies.read")
    @BLUEPRINT.arguments(PolicyListArgs, location="query")
    @BLUEPRINT.response(200, page_of(PolicyAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Versions for one's own offices, those below and those above, the latest first."""
        with deps().autocommit() as connection:
            page = queries.policies(
                connection, current_actor(), office_id=args["office_id"], after=args["cursor"], limit=args["limit"]
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("policies.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(PolicyBody)
    @BLUEPRINT.response(201, WholePolicyAnswer)
    @BLUEPRINT.alt_response(
        200, schema=WholePolicyAnswer, description="Repeated: the same as it stands now.", success=True
    )
    def post(self, body: dict[str, Any]) -> tuple[PolicyView, int] | Response:
        """Let a policy take effect on one person's word, for what cannot wait: county and city are told of it.

        Whatever can wait goes by /policy-drafts; what was approved there to begin later still begins then. What is
        planned from then on is planned anew; what has opened stays.
        """
        try:
            policy = read_policy(body["content"])
        except PolicyError as error:
            return faulty(error)
        with deps().transaction() as tx:
            created = adopt_policy(
                tx,
                current_actor(),
                body["id"],
                body["office_id"],
                policy,
                effective_from=body["effective_from"],
                now=deps().now(),
            )
            return queries.policy(tx, current_actor(), body["id"]), 201 if created else 200


@BLUEPRINT.route("/policies/<uuid:version_id>")
class Policy(MethodView):
    """One version."""

    @office("policies.read")
    @refusals(404)
    @BLUEPRINT.response(200, WholePolicyAnswer)
    def get(self, version_id: UUID) -> PolicyView:
        """One version with its content."""
        with deps().autocommit() as connection:
            return queries.policy(connection, current_actor(), version_id)


@BLUEPRINT.route("/policies/<uuid:version_id>/changes")
class Changes(MethodView):
    """What tells one version from another."""

    @office("policies.read")
    @refusals(404)
    @BLUEPRINT.arguments(ChangesArgs, location="query")
    @BLUEPRINT.response(200, PolicyChangesAnswer)
    def get(self, args: dict[str, Any], version_id: UUID) -> queries.VersionChanges:
        """In plain words, against the version before it or another one."""
        with deps().autocommit() as connection:
            return queries.changes_of(connection, current_actor(), version_id, since_id=args["since"])


def faulty(error: PolicyError) -> Response:
    """Every problem of a policy that cannot be read, in a text with its line."""
    errors = [
        {"field": f"content.{found.key}", "detail": found.zh, **({"line": found.line} if found.line else {})}
        for found in error.problems
    ]
    return problem(422, "policy_faulty", errors=errors)
