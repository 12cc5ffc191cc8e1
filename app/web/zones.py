"""Zones of one person: the list, a form for a circle or a file, and the end of one."""

from typing import Any
from uuid import UUID, uuid4, uuid5

from flask import Response, render_template, request, url_for

from app.actions.remove_zone import remove_zone
from app.actions.set_zones import set_zones
from app.clients import zone_shapes
from app.clients.datum import Datum
from app.clients.zone_shapes import SentFeature
from app.queries import zones as queries
from app.rules.bounds import WeeklyHours, ZoneKind
from app.rules.errors import Refused, ZhifangError
from app.rules.wording import sentence
from app.rules.wording.trackers import DATUMS
from app.rules.wording.zones import KINDS
from app.rules.zones.hours import read_hours
from app.rules.zones.setting import Prohibition, Wanted
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, instant, optional, told, written
from app.web.guard import page, user_for
from app.web.paging import cursor, next_link
from app.web.shown_codes import hours_words

LONGEST_REASON, LONGEST_NAME, LONGEST_DOCUMENT = 500, 80, 100
WINDOWS = (1, 2)
"""Windows that the form offers; more come through the interface."""
LIMIT = 50


@PAGES.get("/subjects/<uuid:subject_id>/zones")
@page("zones.read")
def zones(subject_id: UUID) -> str:
    """What was set for the person, and the form for another zone."""
    return _list(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/zones")
@page("zones.change")
def set_some(subject_id: UUID) -> Response | tuple[str, int]:
    """Set what the form describes: one zone, or all of a file. What was typed stays where it is refused."""
    try:
        wanted = _wanted(subject_id)
        with deps().transaction() as tx:
            set_zones(tx, user(), subject_id, wanted, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(subject_id, request.form, _with_numbers(fault, error)), status
    return done(url_for("pages.zones", subject_id=subject_id), "zone_set")


@PAGES.post("/subjects/<uuid:subject_id>/zones/<uuid:zone_id>/remove")
@page("zones.change")
def remove_one(subject_id: UUID, zone_id: UUID) -> Response | tuple[str, int]:
    """End one."""
    try:
        reason = written("reason", LONGEST_REASON, missing="reason_needed")
        with deps().transaction() as tx:
            remove_zone(tx, user(), zone_id, reason=reason, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(subject_id, {}, fault), status
    return done(url_for("pages.zones", subject_id=subject_id), "zone_removed")


def _wanted(subject_id: UUID) -> list[Wanted]:
    kind, datum = request.form.get("kind", ""), request.form.get("datum", Datum.WGS84.value)
    if kind not in set(ZoneKind) or datum not in set(Datum):
        raise Refused("stale_form")
    name = written("name", LONGEST_NAME, missing="zone_name_needed")
    reason = written("reason", LONGEST_REASON, missing="reason_needed")
    features, several = _features(Datum(datum))
    forbidden = kind == ZoneKind.FORBIDDEN
    form_id, typed = client_id(), sorted(request.form.items(multi=True))
    print_ = hash_of(subject_id, [item for item in typed if item[0] != "csrf_token"], [one.shape for one in features])
    return [
        Wanted(
            id=uuid5(form_id, str(n)) if several else form_id,
            kind=ZoneKind(kind),
            name=one.name or (f"{name} {n}" if several else name),
            from_at=instant("from") if request.form.get("from") else None,
            until=instant("to") if request.form.get("to") else None,
            hours=() if forbidden else _hours(),
            polygons=one.shape.polygons,
            circle=one.shape.circle,
            given=one.shape.given,
            prohibition=Prohibition.PLACES if forbidden else None,
            document_no=optional("document_no", LONGEST_DOCUMENT),
            article=optional("article", LONGEST_DOCUMENT),
            reason=reason,
            body_hash=print_,
        )
        for n, one in enumerate(features, start=1)
    ]


def _features(datum: Datum) -> tuple[list[SentFeature], bool]:
    """The shapes of the form, and whether they came out of a file: a file, or a circle."""
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    if content:
        return zone_shapes.features(zone_shapes.read_file(content), datum), True
    lon, lat, radius = (_number(name) for name in ("lon", "lat", "radius_m"))
    return [SentFeature(None, zone_shapes.circle(lon, lat, radius, datum))], False


def _number(name: str) -> float:
    try:
        return float(request.form.get(name, "").strip())
    except ValueError:
        raise Refused("zone_shape_needed") from None


def _hours() -> tuple[WeeklyHours, ...]:
    """The windows of which any part is filled in."""
    windows: list[dict[str, Any]] = []
    for n in WINDOWS:
        days = [int(day) for day in request.form.getlist(f"weekdays{n}") if day in set("1234567")]
        from_time, to_time = request.form.get(f"from_time{n}", ""), request.form.get(f"to_time{n}", "")
        if days or from_time or to_time:
            windows.append({"weekdays": days, "from": from_time[:5], "to": to_time[:5]})
    return read_hours(windows)


def _with_numbers(fault: str, error: ZhifangError) -> str:
    """Of a file, which zones are at fault and why; people count from 1."""
    parts = [
        f"{int(field.split('.')[1]) + 1}: {sentence(code)}"
        for field, code in error.fields.items()
        if field.startswith("features.") and field.split(".")[1].isdigit()
    ]
    return " ".join([fault, *parts]) if parts else fault


def _list(subject_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    with deps().autocommit() as connection:
        name = queries.whose(connection, user_for("zones.read"), subject_id)
        reader, over = user_for("zones.read"), request.args.get("over") == "1"
        when = {"over_at": now} if over else {"held_at": now}
        found = queries.zones(connection, reader, subject_id=subject_id, after=cursor(), limit=LIMIT, **when)
    return render_template(
        "zones.html",
        here="subjects",
        subject_id=subject_id,
        name=name,
        found=found.items,
        more=next_link(found.next_key),
        over=over,
        now=now,
        kinds=KINDS,
        hours_words=hours_words,
        datums=DATUMS,
        windows=WINDOWS,
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        weekdays_typed={n: request.form.getlist(f"weekdays{n}") for n in WINDOWS},
        fault=fault,
    )
