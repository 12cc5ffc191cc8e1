"""Alerts: who needs somebody now and why, taking one on, and closing it with what came of it."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.acknowledge_alert import acknowledge_alert
from app.actions.close_alert import close_alert
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import alerts as queries
from app.queries.alert_history import alert_history
from app.queries.alerts import AlertView
from app.rules.facts import (
    AlertKind,
    Cause,
    CloseReason,
    Condition,
    DeliveryState,
    Handling,
    LadderStep,
    Strength,
)

BLUEPRINT = Blueprint("office_alerts", __name__, description="预警")


class AlertAnswer(Body):
    """One alert. What it tells of (`condition`) and what people did (`handling`) are two things."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    office_id = fields.UUID(required=True, metadata={"description": "The office that answers for the subject now."})
    office_name = fields.String(required=True)
    kind = choice(AlertKind, required=True)
    title = fields.String(required=True)
    why = fields.String(required=True, metadata={"description": "One Chinese sentence."})
    about_kind = fields.String(required=True)
    about_id = fields.UUID(required=True)
    condition = choice(Condition, required=True)
    handling = choice(Handling, required=True)
    cause = choice(Cause, required=True)
    strength = choice(Strength, required=True)
    urgency = fields.Integer(required=True, metadata={"description": "The list is ordered by it; higher comes first."})
    opened_at = Instant(required=True)
    event_at = Instant(required=True, metadata={"description": "When it happened, the last time."})
    late = fields.Boolean(required=True, metadata={"description": "Known only from evidence that arrived late."})
    occurrences = fields.Integer(required=True)
    step = choice(LadderStep, required=True, allow_none=True, metadata={"description": "The last step taken."})
    next_step = choice(LadderStep, required=True, allow_none=True)
    next_step_at = Instant(required=True, allow_none=True)
    recovered_at = Instant(required=True, allow_none=True)
    acknowledged_at = Instant(required=True, allow_none=True)
    acknowledged_by = fields.UUID(required=True, allow_none=True)
    acknowledged_by_name = fields.String(required=True, allow_none=True)
    closed_at = Instant(required=True, allow_none=True)
    closed_by = fields.UUID(required=True, allow_none=True)
    closed_by_name = fields.String(required=True, allow_none=True)
    close_reason = choice(CloseReason, required=True, allow_none=True)
    close_result = fields.String(required=True, allow_none=True)
    rule_code = fields.String(required=True)
    policy_version_id = fields.UUID(required=True)


class OccurrenceAnswer(Body):
    """One occurrence with its evidence as it stood when it was raised."""

    n = fields.Integer(required=True)
    event_at = Instant(required=True)
    recorded_at = Instant(required=True)
    recovered_at = Instant(required=True, allow_none=True)
    late = fields.Boolean(required=True)
    cause = choice(Cause, required=True)
    strength = choice(Strength, required=True)
    why = fields.String(required=True)
    evidence = fields.Dict(keys=fields.String(), required=True)
    fixes = fields.Integer(
        required=True, allow_none=True, metadata={"description": "About a place: fixes beyond the bound by now."}
    )
    last_seen_at = Instant(
        required=True, allow_none=True, metadata={"description": "About a place: the last fix beyond the bound."}
    )


class StepAnswer(Body):
    """One step of the ladder that was taken."""

    occurrence = fields.Integer(required=True)
    step = choice(LadderStep, required=True)
    taken_at = Instant(required=True)
    why = fields.String(required=True)


class EventAnswer(Body):
    """One thing that happened to the alert."""

    at = Instant(required=True)
    what = choice(
        ("opened", "counted", "eased", "recovered", "corrected", "escalated", "acknowledged", "closed"), required=True
    )
    occurrence = fields.Integer(required=True)
    event_at = Instant(required=True)
    late = fields.Boolean(required=True)
    cause = choice(Cause, required=True)
    strength = choice(Strength, required=True)
    why = fields.String(required=True)
    actor_kind = choice(("user", "job"), required=True)
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_name = fields.String(required=True, allow_none=True)


