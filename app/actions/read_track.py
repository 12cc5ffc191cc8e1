"""Read where a subject was: an act that is recorded with its reason before anything is shown [Law 29]."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from app.rules.effects import Decision, WriteAudit
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.rules.tracks import Part, Place, Stretch, gaps, parts, refuse_range, unbroken
from app.store import areas, effects, policies, tracks
from app.store.tracks import LastPosition, TrackPoint


@dataclass(frozen=True, slots=True)
class Track:
    """One page of a track, and its parts by the powers that allowed them.

    `total` counts all fixes of the time asked for; `next_place` is None on the last page. Fixes that are more than
    `unbroken_s` apart belong to no one line: nobody knows what lay between them.
    """

    items: Sequence[TrackPoint]
    gaps: tuple[Stretch, ...]
    total: int
    next_place: Place | None
    unbroken_s: float = 0.0
    parts: tuple[Part, ...] = ()


def read_track(
    tx: Connection,
    actor: Actor,
    subject_id: UUID,
    shown: Stretch,
    *,
    reason: str,
    now: datetime,
    after: Place | None = None,
    limit: int = 500,
) -> Track:
    """One page of what a subject's phone reported in that time, by the time at which it happened.

    Who read, which time, why, and how many fixes were shown of how many is written in the same transaction. Refused
    for more than 31 days at once, NotFound out of reach.
    """
    refuse_range(shown.from_at, shown.until)
    office_id = _office(tx, actor, subject_id)
    total = tracks.count(tx, subject_id, shown)
    found = tracks.points(tx, subject_id, shown, after=after, limit=limit + 1)
    page, more = found[:limit], len(found) > limit
    details = {
        "from": shown.from_at.isoformat(),
        "to": shown.until.isoformat(),
        "points": len(page),
        "of": total,
    }
    act = WriteAudit(now, actor, "tracks.read", subject_id, reason=reason, details=details)
    effects.apply(tx, [Decision((act,))])
    begun = after.effective_at if after else shown.from_at
    seen = Stretch(begun, page[-1].effective_at if more else max(begun, min(shown.until, now)))
    policy = policies.of_office(tx, office_id, at=now).policy
    found_gaps = gaps([point.effective_at for point in page], tracks.orders(tx, subject_id, seen), seen, policy)
    last = page[-1] if more else None
    next_place = Place(last.effective_at, last.recorded_at, last.id) if last else None
    page = _named(tx, page)
    return Track(page, found_gaps, total, next_place, unbroken(policy).total_seconds(), parts(page))


def read_last_position(
    tx: Connection, actor: Actor, subject_id: UUID, *, reason: str | None, now: datetime
) -> LastPosition | None:
    """Where a subject was seen last, None where never; recorded like a track. NotFound out of reach."""
    _office(tx, actor, subject_id)
    found = tracks.last_position(tx, subject_id)
    details = {"at": found.effective_at.isoformat() if found else None, "points": 1 if found else 0}
    act = WriteAudit(now, actor, "tracks.read_last", subject_id, reason=reason, details=details)
    effects.apply(tx, [Decision((act,))])
    if found is None:
        return None
    (name,) = areas.county_names(tx, [(found.lon, found.lat)])
    return replace(found, place_name=name)


def _named(tx: Connection, points: Sequence[TrackPoint]) -> Sequence[TrackPoint]:
    """The same fixes with the counties in which they lie; each place is looked up once."""
    places = sorted({(point.lon, point.lat) for point in points})
    names = dict(zip(places, areas.county_names(tx, places), strict=True))
    return [replace(point, place_name=names[point.lon, point.lat]) for point in points]


def _office(tx: Connection, actor: Actor, subject_id: UUID) -> UUID:
    office_id = tracks.office_of(tx, actor, subject_id)
    if office_id is None:
        raise NotFound("not_found")
    return office_id
