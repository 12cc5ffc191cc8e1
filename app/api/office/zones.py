"""Zones of one person: places that a court forbids (禁止令), and places to stay in at certain hours."""

from typing import Any
from uuid import UUID, uuid5

from flask.views import MethodView
from marshmallow import fields, validate

from app.actions.remove_zone import remove_zone
from app.actions.set_zones import set_zones
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, latitude, longitude, number, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.clients import zone_shapes
from app.clients.datum import Datum
from app.clients.zone_shapes import SentShape
from app.queries import zones as queries
from app.queries.zones import ZoneView
from app.rules.bounds import ZoneKind
from app.rules.errors import Refused
from app.rules.zones.hours import read_hours
from app.rules.zones.setting import LARGEST_RADIUS_M, MOST_ZONES, SMALLEST_RADIUS_M, Prohibition, Wanted

BLUEPRINT = Blueprint("office_zones", __name__, description="限制区域")
HOURS = {"description": "Local; over midnight where `to` is before `from`. Without hours the zone holds all day."}
POLYGON = {
    "description": "GeoJSON Polygon or MultiPolygon, closed rings, longitude first, at most 10,000 points.",
    "type": "object",
}
COLLECTION = {
    "description": "GeoJSON FeatureCollection; each feature a polygon, or a point with radius_m among its properties.",
    "type": "object",
}


class HoursBody(Body):
    """A weekly window."""

    weekdays = fields.List(fields.Integer(strict=True), required=True, metadata={"description": "1 is Monday."})
    from_time = text(5, required=True, data_key="from", metadata={"description": "Such as 22:00."})
    to_time = text(5, required=True, data_key="to")


class CircleBody(Body):
    """A circle, in the datum of the request."""

    lon = longitude(required=True)
    lat = latitude(required=True)
    radius_m = number(SMALLEST_RADIUS_M, LARGEST_RADIUS_M, required=True)


class TermsBody(Body):
    """What a zone asks, when, and on what ground: the same for all zones of a file."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    kind = choice(ZoneKind, required=True)
    from_at = Instant(
        load_default=None, allow_none=True, data_key="from", metadata={"description": "Now, if left out."}
    )
    to = Instant(load_default=None, allow_none=True, metadata={"description": "Exclusive; null: until it is removed."})
    hours = fields.List(fields.Nested(HoursBody), load_default=list, validate=validate.Length(max=28), metadata=HOURS)
    datum = choice(Datum, load_default=Datum.WGS84.value)
    prohibition = choice(
        Prohibition,
        load_default=None,
        allow_none=True,
        metadata={"description": "Of a forbidden zone: 01, the only kind of 禁止令 that is about places."},
    )
    document_no = text(100, load_default=None, allow_none=True, metadata={"description": "Of the 禁止令."})
    article = text(200, load_default=None, allow_none=True, metadata={"description": "What it rests on."})
    reason = text(500, required=True, metadata={"description": "Own words; no names of other people."})


class ZoneBody(TermsBody):
    """One zone: a circle or a polygon."""

    name = text(100, required=True, metadata={"description": "Shown to the person; no names of other people."})
    circle = fields.Nested(CircleBody, load_default=None, allow_none=True)
    geometry = fields.Raw(load_default=None, allow_none=True, metadata=POLYGON)


class ZoneFileBody(TermsBody):
    """Several zones of one person out of one file, all or none of them."""

    name = text(80, required=True, metadata={"description": "Of features that carry none; their number follows."})
    collection = fields.Raw(required=True, metadata=COLLECTION)


class RemovalBody(Body):
    """Why a zone ends."""

    reason = text(500, required=True)


class HoursAnswer(Body):
    """A weekly window, local."""

    weekdays = fields.List(fields.Integer(), required=True)
    from_time = fields.String(required=True, data_key="from", attribute="from")
    to_time = fields.String(required=True, data_key="to", attribute="to")


class CircleAnswer(Body):
    """A circle in WGS-84."""

    lon = fields.Float(required=True)
    lat = fields.Float(required=True)
    radius_m = fields.Float(required=True)


class ZoneAnswer(Body):
    """One zone as it was set, and how it ended."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    kind = choice(ZoneKind, required=True)
    name = fields.String(required=True)
    from_at = Instant(required=True, data_key="from")
    until = Instant(required=True, allow_none=True, data_key="to")
    ends_at = Instant(required=True, allow_none=True, metadata={"description": "Also by its removal."})
    hours = fields.List(fields.Nested(HoursAnswer), required=True)
    circle = fields.Nested(CircleAnswer, required=True, allow_none=True)
    geometry = fields.Raw(
        required=True,
        allow_none=True,
        metadata={"description": "GeoJSON in WGS-84, also of a circle; null in lists.", "type": "object"},
    )
    given = fields.Raw(
        required=True, allow_none=True, metadata={"description": "As sent, with its datum; null in lists."}
    )
    prohibition = choice(Prohibition, required=True, allow_none=True)
    document_no = fields.String(required=True, allow_none=True)
    article = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Null where sealed."})
    created_by = fields.UUID(required=True)
    created_by_name = fields.String(required=True)
    created_at = Instant(required=True)
    removed_at = Instant(required=True, allow_none=True)
    removed_by = fields.UUID(required=True, allow_none=True)
    removed_by_name = fields.String(required=True, allow_none=True)
    removal_reason = fields.String(required=True, allow_none=True)


