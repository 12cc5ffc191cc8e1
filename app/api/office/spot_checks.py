"""Spot checks (抽查): an officer asks one person to check in now, within a limit [Law 26]."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields, validate

from app.actions.order_spot_check import order_spot_check
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text, whole
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import spot_checks as queries
from app.rules.facts import DutyState
from app.rules.spot_checks import Ask, SpotGround, Wanted

BLUEPRINT = Blueprint("office_spot_checks", __name__, description="抽查")


class SpotCheckBody(Body):
    """What is ordered. The person is told the ground; the reason stays on record, in the officer's own words."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    limit_minutes = whole(1, 1440, required=True, metadata={"description": "Within what the policy allows."})
    how = fields.List(
        choice(Ask), load_default=lambda: [Ask.POSITION.value], validate=validate.Length(min=1, max=len(Ask))
    )
    question = text(200, load_default=None, allow_none=True, metadata={"description": "Only with how: answer."})
    ground = choice(SpotGround, load_default=SpotGround.ROUTINE.value)
    reason = text(500, required=True, metadata={"description": "Own words; no names of other people."})


class SpotCheckAnswer(Body):
    """One spot check with what became of it."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    duty_id = fields.UUID(required=True)
    ordered_by = fields.UUID(required=True)
    ordered_by_name = fields.String(required=True)
    ordered_at = Instant(required=True)
    due_at = Instant(required=True)
    limit_minutes = fields.Integer(required=True)
    ground = choice(SpotGround, required=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Null where sealed."})
    photo = fields.Boolean(required=True)
    question = fields.String(required=True, allow_none=True)
    state = choice(DutyState, required=True)
    receipt_no = fields.String(required=True, allow_none=True)


class SpotCheckListArgs(PageArgs):
    """Whose."""

    subject_id = fields.UUID(load_default=None)


@BLUEPRINT.route("/spot-checks")
class SpotChecks(MethodView):
    """Spot checks within reach."""

    @office("spot_checks.order")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(SpotCheckBody)
    @BLUEPRINT.response(201, SpotCheckAnswer)
    @BLUEPRINT.alt_response(200, schema=SpotCheckAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[queries.SpotCheckView, int]:
        """Order one: it opens at once, and the phone is told. 422 where the policy's limits stand against it."""
        wanted = Wanted(
            id=body["id"],
            limit_minutes=body["limit_minutes"],
            how=frozenset(Ask(each) for each in body["how"]),
            ground=SpotGround(body["ground"]),
            reason=body["reason"],
            body_hash=body_hash(),
            question=body["question"],
        )
        with deps().transaction() as tx:
            first = order_spot_check(tx, current_actor(), body["subject_id"], wanted, now=deps().now())
            return queries.spot_check(tx, current_actor(), wanted.id), 201 if first else 200

    @office("spot_checks.read")
    @refusals(422)
    @BLUEPRINT.arguments(SpotCheckListArgs, location="query")
    @BLUEPRINT.response(200, page_of(SpotCheckAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The last ordered first."""
        with deps().autocommit() as connection:
            page = queries.spot_checks(
                connection, current_actor(), subject_id=args["subject_id"], after=args["cursor"], limit=args["limit"]
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}
