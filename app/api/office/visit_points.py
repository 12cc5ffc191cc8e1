"""Points of the places where visits are made beside the home: what records that others write there are measured by."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.note_reading import note_reading
from app.actions.set_visit_point import end_visit_point, set_visit_point
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, latitude, longitude, text
from app.api.refusals import refusals
from app.clients.datum import Datum, to_wgs84
from app.queries import visit_points as queries
from app.rules.facts import GivenPlace
from app.rules.policy.items import Place
from app.rules.visit_points import OF_OFFICE, OF_PERSON, NewPoint

BLUEPRINT = Blueprint("office_visit_points", __name__, description="走访地点")


class VisitPointAnswer(Body):
    """One point, in degrees of WGS-84. What is sealed with a minor's name is null."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    subject_id = fields.UUID(required=True, allow_none=True)
    place = choice([*OF_OFFICE, *OF_PERSON], required=True)
    name = fields.String(required=True, allow_none=True)
    lon = fields.Float(required=True, allow_none=True)
    lat = fields.Float(required=True, allow_none=True)
    set_at = Instant(required=True)
    set_by_name = fields.String(required=True, metadata={"description": "It counts for what others write there."})


class VisitPointsAnswer(Body):
    """Points that count now."""

    items = fields.List(fields.Nested(VisitPointAnswer), required=True)


class VisitPointBody(Body):
    """Where a place is. `workplace` and `neighbours` are of a person, `community` and `police_station` of an office."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(load_default=None, allow_none=True)
    subject_id = fields.UUID(load_default=None, allow_none=True)
    place = choice([*OF_OFFICE, *OF_PERSON], required=True)
    name = text(100, required=True)
    lon = longitude(required=True)
    lat = latitude(required=True)
    datum = choice(Datum, load_default=Datum.WGS84.value)


class VisitPointSetAnswer(Body):
    """A point that is on disk."""

    id = fields.UUID(required=True)


@BLUEPRINT.route("/visit-points")
class VisitPoints(MethodView):
    """Points of offices, and setting one."""

    @office("visit_points.read")
    @BLUEPRINT.response(200, VisitPointsAnswer)
    def get(self) -> dict[str, Any]:
        """Communities and police stations of offices within reach."""
        with deps().autocommit() as connection:
            return {"items": queries.of_offices(connection, current_actor())}

    @office("visit_points.set")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(VisitPointBody)
    @BLUEPRINT.response(201, VisitPointSetAnswer)
    @BLUEPRINT.alt_response(200, schema=VisitPointSetAnswer, description="Repeated: the same point.", success=True)
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Set one. Records of the last month are measured by it at their next look."""
        lon, lat = to_wgs84(body["lon"], body["lat"], Datum(body["datum"]))
        at = GivenPlace(lon, lat, body["lon"], body["lat"], body["datum"])
        whose = (body["id"], body["office_id"], body["subject_id"])
        new = NewPoint(*whose, Place(body["place"]), body["name"], at, body_hash())
        with deps().transaction() as tx:
            first = set_visit_point(tx, current_actor(), new, now=deps().now())
        return {"id": new.id}, 201 if first else 200


@BLUEPRINT.route("/subjects/<uuid:subject_id>/visit-points")
class PointsOfPerson(MethodView):
    """Points of one person."""

    @office("visit_points.read")
    @refusals(404)
    @BLUEPRINT.response(200, VisitPointsAnswer)
    def get(self, subject_id: UUID) -> dict[str, Any]:
        """Where they work, and where neighbours or guardians live. That it was read is on record."""
        with deps().transaction() as tx:
            points = queries.of_person(tx, current_actor(), subject_id)[1]
            note_reading(tx, current_actor(), "visit_points.read", subject_id, now=deps().now())
        return {"items": points}


@BLUEPRINT.route("/visit-points/<uuid:point_id>")
class VisitPoint(MethodView):
    """One point."""

    @office("visit_points.set")
    @refusals(404)
    @BLUEPRINT.response(204)
    def delete(self, point_id: UUID) -> None:
        """It counts no more for what happens from now on; what was measured by it stays."""
        with deps().transaction() as tx:
            end_visit_point(tx, current_actor(), point_id, now=deps().now())