class ZoneListArgs(PageArgs):
    """Which zones."""

    subject_id = fields.UUID(load_default=None)
    ended = fields.Boolean(load_default=True, metadata={"description": "`false` leaves out those that have ended."})


class ZoneFileAnswer(Body):
    """The zones that a file made, in its order."""

    items = fields.List(fields.Nested(ZoneAnswer), required=True)


@BLUEPRINT.route("/zones")
class Zones(MethodView):
    """Zones within reach."""

    @office("zones.read")
    @refusals(422)
    @BLUEPRINT.arguments(ZoneListArgs, location="query")
    @BLUEPRINT.response(200, page_of(ZoneAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Zones of one subject or of all, the last to begin first, without their shapes."""
        with deps().autocommit() as connection:
            page = queries.zones(
                connection,
                current_actor(),
                subject_id=args["subject_id"],
                held_at=None if args["ended"] else deps().now(),
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("zones.change")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(ZoneBody)
    @BLUEPRINT.response(201, ZoneAnswer)
    @BLUEPRINT.alt_response(200, schema=ZoneAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[ZoneView, int]:
        """Set one: the person is told, and fixes are judged by it. 422 with the reason where its shape is unfit."""
        wanted = _wanted(body, body["id"], body["name"], _shape(body))
        with deps().transaction() as tx:
            first = set_zones(tx, current_actor(), body["subject_id"], [wanted], now=deps().now())
            return queries.zone(tx, current_actor(), wanted.id), 201 if first else 200


@BLUEPRINT.route("/zones/import")
class ZoneFile(MethodView):
    """Zones out of a file."""

    @office("zones.change")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(ZoneFileBody)
    @BLUEPRINT.response(201, ZoneFileAnswer)
    @BLUEPRINT.alt_response(200, schema=ZoneFileAnswer, description="Repeated: as they stand now.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Set all zones of a GeoJSON file, or none: what is wrong is told by the number of the feature, from 0."""
        sent = zone_shapes.features(body["collection"], Datum(body["datum"]))
        wanted = [
            _wanted(body, uuid5(body["id"], str(n)), each.name or f"{body['name']} {n + 1}", each.shape)
            for n, each in enumerate(sent)
        ]
        with deps().transaction() as tx:
            first = set_zones(tx, current_actor(), body["subject_id"], wanted, now=deps().now())
            items = [queries.zone(tx, current_actor(), zone.id) for zone in wanted[:MOST_ZONES]]
        return {"items": items}, 201 if first else 200


@BLUEPRINT.route("/zones/<uuid:zone_id>")
class Zone(MethodView):
    """One zone."""

    @office("zones.read")
    @refusals(404)
    @BLUEPRINT.response(200, ZoneAnswer)
    def get(self, zone_id: UUID) -> ZoneView:
        """One zone with its shape."""
        with deps().autocommit() as connection:
            return queries.zone(connection, current_actor(), zone_id)


@BLUEPRINT.route("/zones/<uuid:zone_id>/remove")
class Removal(MethodView):
    """The removal of one zone."""

    @office("zones.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RemovalBody)
    @BLUEPRINT.response(200, ZoneAnswer)
    def post(self, body: dict[str, Any], zone_id: UUID) -> ZoneView:
        """End a zone now. It stays on record with who ended it and why; another one is set anew."""
        with deps().transaction() as tx:
            remove_zone(tx, current_actor(), zone_id, reason=body["reason"], now=deps().now())
            return queries.zone(tx, current_actor(), zone_id)


def _shape(body: dict[str, Any]) -> SentShape:
    circle, geometry, datum = body["circle"], body["geometry"], Datum(body["datum"])
    if (circle is None) == (geometry is None):
        raise Refused("zone_needs_shape", fields={"geometry": "zone_needs_shape"})
    try:
        if circle is not None:
            return zone_shapes.circle(circle["lon"], circle["lat"], circle["radius_m"], datum)
        return zone_shapes.polygons(geometry, datum)
    except Refused as refused:
        at = "circle" if circle is not None else "geometry"
        raise Refused(refused.code, refused.params, refused.fields or {at: refused.code}) from refused


def _wanted(body: dict[str, Any], zone_id: UUID, name: str, shape: SentShape) -> Wanted:
    hours = [{"weekdays": each["weekdays"], "from": each["from_time"], "to": each["to_time"]} for each in body["hours"]]
    return Wanted(
        id=zone_id,
        kind=ZoneKind(body["kind"]),
        name=name,
        from_at=body["from_at"],
        until=body["to"],
        hours=read_hours(hours),
        polygons=shape.polygons,
        circle=shape.circle,
        given=shape.given,
        prohibition=Prohibition(body["prohibition"]) if body["prohibition"] else None,
        document_no=body["document_no"],
        article=body["article"],
        reason=body["reason"],
        body_hash=body_hash(),
    )
