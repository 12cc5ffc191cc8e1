"""Where visits are made beside the home, on pages: the points of offices, and those of one person."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.note_reading import note_reading
from app.actions.set_visit_point import end_visit_point, set_visit_point
from app.clients.datum import Datum, to_wgs84
from app.queries import offices
from app.queries import visit_points as queries
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import GivenPlace
from app.rules.policy.items import Place
from app.rules.visit_points import OF_OFFICE, OF_PERSON, NewPoint
from app.rules.wording.policy_items import PLACES
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, told, written
from app.web.guard import may, page, user_for
from app.web.paging import Part, part_of

LONGEST_NAME, MOST_OFFICES = 100, 1_000
AT_ONCE = 50


@PAGES.get("/visit-points")
@page("visit_points.read")
def visit_points() -> str:
    """Communities and police stations."""
    return _list(None, {}, None)


@PAGES.get("/subjects/<uuid:subject_id>/visit-points")
@page("visit_points.read")
def visit_points_of(subject_id: UUID) -> str:
    """Where one person works, and where neighbours or guardians live; that it was read is recorded."""
    return _list(subject_id, {}, None)


@PAGES.post("/visit-points")
@page("visit_points.set")
def set_office_point() -> Response | tuple[str, int]:
    """Set one of an office."""
    return _set(None)


@PAGES.post("/subjects/<uuid:subject_id>/visit-points")
@page("visit_points.set")
def set_point_of(subject_id: UUID) -> Response | tuple[str, int]:
    """Set one of a person."""
    return _set(subject_id)


@PAGES.post("/visit-points/<uuid:point_id>/end")
@page("visit_points.set")
def end_point(point_id: UUID) -> Response:
    """It counts no more."""
    with deps().transaction() as tx:
        end_visit_point(tx, user(), point_id, now=deps().now())
    try:
        target = url_for("pages.visit_points_of", subject_id=UUID(request.form.get("subject_id", "")))
    except ValueError:
        target = url_for("pages.visit_points")
    return done(target, "point_ended")


def _set(subject_id: UUID | None) -> Response | tuple[str, int]:
    try:
        new = _new_point(subject_id)
        with deps().transaction() as tx:
            set_visit_point(tx, user(), new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(subject_id, request.form, fault), status
    back = url_for("pages.visit_points_of", subject_id=subject_id) if subject_id else url_for("pages.visit_points")
    return done(back, "point_set")


def _new_point(subject_id: UUID | None) -> NewPoint:
    form = request.form
    try:
        lon, lat, datum = float(form.get("lon", "")), float(form.get("lat", "")), Datum(form.get("datum", ""))
        place, office_id = Place(form.get("place", "")), None if subject_id else UUID(form.get("office_id", ""))
    except ValueError:
        raise Refused("stale_form") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Refused("stale_form")
    name = written("name", LONGEST_NAME, missing="point_name_needed")
    fingerprint = hash_of(subject_id, office_id, place, name, lon, lat, datum)
    at = GivenPlace(*to_wgs84(lon, lat, datum), lon, lat, datum.value)
    return NewPoint(client_id(), office_id, subject_id, place, name, at, fingerprint)


def _list(subject_id: UUID | None, typed: Any, fault: str | None) -> str:
    sites: tuple[Any, ...] = ()
    with deps().transaction() as connection:
        if subject_id is not None:
            title, points = queries.of_person(connection, user(), subject_id)
            reader = user_for("visit_points.read")
            note_reading(connection, reader, "visit_points.read", subject_id, now=deps().now())
        else:
            title, points = "", queries.of_offices(connection, user())
            if may("visit_points.set"):
                sites = offices.offices(connection, user(), limit=MOST_OFFICES).items
    places = OF_PERSON if subject_id else OF_OFFICE
    return render_template(
        "visit_points.html",
        here="subjects",
        subject_id=subject_id,
        title=title,
        part=Part(points, 0, len(points), len(points)) if subject_id else part_of(points, AT_ONCE),
        sites=sites,
        places=[(place.value, PLACES[place.value]) for place in places],
        words=PLACES,
        typed=typed,
        fault=fault,
        point_id=typed.get("id") or uuid4(),
    )
