"""Where a subject was. Every reading is recorded with its reason, in the transaction that reads."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields, validate

from app.actions.read_track import read_last_position, read_track
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor
from app.api.refusals import refusals
from app.rules.facts import PowerKind
from app.rules.tracks import Stretch, place_of

BLUEPRINT = Blueprint("office_tracks", __name__, description="轨迹")


class TrackArgs(PageArgs):
    """Which time, and why: without a reason nothing is shown."""

    from_at = Instant(required=True, data_key="from")
    to = Instant(required=True, metadata={"description": "Exclusive; at most 31 days after from."})
    reason = text(500, required=True)
    limit = fields.Integer(validate=validate.Range(1, 1000), load_default=500)


class LastArgs(Body):
    """Why the last position is looked at."""

    reason = text(500, load_default=None)


class PointAnswer(Body):
    """One fix in WGS-84, with the power that allowed it."""

    id = fields.UUID(required=True)
    effective_at = Instant(required=True, metadata={"description": "When it was measured; tracks are in this order."})
    recorded_at = Instant(required=True, metadata={"description": "By the phone's clock."})
    received_at = Instant(required=True)
    time_proven = fields.Boolean(
        required=True, metadata={"description": "False: the time is only what the phone says."}
    )
    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    accuracy_m = fields.Float(required=True)
    speed_mps = fields.Float(required=True, allow_none=True)
    heading_deg = fields.Float(required=True, allow_none=True)
    provider = fields.String(required=True, allow_none=True)
    mock = fields.Boolean(required=True, allow_none=True)
    place_name = fields.String(
        required=True, allow_none=True, metadata={"description": "The county, such as 浙江省江山市; null if unknown."}
    )
    marks = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "What judging thinks of it: implausible_speed, drift, stale_repeat. Nothing is deleted."
        },
    )
    power_id = fields.UUID(required=True)
    power_kind = choice(PowerKind, required=True, allow_none=True)


class PartAnswer(Body):
    """A stretch that was taken under one power. Kind, article and term are null where it is no longer on record."""

    power_id = fields.UUID(required=True, metadata={"description": "The duty's or the order's id."})
    power_kind = choice(PowerKind, required=True, allow_none=True)
    article = fields.String(required=True, allow_none=True, metadata={"description": "Law 26 or Law 29."})
    power_from = Instant(required=True, allow_none=True)
    power_until = Instant(required=True, allow_none=True)
    from_at = Instant(required=True, data_key="from", metadata={"description": "The first fix of the part."})
    until = Instant(required=True, data_key="to", metadata={"description": "The last fix of the part."})
    points = fields.Integer(required=True)


class GapAnswer(Body):
    """A stretch under an order in which no fix was measured for longer than three polls."""

    from_at = Instant(required=True, data_key="from")
    until = Instant(required=True, data_key="to")


class TrackAnswer(Body):
    """One page of a track."""

    items = fields.List(fields.Nested(PointAnswer), required=True)
    parts = fields.List(fields.Nested(PartAnswer), required=True)
    gaps = fields.List(fields.Nested(GapAnswer), required=True)
    total = fields.Integer(required=True, metadata={"description": "All fixes of the time that was asked for."})
    next_cursor = fields.String(required=True, allow_none=True)


class LastAnswer(Body):
    """The newest fix by the time at which it was measured, in WGS-84."""

    effective_at = Instant(required=True)
    age_s = fields.Integer(required=True, metadata={"description": "How old it is now."})
    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    accuracy_m = fields.Float(required=True)
    place_name = fields.String(
        required=True, allow_none=True, metadata={"description": "The county, such as 浙江省江山市; null if unknown."}
    )


class LastPositionAnswer(Body):
    """Null where no fix was ever stored."""

    position = fields.Nested(LastAnswer, required=True, allow_none=True)


@BLUEPRINT.route("/subjects/<uuid:subject_id>/track")
class SubjectTrack(MethodView):
    """One subject's track."""

    @office("tracks.read")
    @refusals(404)
    @BLUEPRINT.arguments(TrackArgs, location="query")
    @BLUEPRINT.response(200, TrackAnswer)
    def get(self, args: dict[str, Any], subject_id: UUID) -> dict[str, Any]:
        """A page of the track, recorded with its reason before it is shown."""
        shown = Stretch(args["from_at"], args["to"])
        with deps().transaction() as tx:
            track = read_track(
                tx,
                current_actor(),
                subject_id,
                shown,
                reason=args["reason"],
                now=deps().now(),
                after=place_of(args["cursor"]),
                limit=args["limit"],
            )
        return {
            "items": track.items,
            "parts": track.parts,
            "gaps": track.gaps,
            "total": track.total,
            "next_cursor": next_cursor(track.next_place.as_key() if track.next_place else None),
        }


@BLUEPRINT.route("/subjects/<uuid:subject_id>/last-position")
class SubjectLastPosition(MethodView):
    """One subject's last position."""

    @office("tracks.read")
    @refusals(404)
    @BLUEPRINT.arguments(LastArgs, location="query")
    @BLUEPRINT.response(200, LastPositionAnswer)
    def get(self, args: dict[str, Any], subject_id: UUID) -> dict[str, Any]:
        """Where the subject was seen last and how long ago; recorded like a track."""
        now = deps().now()
        with deps().transaction() as tx:
            found = read_last_position(tx, current_actor(), subject_id, reason=args["reason"], now=now)
        if found is None:
            return {"position": None}
        return {"position": {**asdict(found), "age_s": int((now - found.effective_at).total_seconds())}}
