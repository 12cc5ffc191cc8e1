"""The map of one person: where a phone was measured in a time, shown for a reason that is recorded before.

Without a reason the page shows what is not a track: the area that may not be left without leave, and zones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from app.actions.note_reading import note_reading
from app.queries import maps as queries
from app.queries.maps import DrawnZone
from app.queries.subject_file import subject_file
from app.rules.access_log import FIRST, LAST
from app.rules.calendar import end_of_day, legal_day, start_of_day
from app.rules.errors import Refused
from app.rules.tracks import Stretch
from app.web.blueprint import PAGES
from app.web.context import deps
from app.web.drawing import answer_json, drawn, drawn_zone, map_page
from app.web.guard import page, user_for
from app.web.paging import chosen, next_link
from app.web.shown import moment
from app.web.shown_codes import hours_words, mark_words, power_word
from app.web.track_words import Looked, lines_of, marks_of, part_words, read, sketch_of_track, span_words, why_gap

LONGEST_REASON = 500
MOMENT = timedelta(microseconds=1)


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
        area_id = queries.area_at(tx, reader, subject_id, min(now, asked.stretch.until - MOMENT))
    text = bool(asked.reason) and chosen("view", ("text",)) == "text"
    shown = _as_text(subject_id, area_id, zones, asked) if text else {"looked": None}
    return map_page(
        "subject_map.html",
        here="subjects",
        person=person,
        area_id=area_id,
        zones=zones,
        most_zones=queries.MOST_OF_ONE,
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
    looked = read(subject_id, asked.stretch, asked.reason)
    track = looked.track
    place = track.next_place
    following = next_link(place.as_key()) if place else None
    return answer_json(
        {
            "from": asked.stretch.from_at.timestamp(),
            "to": min(asked.stretch.until, deps().now()).timestamp(),
            "unbroken_s": track.unbroken_s,
            "total": track.total,
            "points": _points(looked),
            "parts": [part_words(part) for part in track.parts],
            "gaps": [_gap(gap, looked) for gap in track.gaps],
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


def _values(following: dict[str, str]) -> dict[str, Any]:
    return dict(following)


def _gap(gap: Stretch, looked: Looked) -> dict[str, Any]:
    return {
        "from": gap.from_at.timestamp(),
        "to": gap.until.timestamp(),
        "when": span_words(gap.from_at, gap.until),
        "why": why_gap(gap, looked.explained),
    }


def _points(looked: Looked) -> list[dict[str, Any]]:
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
            "county": point.place_name,
        }
        for point in looked.track.items
    ]


def _as_text(subject_id: UUID, area_id: UUID | None, zones: Sequence[DrawnZone], asked: Asked) -> dict[str, Any]:
    looked = read(subject_id, asked.stretch, asked.reason)
    place = looked.track.next_place
    return {
        "looked": looked,
        "told": lines_of(looked),
        "parts": [part_words(part) for part in looked.track.parts],
        "sketch": sketch_of_track(looked, area_id, zones),
        "more": next_link(place.as_key()) if place else None,
    }