class DeliveryAnswer(Body):
    """How far one notice got on one way."""

    step = fields.String(required=True)
    recipient_id = fields.UUID(required=True)
    recipient_name = fields.String(required=True, allow_none=True)
    channel = choice(("in_app", "fcm"), required=True)
    state = choice(DeliveryState, required=True)
    created_at = Instant(required=True)
    settled_at = Instant(required=True, allow_none=True)
    read_at = Instant(required=True, allow_none=True)


class AlertDetailAnswer(AlertAnswer):
    """One alert with everything that is known of it, each part in order of time."""

    history = fields.List(fields.Nested(EventAnswer), required=True)
    episodes = fields.List(fields.Nested(OccurrenceAnswer), required=True)
    steps = fields.List(fields.Nested(StepAnswer), required=True)
    deliveries = fields.List(fields.Nested(DeliveryAnswer), required=True)


class AlertListArgs(PageArgs):
    """Which alerts. Without `handling`, all that nobody has closed."""

    handling = choice(Handling, load_default=None)
    condition = choice(Condition, load_default=None)
    kind = choice(AlertKind, load_default=None)
    subject_id = fields.UUID(load_default=None)


class CloseBody(Body):
    """What it turned out to be, and what was done."""

    reason = choice(CloseReason, required=True)
    result = text(1000, required=True, metadata={"description": "Own words; no names of other people."})


@BLUEPRINT.route("/alerts")
class Alerts(MethodView):
    """Alerts within reach."""

    @office("alerts.read")
    @refusals(422)
    @BLUEPRINT.arguments(AlertListArgs, location="query")
    @BLUEPRINT.response(200, page_of(AlertAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The most urgent first, the older first among equals; closed ones, the last closed first."""
        with deps().autocommit() as connection:
            page = queries.alerts(
                connection,
                current_actor(),
                handling=Handling(args["handling"]) if args["handling"] else None,
                condition=Condition(args["condition"]) if args["condition"] else None,
                kind=args["kind"],
                subject_id=args["subject_id"],
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/alerts/<uuid:alert_id>")
class Alert(MethodView):
    """One alert."""

    @office("alerts.read")
    @refusals(404)
    @BLUEPRINT.response(200, AlertDetailAnswer)
    def get(self, alert_id: UUID) -> dict[str, Any]:
        """What is known of it: occurrences and evidence, steps taken and to come, who did what, how far notices got."""
        with deps().autocommit() as connection:
            found = queries.alert(connection, current_actor(), alert_id)
            history = alert_history(connection, current_actor(), alert_id)
        return {
            **asdict(found),
            "history": history.events,
            "episodes": history.occurrences,
            "steps": history.steps,
            "deliveries": history.deliveries,
        }


@BLUEPRINT.route("/alerts/<uuid:alert_id>/acknowledge")
class Acknowledge(MethodView):
    """Taking an alert on."""

    @office("alerts.acknowledge")
    @refusals(404, 409)
    @BLUEPRINT.response(200, AlertAnswer)
    def post(self, alert_id: UUID) -> AlertView:
        """The caller takes it on, also from a colleague; the ladder stops. Again changes nothing."""
        with deps().transaction() as tx:
            acknowledge_alert(tx, current_actor(), alert_id, now=deps().now())
            return queries.alert(tx, current_actor(), alert_id)


@BLUEPRINT.route("/alerts/<uuid:alert_id>/close")
class Close(MethodView):
    """Closing an alert."""

    @office("alerts.close")
    @refusals(404, 409)
    @BLUEPRINT.arguments(CloseBody)
    @BLUEPRINT.response(200, AlertAnswer)
    def post(self, body: dict[str, Any], alert_id: UUID) -> AlertView:
        """Close it with reason and result; 409 `alert_closed` where that was done already. Only a person closes."""
        with deps().transaction() as tx:
            reason = CloseReason(body["reason"])
            close_alert(tx, current_actor(), alert_id, reason, body["result"], now=deps().now())
            return queries.alert(tx, current_actor(), alert_id)
