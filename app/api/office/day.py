"""The officer's day: what to do, in which order to go; the workload of offices and what the coming days will bring."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.note_reading import note_map
from app.actions.set_office_place import set_office_place
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.office.day_bodies import (
    DayArgs,
    ForecastAnswer,
    OfficePlaceBody,
    WayAnswer,
    WayBody,
    WorkDayAnswer,
    WorkloadAnswer,
)
from app.api.refusals import refusals
from app.clients.datum import Datum, to_wgs84
from app.queries import day as queries
from app.queries.forecast import forecast
from app.queries.workload import workload
from app.rules.errors import NotFound
from app.rules.facts import GivenPlace
from app.rules.routes import Spot

BLUEPRINT = Blueprint("office_day", __name__, description="今天和工作量")


@BLUEPRINT.route("/day")
class Day(MethodView):
    """What is to be done."""

    @office("day.read")
    @refusals(422)
    @BLUEPRINT.arguments(DayArgs, location="query")
    @BLUEPRINT.response(200, WorkDayAnswer)
    def get(self, args: dict[str, Any]) -> queries.Day:
        """What the office owes until the end of the coming week: today's first, then overdue, then the week's."""
        with deps().autocommit() as connection:
            return queries.day(connection, current_actor(), now=deps().now(), mine=args["mine"])


@BLUEPRINT.route("/day/way")
class Way(MethodView):
    """In which order to go."""

    @office("day.read")
    @refusals(404, 422)
    @BLUEPRINT.arguments(WayBody)
    @BLUEPRINT.response(200, WayAnswer)
    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """A short way through the homes of the day's tasks, over straight lines. That it was looked at is recorded,
        nothing else is kept: it is a POST only so that the officer's own place stands in no address.
        """
        now = deps().now()
        with deps().transaction() as tx:
            found = queries.day(tx, current_actor(), now=now, mine=body["mine"])
            way = queries.way(found.tasks, start := _start(tx, body))
            note_map(tx, current_actor(), len(way.legs), now=now)
        without = {task.subject_id for task in found.tasks if task.goes_there and task.home is None}
        return {
            "start": start,
            "legs": way.legs,
            "metres": way.metres,
            "left_out": way.left_out,
            "without_home": sorted(without, key=str),
        }


def _start(connection: Any, body: dict[str, Any]) -> Spot | None:
    if body["lon"] is not None:
        return Spot(body["lon"], body["lat"])
    known = queries.starts(connection, current_actor())
    if body["office_id"] is None:
        return known[0].spot if len(known) == 1 else None
    for one in known:
        if one.office_id == body["office_id"]:
            return one.spot
    raise NotFound("not_found")


@BLUEPRINT.route("/offices/<uuid:office_id>/place")
class OfficePlace(MethodView):
    """Where an office is."""

    @office("offices.place")
    @refusals(404, 422)
    @BLUEPRINT.arguments(OfficePlaceBody)
    @BLUEPRINT.response(204)
    def put(self, body: dict[str, Any], office_id: UUID) -> None:
        """The way to visits begins there."""
        lon, lat = to_wgs84(body["lon"], body["lat"], Datum(body["datum"]))
        place = GivenPlace(lon, lat, body["lon"], body["lat"], body["datum"])
        with deps().transaction() as tx:
            set_office_place(tx, current_actor(), office_id, place, now=deps().now())


@BLUEPRINT.route("/workload")
class Workload(MethodView):
    """How much there is to do."""

    @office("workload.read")
    @BLUEPRINT.response(200, WorkloadAnswer)
    def get(self) -> dict[str, Any]:
        """By office and officer; offices that nobody or one person keeps come first."""
        now = deps().now()
        with deps().autocommit() as connection:
            return {"as_of": now, "offices": workload(connection, current_actor(), now=now)}


@BLUEPRINT.route("/offices/<uuid:office_id>/forecast")
class Forecast(MethodView):
    """The coming days of an office."""

    @office("workload.read")
    @refusals(404)
    @BLUEPRINT.response(200, ForecastAnswer)
    def get(self, office_id: UUID) -> Any:
        """Thirty days from today, by item and officer, with who is away and who covers. A forecast."""
        with deps().autocommit() as connection:
            return forecast(connection, current_actor(), office_id, now=deps().now())
