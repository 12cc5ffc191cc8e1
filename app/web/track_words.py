"""A track in words, and as a plain drawing: what stands beside every map of it, and instead of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from app.actions.read_track import Track, read_track
from app.queries import maps as queries
from app.queries.maps import DrawnZone, Episode
from app.rules.calendar import SHANGHAI, legal_day
from app.rules.tracks import Part, Stretch, place_of, runs
from app.web.context import deps
from app.web.drawing import DETAILS
from app.web.guard import may, user_for
from app.web.paging import cursor
from app.web.shown import clock, moment
from app.web.shown_codes import article_word, mark_words, power_word
from app.web.sketch import Marked, Sketch, sketch_of

AT_ONCE = 2000
EXPLAINS = ("lost_contact", "device_trouble", "suspected_fake", "suspected_separation")
"""Alerts that may tell why no position came."""


@dataclass(frozen=True)
class Looked:
    """What was read: the track, and what alerts told of that time."""

    track: Track
    explained: Sequence[Episode]


def read(subject_id: UUID, shown: Stretch, reason: str) -> Looked:
    """A page of the track, from the place that the address names; recorded with its reason before it is shown."""
    now = deps().now()
    with deps().transaction() as tx:
        track = read_track(
            tx,
            user_for("tracks.read"),
            subject_id,
            shown,
            reason=reason,
            now=now,
            after=place_of(cursor()),
            limit=AT_ONCE,
        )
        if not may("alerts.read"):
            return Looked(track, ())
        reader = user_for("alerts.read")
        told = queries.episodes(tx, reader, subject_id, shown.from_at, shown.until, today=legal_day(now))
    return Looked(track, [one for one in told if one.kind in EXPLAINS])


def marks_of(point: Any) -> Sequence[str]:
    """What is thought of a fix: what judging found, and what the phone says itself."""
    found = list(point.marks)
    if point.mock and "mock" not in found:
        found.append("mock")
    return found


def why_gap(gap: Stretch, explained: Sequence[Episode]) -> str | None:
    """What an alert told of that time; None where nothing is known."""
    for one in explained:
        if one.from_at < gap.until and (one.until is None or one.until > gap.from_at):
            return one.why
    return None


def span_words(from_at: datetime, until: datetime) -> str:
    """Such as `今天 06:10 至 08:00`."""
    same = from_at.astimezone(SHANGHAI).date() == until.astimezone(SHANGHAI).date()
    return f"{moment(from_at)} 至 {clock(until) if same else moment(until)}"


def reason_words(title: str, event_at: datetime) -> str:
    """Why a track was looked at whose reason is an alert."""
    return f"核对预警:{title}({moment(event_at)})"


def part_words(part: Part) -> str:
    """Under which power a stretch was taken, such as `今天 06:00 至 06:55:电子定位决定(…),12 个位置`."""
    article = f"({article_word(part.article)})" if part.article else ""
    term = f",{span_words(part.power_from, part.power_until)}有效" if part.power_from and part.power_until else ""
    when = moment(part.from_at) if part.points == 1 else span_words(part.from_at, part.until)
    return f"{when}:{power_word(part.power_kind)}{article}{term},{part.points} 个位置"


def lines_of(looked: Looked) -> list[dict[str, Any]]:
    """Each fix, and between two that are too far apart the gap, in order of time; `missing` where an order asked for
    more.
    """
    track = looked.track
    longest = timedelta(seconds=track.unbroken_s)
    missing = {(gap.from_at, gap.until) for gap in track.gaps}
    spans = {(a.effective_at, b.effective_at) for a, b in pairwise(track.items)}
    gaps = missing | {span for span in spans if span[1] - span[0] > longest}
    lines: list[dict[str, Any]] = [
        {
            "at": from_at,
            "gap": span_words(from_at, until),
            "missing": (from_at, until) in missing,
            "why": why_gap(Stretch(from_at, until), looked.explained),
        }
        for from_at, until in gaps
    ]
    lines += [
        {
            "at": point.effective_at,
            "gap": None,
            "point": point,
            "marked": mark_words(marks_of(point)),
        }
        for point in track.items
    ]
    return sorted(lines, key=lambda line: (line["at"], line["gap"] is not None))


def sketch_of_track(looked: Looked, area_id: UUID | None, zones: Sequence[DrawnZone]) -> Sketch | None:
    """The fixes with their circles, lines where the next came in time, the area and the zones."""
    points = looked.track.items
    joined = runs([point.effective_at for point in points], timedelta(seconds=looked.track.unbroken_s))
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
    if area_id:
        with deps().autocommit() as connection:
            area = queries.outline(connection, area_id, tolerance_deg=DETAILS["fine"])
        shapes.insert(0, ("area", area.name, area.geometry))
    return sketch_of(places, shapes, [[(points[n].lon, points[n].lat) for n in run] for run in joined])
