"""The officer's day on pages: what to do by urgency and place, the way to go, the workload and the days to come."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for

from app.actions.note_reading import note_map
from app.actions.set_office_place import set_office_place
from app.clients.datum import Datum, to_wgs84
from app.queries import day as queries
from app.queries.day import Task
from app.queries.forecast import forecast as foreseen
from app.queries.workload import workload as loads
from app.rules.day import ring
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import GivenPlace
from app.rules.routes import Route, Spot, metres_between
from app.rules.wording.day import NOWHERE, RINGS, START, URGENCIES
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.drawing import drawn, map_page
from app.web.forms import done, told
from app.web.guard import page, user_for
from app.web.paging import chosen, part_of
from app.web.sketch import Marked, sketch_of

GROUPS = ("urgency", "place", "distance")
PLACE_ALLOWED = "camera=(), display-capture=(), geolocation=(self), microphone=(), payment=(), usb=()"
SHOWN_AT_ONCE = 100
OFFICES_AT_ONCE = 50


@PAGES.get("/day")
@page("day.read")
def day() -> str:
    """What is owed until the end of the coming week, grouped as the address asks."""
    by = chosen("by", GROUPS, GROUPS[0]) or GROUPS[0]
    mine = request.args.get("mine") == "1"
    with deps().autocommit() as connection:
        found = queries.day(connection, user(), now=deps().now(), mine=mine)
        starts = queries.starts(connection, user())
    part = part_of(found.tasks, SHOWN_AT_ONCE)
    start = _start(starts)
    return render_template(
        "day.html",
        here="today",
        part=part,
        groups=_grouped(part.items, by, start),
        counts=found.counts,
        to_go=len(queries.stops(found.tasks)),
        by=by,
        mine=mine,
        start=start,
        starts=starts,
        more=found.more,
        urgencies=URGENCIES,
        distance=_distances(part.items, start),
        own_office=next(iter({grant.office_id for grant in user().grants}), None),
    )


@PAGES.get("/day/way")
@page("day.read")
def way() -> Response:
    """The way from the office."""
    return _way(None)


@PAGES.post("/day/way")
@page("day.read")
def way_from_here() -> Response:
    """The way from where the officer is now; the place goes no further than this answer."""
    try:
        here = Spot(float(request.form.get("lon", "")), float(request.form.get("lat", "")))
    except ValueError:
        raise Refused("stale_form") from None
    if not (-180 <= here.lon <= 180 and -90 <= here.lat <= 90):
        raise Refused("stale_form")
    return _way(here)


@PAGES.post("/offices/<uuid:office_id>/place")
@page("offices.place")
def place_office(office_id: UUID) -> Response | tuple[str, int]:
    """Say where the office is."""
    try:
        lon, lat, datum = _given()
        x, y = to_wgs84(lon, lat, datum)
        place = GivenPlace(x, y, lon, lat, datum.value)
        with deps().transaction() as tx:
            set_office_place(tx, user(), office_id, place, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return render_template("fault.html", here="today", detail=fault), status
    return done(url_for("pages.day"), "office_placed")


def _given() -> tuple[float, float, Datum]:
    datum = request.form.get("datum", "")
    try:
        lon, lat = float(request.form.get("lon", "")), float(request.form.get("lat", ""))
    except ValueError:
        raise Refused("stale_form") from None
    if datum not in set(Datum) or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Refused("stale_form")
    return lon, lat, Datum(datum)


def _start(starts: tuple[queries.Start, ...]) -> queries.Start | None:
    """The office that the address names, or the only one whose place is known."""
    wanted = request.args.get("from") or request.form.get("from")
    for one in starts:
        if str(one.office_id) == wanted:
            return one
    return starts[0] if len(starts) == 1 else None


def _grouped(tasks: Sequence[Task], by: str, start: queries.Start | None) -> list[tuple[str, list[Task]]]:
    """The tasks under headings, in the order in which each heading first comes; by distance the nearest first."""
    found: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        found[_heading(task, by, start)].append(task)
    if by == "distance":
        return [(word, found[word]) for word in (*RINGS.values(), NOWHERE) if word in found]
    return list(found.items())


def _heading(task: Task, by: str, start: queries.Start | None) -> str:
    if by == "urgency":
        return URGENCIES[task.urgency]
    if by == "place":
        return task.neighbourhood or NOWHERE
    if task.home is None or start is None:
        return NOWHERE
    return RINGS[ring(metres_between(start.spot, task.home)).to_m]


def _distances(tasks: Sequence[Task], start: queries.Start | None) -> dict[UUID, float]:
    if start is None:
        return {}
    return {task.duty_id: metres_between(start.spot, task.home) for task in tasks if task.home}


def _way(here: Spot | None) -> Response:
    now = deps().now()
    with deps().transaction() as tx:
        found = queries.day(tx, user(), now=now, mine=request.values.get("mine") == "1")
        starts = queries.starts(tx, user())
        office = _start(starts)
        start = here or (office.spot if office else None)
        planned = queries.way(found.tasks, start)
        note_map(tx, user(), len(planned.legs), now=now)
    people = _people(found.tasks)
    answer = map_page(
        "day_way.html",
        here="today",
        way=planned,
        people=people,
        start=start,
        office=office if here is None else None,
        starts=starts,
        mine=request.values.get("mine") == "1",
        sketch=_sketch(planned, people, start),
        drawn=_drawn(planned, people, start),
        without=sorted({task.subject_name for task in found.tasks if task.goes_there and task.home is None}),
        urgencies=URGENCIES,
    )
    answer.headers["Permissions-Policy"] = PLACE_ALLOWED
    return answer


def _people(tasks: tuple[Task, ...]) -> dict[UUID, list[Task]]:
    """What is to be done at each home."""
    found: dict[UUID, list[Task]] = defaultdict(list)
    for task in tasks:
        if task.goes_there and task.home is not None:
            found[task.subject_id].append(task)
    return found


def _spots(planned: Route, people: dict[UUID, list[Task]]) -> list[tuple[str, Spot]]:
    return [
        (f"{n}. {people[leg.id][0].subject_name}", home)
        for n, leg in enumerate(planned.legs, 1)
        if (home := people[leg.id][0].home)
    ]


def _sketch(planned: Route, people: dict[UUID, list[Task]], start: Spot | None) -> Any:
    spots = _spots(planned, people)
    marked = [Marked(spot.lon, spot.lat, 0, "new", title) for title, spot in spots]
    run = [(spot.lon, spot.lat) for _, spot in spots]
    if start is not None:
        marked.append(Marked(start.lon, start.lat, 0, "old", START))
        run.insert(0, (start.lon, start.lat))
    return sketch_of(marked, runs=[run])


def _drawn(planned: Route, people: dict[UUID, list[Task]], start: Spot | None) -> dict[str, Any]:
    """What the map draws, in the datum of its pictures."""
    spots = [{"at": drawn(spot.lon, spot.lat), "title": title} for title, spot in _spots(planned, people)]
    return {"start": drawn(start.lon, start.lat) if start else None, "stops": spots}


@PAGES.get("/workload")
@page("workload.read")
def workload() -> str:
    """Offices that nobody or one person keeps come first."""
    with deps().autocommit() as connection:
        found = loads(connection, user(), now=deps().now())
    return render_template("workload.html", here="duties", part=part_of(found, OFFICES_AT_ONCE))


@PAGES.get("/offices/<uuid:office_id>/forecast")
@page("workload.read")
def forecast(office_id: UUID) -> str:
    """Thirty days of one office."""
    with deps().autocommit() as connection:
        found = foreseen(connection, user_for("workload.read"), office_id, now=deps().now())
    most = max((one.number for one in found.days), default=0)
    return render_template("forecast.html", here="duties", forecast=found, most=most)
