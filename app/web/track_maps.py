"""The map of one person: where a phone was measured in a time, shown for a reason that is recorded before.

Without a reason the page shows what is not a track: the area that may not be left without leave, and zones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from app.actions.note_reading import note_reading
from app.actions.read_track import Track, read_track
from app.queries import maps as queries
from app.queries.maps import DrawnZone, Episode
from app.queries.subject_file import SubjectFile, subject_file
from app.rules.access_log import FIRST, LAST
from app.rules.calendar import SHANGHAI, end_of_day, legal_day, start_of_day
from app.rules.errors import Refused
from app.rules.tracks import Stretch, place_of, runs
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.drawing import DETAILS, answer_json, drawn, drawn_zone, map_page
from app.web.guard import may, page, user_for
from app.web.paging import chosen, cursor, next_link
from app.web.shown import clock, moment
from app.web.shown_codes import hours_words, mark_words, power_word
from app.web.sketch import Marked, sketch_of

AT_ONCE = 2000
LONGEST_REASON = 500
EXPLAINS = ("lost_contact", "device_trouble", "suspected_fake", "suspected_separation")


@dataclass(frozen=True)
class Asked:
    """Which time, in whole local days, and why. Without a reason nothing of a track is shown."""

    from_day: date
    to_day: date
    reason: str

    @property
    def stretch(self) -> Stretch:
        """The days as a time."""
        return Stretch(start_of_day(self.from_day), end_of_day(self.to_day))


@PAGES.get("/subjects/<uuid:subject_id>/map")
@page("tracks.read")
def subject_map(subject_id: UUID) -> Response:
    """The page. With a reason it fetches the track, or shows it as text with a plain sketch."""
    asked, now = _asked(), deps().now()
    with deps().transaction() as tx:
        reader = user_for("subjects.read")
        person = subject_file(tx, reader, subject_id, deps().settings, now=now)
        note_reading(tx, reader, "subjects.read", subject_id, now=now)
        zones = queries.zones(tx, reader, subject_id, asked.stretch.from_at, asked.stretch.until)
    text = bool(asked.reason) and chosen("view", ("text",)) == "text"
    shown = _as_text(subject_id, person, zones, asked) if text else {"told": None, "sketch": None, "more": None}
    return map_page(
        "subject_map.html",
        here="subjects",
        person=person,
        zones=zones,
        drawn_zones=[drawn_zone(zone) for zone in zones],
        home=drawn(person.home.lon, person.home.lat) if person.home else None,
        asked=asked,
        today=legal_day(now),
        text=text,
        hours_words=hours_words,
        **shown,
    )


@PAGES.get("/subjects/<uuid:subject_id>/track.json")
@page("tracks.read")
def track_json(subject_id: UUID) -> Response:
    """A page of the track for the map, recorded with its reason before it is shown."""
    asked = _asked()
    if not asked.reason:
        raise Refused("reason_needed")
    track, counties, explained = _read(subject_id, asked)
    place = track.next_place
    following = next_link(place.as_key()) if place else None
    return answer_json(
        {
            "from": asked.stretch.from_at.timestamp(),
            "to": min(asked.stretch.until, deps().now()).timestamp(),
            "unbroken_s": track.unbroken_s,
            "total": track.total,
            "points": _points(track, counties),
            "gaps": [_gap(gap, explained) for gap in track.gaps],
            "next": following and url_for("pages.track_json", subject_id=subject_id, **_values(following)),
        }
    )


def _asked() -> Asked:
    """Today, unless the address says otherwise; Refused for days that make no sense."""
    today = legal_day(deps().now())
    try:
        from_day = date.fromisoformat(request.args.get("from") or today.isoformat())
        to_day = date.fromisoformat(request.args.get("to") or from_day.isoformat())
    except ValueError:
        raise Refused("bad_filter") from None
    if not FIRST <= from_day <= to_day <= LAST:
        raise Refused("days_unfit")
    return Asked(from_day, to_day, request.args.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON])


def _read(subject_id: UUID, asked: Asked) -> tuple[Track, Sequence[str | None], Sequence[Episode]]:
    """The track, the county of each fix, and what alerts told of that time."""
    now = deps().now()
    shown = asked.stretch
    with deps().transaction() as tx:
        track = read_track(
            tx, user(), subject_id, shown, reason=asked.reason, now=now, after=place_of(cursor()), limit=AT_ONCE
        )
        counties = queries.counties_of(tx, [(point.lon, point.lat) for point in track.items], at=now)
        if not may("alerts.read"):
            return track, counties, ()
        told = queries.episodes(
            tx, user_for("alerts.read"), subject_id, shown.from_at, shown.until, today=legal_day(now)
        )
    return track, counties, [one for one in told if one.kind in EXPLAINS]


def _values(following: dict[str, str]) -> dict[str, Any]:
    return dict(following)


def _points(track: Track, counties: Sequence[str | None]) -> list[dict[str, Any]]:
    return [
        {
            "t": point.effective_at.timestamp(),
            "at": drawn(point.lon, point.lat),
            "accuracy_m": round(point.accuracy_m, 1),
            "power": point.power_kind,
            "words": power_word(point.power_kind),
            "marks": list(marks_of(point)),
            "marked": mark_words(marks_of(point)),
            "proven": point.time_proven,
            "when": moment(point.effective_at),
            "county": county,
        }
        for point, county in zip(track.items, counties, strict=True)
    ]


def marks_of(point: Any) -> Sequence[str]:
    """What is thought of a fix: what judging found, and what the phone says itself."""
    found = list(getattr(point, "marks", ()) or ())
    if point.mock and "mock" not in found:
        found.append("mock")
    return found


def _gap(gap: Stretch, explained: Sequence[Episode]) -> dict[str, Any]:
    return {
        "from": gap.from_at.timestamp(),
        "to": gap.until.timestamp(),
        "when": _span(gap.from_at, gap.until),
        "why": why_gap(gap, explained),
    }


def why_gap(gap: Stretch, explained: Sequence[Episode]) -> str | None:
    """What an alert told of that time; None where nothing is known."""
    for one in explained:
        if one.from_at < gap.until and (one.until is None or one.until > gap.from_at):
            return one.why
    return None


def _span(from_at: datetime, until: datetime) -> str:
    same = from_at.astimezone(SHANGHAI).date() == until.astimezone(SHANGHAI).date()
    return f"{moment(from_at)} 至 {clock(until) if same else moment(until)}"


def _as_text(subject_id: UUID, person: SubjectFile, zones: Sequence[DrawnZone], asked: Asked) -> dict[str, Any]:
    """The same facts as lines in order of time, gaps among them, and the plain sketch."""
    track, counties, explained = _read(subject_id, asked)
    points = track.items
    joined = runs([point.effective_at for point in points], timedelta(seconds=track.unbroken_s))
    places = [
        Marked(
            point.lon,
            point.lat,
            point.accuracy_m,
            "doubtful" if marks_of(point) else "new",
            f"{moment(point.effective_at)},误差 {point.accuracy_m:.0f} 米",
        )
        for point in points
    ]
    shapes = [(zone.kind, zone.name, zone.geometry) for zone in zones]
    if person.permitted_area_id:
        with deps().autocommit() as connection:
            area = queries.outline(connection, person.permitted_area_id, tolerance_deg=DETAILS["fine"])
        shapes.insert(0, ("area", area.name, area.geometry))
    lines = [[(points[n].lon, points[n].lat) for n in run] for run in joined]
    return {
        "told": _lines(track, counties, explained),
        "sketch": sketch_of(places, shapes, lines),
        "more": next_link(track.next_place.as_key()) if track.next_place else None,
    }


def _lines(track: Track, counties: Sequence[str | None], explained: Sequence[Episode]) -> list[dict[str, Any]]:
    """Each fix, and between two that are too far apart the gap; under an order those that nobody closed yet too."""
    lines: list[dict[str, Any]] = []
    longest = timedelta(seconds=track.unbroken_s)
    ordered = {(gap.from_at, gap.until) for gap in track.gaps}
    spans = {(a.effective_at, b.effective_at) for a, b in pairwise(track.items)}
    gaps = ordered | {span for span in spans if span[1] - span[0] > longest}
    for from_at, until in gaps:
        gap = Stretch(from_at, until)
        lines.append(
            {
                "at": from_at,
                "gap": _span(from_at, until),
                "missing": (from_at, until) in ordered,
                "why": why_gap(gap, explained),
                "point": None,
            }
        )
    for point, county in zip(track.items, counties, strict=True):
        marked = mark_words(marks_of(point))
        lines.append({"at": point.effective_at, "gap": None, "point": point, "marked": marked, "county": county})
    return sorted(lines, key=lambda line: (line["at"], line["gap"] is not None))
