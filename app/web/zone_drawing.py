"""Setting a zone on a page: drawn on the map, or typed into the fields beside it."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response, request, url_for

from app.actions.note_reading import note_reading
from app.actions.set_zones import set_zones
from app.clients import zone_shapes
from app.clients.datum import Datum
from app.clients.zone_shapes import SentShape
from app.queries import maps as queries
from app.queries.subject_file import subject_file
from app.rules.bounds import ZoneKind
from app.rules.errors import Refused, ZhifangError
from app.rules.wording.own_file import WEEKDAYS
from app.rules.wording.trackers import DATUMS
from app.rules.zones.hours import read_hours
from app.rules.zones.setting import Prohibition, Wanted
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.drawing import drawn, drawn_zone, map_page, tiles
from app.web.forms import client_id, done, hash_of, instant, optional, told, written
from app.web.guard import page, user_for
from app.web.shown_codes import ZONES

LONGEST_NAME, LONGEST_REASON, LONGEST_GROUND, LONGEST_POINTS = 100, 500, 200, 200_000


@PAGES.get("/subjects/<uuid:subject_id>/zones/draw")
@page("zones.change")
def draw_zone(subject_id: UUID) -> Response:
    """The map, and the form."""
    return _form(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/zones/draw")
@page("zones.change")
def set_drawn_zone(subject_id: UUID) -> Response:
    """Set it; what was drawn and typed stays where it is refused."""
    try:
        wanted = _wanted(subject_id)
        with deps().transaction() as tx:
            set_zones(tx, user(), subject_id, [wanted], now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        answer = _form(subject_id, request.form, fault)
        answer.status_code = status
        return answer
    return done(url_for("pages.subject_map", subject_id=subject_id), "zone_set")


def _wanted(subject_id: UUID) -> Wanted:
    kind = request.form.get("kind", "")
    if kind not in set(ZoneKind):
        raise Refused("stale_form")
    shape = _shape()
    forbidden = kind == ZoneKind.FORBIDDEN
    name = written("name", LONGEST_NAME, missing="zone_name_needed")
    reason = written("reason", LONGEST_REASON, missing="reason_needed")
    from_at, until = _instant("from_at"), _instant("until")
    document_no, article = optional("document_no", LONGEST_NAME), optional("article", LONGEST_GROUND)
    hours = read_hours([] if forbidden else _hours())
    return Wanted(
        id=client_id(),
        kind=ZoneKind(kind),
        name=name,
        from_at=from_at,
        until=until,
        hours=hours,
        polygons=shape.polygons,
        circle=shape.circle,
        given=shape.given,
        prohibition=Prohibition.PLACES if forbidden else None,
        document_no=document_no if forbidden else None,
        article=article if forbidden else None,
        reason=reason,
        body_hash=hash_of(subject_id, kind, name, shape.given, from_at, until, hours, document_no, article, reason),
    )


def _shape() -> SentShape:
    """What the fields hold: a circle, or the corners of a polygon, a line `lon,lat` for each."""
    given = request.form.get("datum", "")
    if given not in DATUMS:
        raise Refused("stale_form")
    datum = Datum(given)
    try:
        if request.form.get("shape") == "circle":
            lon, lat, radius = (float(request.form.get(name, "")) for name in ("lon", "lat", "radius_m"))
            return zone_shapes.circle(lon, lat, radius, datum)
        lines = request.form.get("points", "")[:LONGEST_POINTS].replace(",", ",").split("\n")
        corners = [[float(part) for part in line.split(",")] for line in lines if line.strip()]
    except ValueError:
        raise Refused("shape_no_numbers") from None
    if any(len(corner) != 2 for corner in corners):
        raise Refused("shape_no_numbers")
    return zone_shapes.polygons({"type": "Polygon", "coordinates": [corners + corners[:1]]}, datum)


def _hours() -> list[dict[str, Any]]:
    """One window on the days that were ticked; none where nothing was, and then the zone holds all day."""
    days = [int(day) for day in request.form.getlist("weekdays") if day.isdecimal() and len(day) == 1]
    from_time, to_time = request.form.get("from_time", ""), request.form.get("to_time", "")
    if not (days or from_time or to_time):
        return []
    return [{"weekdays": days, "from": from_time, "to": to_time}]


def _instant(name: str) -> datetime | None:
    return instant(name) if request.form.get(name) else None


def _form(subject_id: UUID, typed: Any, fault: str | None) -> Response:
    now = deps().now()
    reader = user_for("subjects.read")
    with deps().transaction() as tx:
        person = subject_file(tx, reader, subject_id, deps().settings, now=now)
        note_reading(tx, reader, "subjects.read", subject_id, now=now)
        zones = queries.zones(tx, reader, subject_id, now, None)
    return map_page(
        "zone_draw.html",
        here="subjects",
        person=person,
        zones=[drawn_zone(zone) for zone in zones],
        most_zones=queries.MOST_OF_ONE,
        home=drawn(person.home.lon, person.home.lat) if person.home else None,
        typed=typed,
        ticked=request.form.getlist("weekdays"),
        fault=fault,
        zone_id=typed.get("id") or uuid4(),
        kinds=ZONES,
        datums=DATUMS,
        usual_datum=tiles().datum,
        weekdays=WEEKDAYS,
    )
