"""Where a phone was around the time of an alert: a plain drawing and lines. Opening it is a look that is recorded."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import render_template

from app.queries import alerts, maps
from app.rules.calendar import legal_day
from app.rules.tracks import Stretch
from app.web.blueprint import PAGES
from app.web.context import deps
from app.web.guard import page, user_for
from app.web.track_words import lines_of, part_words, read, reason_words, sketch_of_track

BEFORE, AFTER = timedelta(minutes=30), timedelta(minutes=30)
LONGEST = timedelta(hours=6)
"""The beginning of an episode tells what happened; the rest of a long one stands on the map of the person."""


@PAGES.get("/alerts/<uuid:alert_id>/evidence")
@page("alerts.evidence")
def alert_evidence(alert_id: UUID) -> str:
    """The fixes from half an hour before the episode on, with area and zones. The alert itself is the reason."""
    now = deps().now()
    today = legal_day(now)
    with deps().autocommit() as connection:
        shown = alerts.alert(connection, user_for("alerts.read"), alert_id, today=today)
        span = around(shown.event_at, shown.recovered_at, now)
        zones = maps.zones(connection, user_for("subjects.read"), shown.subject_id, span.from_at, span.until)
        area_id = maps.area_at(connection, user_for("subjects.read"), shown.subject_id, shown.event_at)
    reason = reason_words(shown.title, shown.event_at)
    looked = read(shown.subject_id, span, reason)
    return render_template(
        "alert_evidence.html",
        here="alerts",
        alert=shown,
        span=span,
        day=legal_day(shown.event_at),
        reason=reason,
        told=lines_of(looked),
        parts=[part_words(part) for part in looked.track.parts],
        zones=zones,
        most_zones=maps.MOST_OF_ONE,
        sketch=sketch_of_track(looked, area_id, zones),
    )


def around(event_at: datetime, recovered_at: datetime | None, now: datetime) -> Stretch:
    """Half an hour about the episode, and not more than six hours of it."""
    ends = min((recovered_at or now) + AFTER, event_at + LONGEST, max(now, event_at + AFTER))
    return Stretch(event_at - BEFORE, ends)
