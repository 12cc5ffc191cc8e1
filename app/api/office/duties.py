"""Duties of subjects and of offices: what is due, what was missed, and letting one go."""

from typing import Any
from uuid import UUID

from flask import make_response
from flask.views import MethodView
from marshmallow import fields

from app.actions.waive_duty import waive_duty
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, Truth, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import duties as queries
from app.queries import waivers
from app.queries.duty_rules import duty_rule
from app.rules.effects.waivers import WaiverKind, WaiverState
from app.rules.facts import DutyKind, DutyState, Obligor, Reason
from app.rules.wording import sentence

BLUEPRINT = Blueprint("office_duties", __name__, description="待办事项")


def told_why(why: Reason | None) -> str | None:
    """The sentence, where the planning of a duty told one."""
    return sentence(why.code, dict(why.params)) if why else None


class DutyAnswer(Body):
    """One duty: on time in [opens_at, due_at), late in [due_at, grace_until)."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    office_id = fields.UUID(required=True)
    kind = choice(DutyKind, required=True)
    title = fields.String(required=True)
    rule_code = fields.String(required=True)
    policy_version_id = fields.UUID(required=True)
    obligor = choice(Obligor, required=True)
    state = choice(DutyState, required=True)
    opens_at = Instant(required=True)
    due_at = Instant(required=True)
    grace_until = Instant(required=True)
    fulfilled_at = Instant(required=True, allow_none=True)
    missed_at = Instant(required=True, allow_none=True, metadata={"description": "Stays, whatever comes after."})
    waived_by = fields.UUID(required=True, allow_none=True)
    waive_reason = fields.String(required=True, allow_none=True)
    why = fields.Function(
        lambda duty: told_why(duty["why"] if isinstance(duty, dict) else duty.why),
        required=True,
        metadata={"type": ["string", "null"], "description": "What it comes from, by rule and date, as a sentence."},
    )
    occasion_id = fields.UUID(required=True, allow_none=True)


class DutyChangeAnswer(Body):
    """One change that a duty went through."""

    at = Instant(required=True)
    from_state = choice(DutyState, required=True)
    to_state = choice(DutyState, required=True)
    reason = fields.String(required=True, metadata={"description": "Stable code."})
    detail = fields.String(required=True, metadata={"description": "The reason as a Chinese sentence."})
    note = fields.String(required=True, allow_none=True)
    actor_kind = choice(("user", "subject", "job"), required=True)
    actor_id = fields.UUID(required=True, allow_none=True)


class DutyDetailAnswer(DutyAnswer):
    """One duty with its rule and its history."""

    rule = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "By which rule it is owed, counted from when, until when; Chinese sentences."},
    )
    history = fields.List(fields.Nested(DutyChangeAnswer), required=True)


class DutyListArgs(PageArgs):
    """Which duties. Without `state`, all but those that fell away."""

    state = choice(DutyState, load_default=None)
    kind = choice(DutyKind, load_default=None)
    subject_id = fields.UUID(load_default=None)
    due_before = Instant(load_default=None)


class WaiverAnswer(Body):
    """A request to let a duty go, and what became of it."""

    id = fields.UUID(required=True)
    duty_id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    office_name = fields.String(required=True)
    duty_title = fields.String(required=True)
    rule_code = fields.String(required=True)
    due_at = Instant(required=True)
    duty_state = choice(DutyState, required=True)
    kind = choice(WaiverKind, required=True)
    state = choice(WaiverState, required=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Null where sealed."})
    asked_by = fields.UUID(required=True)
    asked_by_name = fields.String(required=True)
    asked_at = Instant(required=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_by_name = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True)


class WaiveBody(Body):
    """Why a duty is let go. `not_applicable`: there is nothing to do, such as no place of work to visit."""

    reason = text(500, required=True, metadata={"description": "Own words; no names of other people."})
    not_applicable = Truth(load_default=False)


@BLUEPRINT.route("/duties")
class Duties(MethodView):
    """Duties within reach."""

    @office("duties.read")
    @refusals(422)
    @BLUEPRINT.arguments(DutyListArgs, location="query")
    @BLUEPRINT.response(200, page_of(DutyAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Duties about subjects within reach, by due time."""
        wanted = {name: args[name] for name in ("state", "kind", "subject_id", "due_before", "limit")}
        with deps().autocommit() as connection:
            page = queries.duties(connection, current_actor(), now=deps().now(), after=args["cursor"], **wanted)
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/duties/<uuid:duty_id>")
class Duty(MethodView):
    """One duty."""

    @office("duties.read")
    @refusals(404)
    @BLUEPRINT.response(200, DutyDetailAnswer)
    def get(self, duty_id: UUID) -> dict[str, Any]:
        """One duty with the rule that it comes from and what it went through."""
        with deps().autocommit() as connection:
            duty = queries.duty(connection, current_actor(), duty_id, now=deps().now())
            rule = duty_rule(connection, current_actor(), duty_id, now=deps().now())
            history = queries.duty_history(connection, current_actor(), duty_id)
        return {**vars(duty), "rule": rule, "history": [_change(change) for change in history]}


@BLUEPRINT.route("/duties/<uuid:duty_id>/waive")
class Waiver(MethodView):
    """Letting a duty go."""

    @office("duties.waive")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(WaiveBody)
    @BLUEPRINT.response(200, DutyAnswer)
    @BLUEPRINT.alt_response(202, schema=WaiverAnswer, description="It waits for a second person at the county.")
    def post(self, body: dict[str, Any], duty_id: UUID) -> Any:
        """Waive a duty that is planned, open, under review or missed; the alert of a missed one is over with it.

        What an office owes about somebody who was in the strict class is let go once a second person confirmed it.
        """
        now, kind = deps().now(), WaiverKind.NOT_APPLICABLE if body["not_applicable"] else WaiverKind.LET_GO
        with deps().transaction() as tx:
            waiting = waive_duty(tx, current_actor(), duty_id, body["reason"], now=now, kind=kind)
            if waiting is None:
                return queries.duty(tx, current_actor(), duty_id, now=now)
            asked = waivers.waiver(tx, current_actor(), waiting)
        return make_response(WaiverAnswer().dump(asked), 202)


def _change(change: queries.DutyChange) -> dict[str, Any]:
    detail = sentence(change.reason.code, dict(change.reason.params))
    return {**vars(change), "reason": change.reason.code, "detail": detail}
