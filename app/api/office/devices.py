"""Subjects' phones: which one is bound, and its release."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.release_device import release_device
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, text
from app.api.paging import page_of
from app.api.refusals import refusals
from app.queries import devices as queries

BLUEPRINT = Blueprint("office_devices", __name__, description="手机绑定")


class DeviceAnswer(Body):
    """One phone of a subject, bound now or before."""

    device_id = fields.UUID(required=True)
    platform = fields.String(required=True)
    model = fields.String(required=True, allow_none=True)
    app_version = fields.String(required=True, allow_none=True)
    bound_from = Instant(required=True)
    bound_to = Instant(required=True, allow_none=True, metadata={"description": "null: bound now."})
    released_by = fields.String(required=True, allow_none=True)
    last_heard_at = Instant(required=True, allow_none=True)


class DeviceListArgs(Body):
    """Whose phones."""

    subject_id = fields.UUID(required=True)


class ReleaseBody(Body):
    """Why a phone is released."""

    reason = text(200, shortest=2, required=True)


@BLUEPRINT.route("/devices")
class Devices(MethodView):
    """Phones."""

    @office("subjects.read")
    @refusals(404)
    @BLUEPRINT.arguments(DeviceListArgs, location="query")
    @BLUEPRINT.response(200, page_of(DeviceAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The phones that a subject has had, the latest first; they are few, and come on one page."""
        with deps().autocommit() as connection:
            items = queries.devices(connection, current_actor(), args["subject_id"])
        return {"items": items, "next_cursor": None}


@BLUEPRINT.route("/subjects/<uuid:subject_id>/device/release")
class Release(MethodView):
    """The release of a subject's phone."""

    @office("devices.release")
    @refusals(404, 409)
    @BLUEPRINT.arguments(ReleaseBody)
    @BLUEPRINT.response(204)
    def post(self, body: dict[str, Any], subject_id: UUID) -> None:
        """Release the bound phone: its log-in ends, and the next log-in binds another one. Is recorded."""
        with deps().transaction() as tx:
            release_device(tx, current_actor(), subject_id, body["reason"], now=deps().now())
