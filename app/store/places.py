"""What judging a person's places needs: fixes, what bounds the person when, and how far each fix lies beyond it.

Nearly everybody is where they may be. So the new fixes are measured first, with a few before them; only for those of
whom something may have to be said are the fixes of the last hours read as well.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import Connection

from app.rules.bounds import ApprovedLeave, Zone
from app.rules.errors import Refused
from app.rules.places import (
    AreaTerm,
    Known,
    Mark,
    Person,
    Point,
    Track,
    is_quiet,
    look_back,
    next_change,
    rewound,
    weigh,
)
from app.rules.places.episodes import Bound
from app.store import areas, episodes, fixes, leaves, policies, zones
from app.store.bounds import Ground, Measuring, bounds_of
from app.store.fixes import Marked
from app.store.on_record import OnRecord

AHEAD = timedelta(days=400)
"""What begins later than this is found when it is decided, or by the next look."""

FARTHEST = timedelta(days=31)
"""What is older is kept and shown, and judged no more: a phone that was away for a month is another matter by then."""

TURNS = ((timedelta(hours=12), 500), (timedelta(days=3), 20), (FARTHEST, 4))
"""Who is judged from so long ago is judged so many at a time: each may have a thousand fixes for every day of it."""


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """One person: the fixes from `since` on with what lies before them, and everything that bounds the person.

    `known` are episodes on record, `marked` what was thought of the fixes, `leaves` what was approved, with the names
    of its destinations. `look_again_at`: when something begins or ends by the clock.
    """

    person: Person
    track: Track
    since: datetime
    bounds: Sequence[Bound]
    known: Sequence[Known]
    marked: Sequence[Marked]
    leaves: Sequence[tuple[ApprovedLeave, tuple[str, ...]]]
    look_again_at: datetime | None


def in_turns(claimed: Mapping[UUID, datetime], *, now: datetime) -> list[Mapping[UUID, datetime]]:
    """The claimed subjects, so many at a time that their fixes fit into memory, and none from before `FARTHEST`."""
    turns: list[Mapping[UUID, datetime]] = []
    rest = {one: max(since, now - FARTHEST) for one, since in claimed.items()}
    for reach, most in TURNS:
        near = [(one, since) for one, since in rest.items() if since >= now - reach]
        turns += [dict(near[n : n + most]) for n in range(0, len(near), most)]
        rest = {one: since for one, since in rest.items() if since < now - reach}
    return turns


def facts_for(
    tx: Connection, claimed: Mapping[UUID, datetime], seen: Mapping[UUID, OnRecord], *, now: datetime
) -> list[PlaceFacts]:
    """The facts of locked subjects, each from its instant on. The same number of queries for any number of them.

    `seen` tells of whom there is something to be read at all.
    """
    rows = [one for id_, one in seen.items() if id_ in claimed]
    in_force = policies.in_force(tx, {row.office_id for row in rows}, at=now)
    persons = {
        row.id: Person(row.id, row.office_id, in_force[row.office_id].version_id, in_force[row.office_id].policy)
        for row in rows
    }
    back = {one: since - 2 * look_back(persons[one].policy.places) for one, since in claimed.items()}
    earliest = min(back.values())
    held = zones.holding(tx, [row.id for row in rows if row.zones], earliest, now + AHEAD)
    allowed = leaves.approved(tx, [row.id for row in rows if row.leaves], earliest, now + AHEAD)
    ground = _ground(tx, {row.id: _permitted(row) for row in rows}, held, allowed, now)
    known = episodes.known(tx, {row.id: back[row.id] for row in rows if row.episodes})
    marked = fixes.marks(tx, {row.id: back[row.id] for row in rows if row.marks})
    found, close = [], {}
    for facts in _facts(tx, claimed, persons, ground, known=known, marked=marked, now=now):
        if _settled(facts):
            found.append(facts)
        else:
            close[facts.person.subject_id] = back[facts.person.subject_id]
    if close:
        again = {one: claimed[one] for one in close}
        found += _facts(tx, again, persons, ground, known=known, marked=marked, now=now, back=close)
    ended = {row.id for row in rows if row.ended}
    return [replace(facts, look_again_at=None) if facts.person.subject_id in ended else facts for facts in found]


def _settled(facts: PlaceFacts) -> bool:
    """Whether the few fixes read are enough: all within every bound, none that jumped before them."""
    jumps = {fix_id for _, fix_id, mark in facts.marked if mark == Mark.JUMP}
    jumped = any(point.id in jumps for point in facts.track.points) or any(
        Mark.JUMP in weight.marks for weight in facts.track.weights
    )
    return not jumped and all(
        is_quiet(bound, facts.track, facts.since, [one for one in facts.known if one.about == bound.about])
        for bound in facts.bounds
    )


def _facts(
    tx: Connection,
    claimed: Mapping[UUID, datetime],
    persons: Mapping[UUID, Person],
    ground: Ground,
    *,
    known: Mapping[UUID, Sequence[Known]],
    marked: Mapping[UUID, Sequence[Marked]],
    now: datetime,
    back: Mapping[UUID, datetime] | None = None,
) -> list[PlaceFacts]:
    read = fixes.since(tx, back or claimed)
    measuring = Measuring(ground, read)
    found = []
    for subject_id, asked in claimed.items():
        person, points = persons[subject_id], read.get(subject_id, [])
        policy = person.policy
        since = rewound(points, asked)
        weights = weigh(points, None, policy.departure, policy.places)
        track = Track(points, weights, policy.departure, policy.places)
        from_at = since - 2 * look_back(policy.places)
        bounds = bounds_of(ground, measuring, person, from_at, now)
        zones_held, leaves_held = ground.zones.get(subject_id, ()), ground.leaves.get(subject_id, ())
        found.append(
            PlaceFacts(
                person=person,
                track=track,
                since=since,
                bounds=bounds,
                known=known.get(subject_id, ()),
                marked=marked.get(subject_id, ()),
                leaves=[(leave, ground.named(leave)) for leave in leaves_held],
                look_again_at=next_change(zones_held, leaves_held, ground.terms.get(subject_id, ()), now),
            )
        )
    return found


def _permitted(row: OnRecord) -> list[AreaTerm]:
    """Which areas bound somebody when, the last one from then on; the versions of each are another matter."""
    ends = [None, *row.ends, None]
    named = [*row.areas, row.permitted_area_id]
    terms = zip(named, pairwise(ends), strict=True)
    return [AreaTerm(area, from_at, until) for area, (from_at, until) in terms if area is not None]


def _ground(
    tx: Connection,
    permitted: Mapping[UUID, Sequence[AreaTerm]],
    held: Mapping[UUID, Sequence[Zone]],
    allowed: Mapping[UUID, Sequence[ApprovedLeave]],
    now: datetime,
) -> Ground:
    codes = {code for each in allowed.values() for leave in each for code in leave.destinations}
    destinations = _destinations(tx, codes, now)
    asked = {term.area_id for each in permitted.values() for term in each} | set(destinations.values())
    versions = areas.versions(tx, asked) if asked else {}
    return Ground.of(tx, permitted, held, allowed, destinations, versions)


def _destinations(tx: Connection, codes: set[str], now: datetime) -> Mapping[str, UUID]:
    """The areas that leave names. A code that names none any more adds nothing, and stops nobody's judging."""
    found: dict[str, UUID] = {}
    for code in sorted(codes):
        with suppress(Refused):
            found |= areas.area_ids_of_destinations(tx, [code], now=now)
    return found


__all__ = ["PlaceFacts", "Point", "facts_for", "in_turns"]
