"""What the phone says of itself: battery, permission, network. It may explain a silence later."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.actions.report_device_health import ReportDeviceHealth, report_device_health
from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, Truth, choice, text, whole
from app.api.refusals import refusals

BLUEPRINT = Blueprint("mobile_device_health", __name__, description="设备状态")

NETWORKS = ("wifi", "cellular", "none", "unknown")


class HealthBody(Body):
    """What the phone knows of itself; what it does not know it leaves out. `sent_at` tells how its clock stands."""

    id = fields.UUID(required=True, metadata={"description": "Made by the phone; a repeat gets the same answer."})
    battery_percent = whole(0, 100, load_default=None, allow_none=True)
    location_permission = text(
        32,
        load_default=None,
        allow_none=True,
        metadata={"description": "always, while_in_use, denied (for the app) or services_off (for every app)."},
    )
    battery_saver = Truth(load_default=None, allow_none=True)
    network = choice(NETWORKS, load_default=None, allow_none=True)
    maker = text(60, load_default=None, allow_none=True, metadata={"description": "Who made the phone."})
    carrier = text(
        60,
        load_default=None,
        allow_none=True,
        metadata={"description": "Whose network the phone uses, by name or code. It tells an outage of many apart."},
    )
    sent_at = Instant(load_default=None, allow_none=True)
    sent_elapsed_ms = whole(-(10**13), 10**13, load_default=None, allow_none=True)
    boot_id = text(64, load_default=None, allow_none=True)


class HealthAnswer(Body):
    """The report is on disk."""

    id = fields.UUID(required=True)
    received_at = Instant(required=True)


@BLUEPRINT.route("/device-health")
class Health(MethodView):
    """Reports of a phone on itself."""

    @phone
    @refusals(409)
    @BLUEPRINT.arguments(HealthBody)
    @BLUEPRINT.response(201, HealthAnswer)
    @BLUEPRINT.alt_response(200, schema=HealthAnswer, description="Repeated: the same answer.")
    def post(self, body: dict[str, Any]) -> tuple[Any, int]:
        """Tell how the phone is."""
        command = ReportDeviceHealth(
            body_hash=body_hash(), **{name: value for name, value in body.items() if name != "sent_elapsed_ms"}
        )
        with deps().transaction() as tx:
            receipt = report_device_health(tx, current_actor(), command, now=deps().now())
        return receipt, 201 if receipt.fresh else 200
