"""The map of an office: where its people were seen last, how long ago, how exactly; and the same as a list."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request

from app.actions.note_reading import note_map
from app.queries import maps as queries
from app.queries import offices
from app.queries.maps import LastSeen
from app.queries.offices import OfficeView
from app.rules.errors import Refused
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.drawing import DETAILS, answer_json, drawn, drawn_zone, feature, map_page, outline_json
from app.web.guard import may, page, user_for
from app.web.paging import chosen, cursor, next_link
from app.web.shown import age, moment
from app.web.sketch import Marked, sketch_of

LIMIT = 50
MOST_OFFICES = 2000
OLD_AFTER = timedelta(hours=6)
STALE_AFTER = timedelta(hours=24)
KEPT_BY_BROWSERS = "private, max-age=86400"


@PAGES.get("/map")
@page("tracks.read")
def office_map() -> Response:
    """The map, which fetches its data; or, as text, a list and a plain sketch of those on it, which is a look too."""
    text = chosen("view", ("text",)) == "text"
    office = _office()
    with deps().autocommit() as connection:
        known = offices.offices(connection, user(), limit=MOST_OFFICES).items
        areas = queries.permitted_areas(connection, user(), office.path if office else None, at=deps().now())
    listed: Sequence[LastSeen] = ()
    sketch, more, counties = None, None, ()
    if text:
        listed, sketch, more, counties = _as_text(office, areas)
    return map_page(
        "map.html",
        here="map",
        text=text,
        office=office,
        offices=known,
        areas=areas,
        people=listed,
        counties=counties,
        sketch=sketch,
        more=more,
        freshness=freshness,
        alerts_shown=may("alerts.read"),
        query={"office": office.id} if office else {},
    )


@PAGES.get("/map/people.json")
@page("tracks.read")
def people_json() -> Response:
    """The last positions, and the zones that hold, for the map: one act for the office, in the sheet of each person."""
    office, now = _office(), deps().now()
    with deps().transaction() as tx:
        path = office.path if office else None
        found = queries.people(tx, user(), path)
        zones = queries.zones_within(tx, user_for("zones.read"), path, at=now) if may("zones.read") else ()
        note_map(tx, user(), len(found), now=deps().now(), office_id=office.id if office else None)
    told = {"people": [_told(one) for one in found], "zones": [drawn_zone(zone) for zone in zones]}
    return answer_json({"as_of": moment(now), **told})


@PAGES.get("/map/areas/<uuid:area_id>.json")
@page("subjects.read")
def area_json(area_id: UUID) -> Response:
    """An area's outline: no person's, and never changed, so that browsers may keep it."""
    answer = answer_json(outline_json(area_id, chosen("detail", tuple(DETAILS), "coarse") or "coarse"))
    answer.headers["Cache-Control"] = KEPT_BY_BROWSERS
    return answer


@PAGES.get("/map/areas/<uuid:area_id>/around.json")
@page("subjects.read")
def around_json(area_id: UUID) -> Response:
    """The counties about an area, coarse, for orientation; NotFound for no area."""
    outline_json(area_id, "coarse")
    with deps().autocommit() as connection:
        found = queries.counties_around(connection, area_id, at=deps().now(), tolerance_deg=DETAILS["coarse"])
    answer = answer_json({"type": "FeatureCollection", "features": [feature(one) for one in found]})
    answer.headers["Cache-Control"] = KEPT_BY_BROWSERS
    return answer


def _office() -> OfficeView | None:
    """The office that the address names, within reach; None for all of them."""
    given = request.args.get("office")
    if not given:
        return None
    try:
        office_id = UUID(given)
    except ValueError:
        raise Refused("bad_filter") from None
    with deps().autocommit() as connection:
        return offices.office(connection, user(), office_id)


def _as_text(office: OfficeView | None, areas: Sequence[UUID]) -> tuple[Sequence[LastSeen], Any, Any, Any]:
    after = cursor()
    with deps().transaction() as tx:
        found = queries.people(
            tx, user(), office.path if office else None, after=after[0] if after else None, limit=LIMIT + 1
        )
        shown = found[:LIMIT]
        note_map(tx, user(), len(shown), now=deps().now(), office_id=office.id if office else None)
        counties = queries.counties_of(tx, [(one.lon, one.lat) for one in shown])
        outlines = [queries.outline(tx, area_id, tolerance_deg=DETAILS["coarse"]) for area_id in areas[:5]]
    places = [Marked(one.lon, one.lat, one.accuracy_m, freshness(one.at), one.name) for one in shown]
    more = next_link([shown[-1].subject_no]) if len(found) > LIMIT else None
    return shown, sketch_of(places, [("area", one.name, one.geometry) for one in outlines]), more, counties


def freshness(at: datetime) -> str:
    """How a position looks: `new`, `old` or `stale`; never fine because it is unknown."""
    passed = deps().now() - at
    return "new" if passed < OLD_AFTER else "old" if passed < STALE_AFTER else "stale"


def _told(one: LastSeen) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "no": one.subject_no,
        "name": one.name,
        "office": one.office_name,
        "at": drawn(one.lon, one.lat),
        "accuracy_m": round(one.accuracy_m),
        "time": moment(one.at),
        "age": age(one.at),
        "fresh": freshness(one.at),
        "minor": one.minor,
        "alerts": one.unclosed_alerts if may("alerts.read") else 0,
    }
