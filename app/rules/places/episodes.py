"""From fixes to episodes: for each bound, from when until when the person was beyond it.

Each stretch in which the same region holds is judged by itself, so that what begins by the clock (a curfew, the end of
a leave) finds whoever is beyond it already. Judging starts at an instant `since`, from the episodes that are on record
there; what it finds is the same as if everything had been judged from the beginning.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.rules.facts import About, AlertKind
from app.rules.places.crossings import Crossing, Depths, How, Machine, began, look_back, side_of
from app.rules.places.marks import Weight
from app.rules.places.points import Point
from app.rules.places.stretches import Region, Stretch
from app.rules.policy import Departure, Places


class Over(StrEnum):
    """Why an episode is over: seen back, the bound itself ended, or the place is allowed since."""

    RETURNED = "returned"
    BOUND_OVER = "bound_over"
    ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that bounds the person. `beyond` has, for each region, how far each fix lies beyond it, in metres."""

    kind: AlertKind
    about: About
    depths: Depths
    stretches: tuple[Stretch, ...]
    beyond: Mapping[Region, Sequence[float | None]]


@dataclass(frozen=True, slots=True)
class Known:
    """An episode on record. `decided_at` and `ended_at` are the instants of the fixes that decided both ends."""

    id: UUID
    kind: AlertKind
    about: About
    from_at: datetime
    decided_at: datetime
    until: datetime | None
    ended_at: datetime | None
    last_seen_at: datetime
    fixes: int
    judged_at: datetime


@dataclass(slots=True)
class Episode:
    """An episode as it is found now. `known` is what it was on record; `seen` are the fixes beyond, by their place."""

    from_at: datetime
    decided_at: datetime
    how: How
    region: Region
    known: Known | None = None
    seen: list[int] = field(default_factory=list)
    until: datetime | None = None
    ended_at: datetime | None = None
    over: Over | None = None
    ended_by: int | None = None

    def end(self, until: datetime, ended_at: datetime, over: Over, by: int | None = None) -> None:
        """It is over since `until`, as was known by `ended_at`."""
        self.until, self.ended_at, self.over, self.ended_by = until, ended_at, over, by


@dataclass(frozen=True, slots=True)
class Track:
    """The fixes of one person in order of time, what each weighs, and the values by which they are judged."""

    points: Sequence[Point]
    weights: Sequence[Weight]
    departure: Departure
    places: Places


@dataclass(frozen=True, slots=True)
class Findings:
    """What one bound gave: the episodes that touch the time that was judged, and known ones that have no ground."""

    bound: Bound
    episodes: tuple[Episode, ...] = ()
    groundless: tuple[Known, ...] = ()


def find(bound: Bound, track: Track, since: datetime, known: Sequence[Known]) -> Findings:
    """Judge one bound from `since` on; `known` are its episodes on record that had not ended long before."""
    if not _lasting(known, since) and is_quiet(bound, track, since, known):
        return Findings(bound)
    since = _from_where(bound, since, track.places)
    before = next((one for one in known if one.decided_at < since and not _ended(one, since)), None)
    at_issue = [one for one in known if one.decided_at >= since]
    episodes = _Search(bound, track, since).run(before, known)
    _match(episodes, at_issue)
    kept = {id(episode.known) for episode in episodes}
    return Findings(bound, tuple(episodes), tuple(one for one in at_issue if id(one) not in kept))


def _lasting(known: Sequence[Known], since: datetime) -> list[Known]:
    return [one for one in known if not _ended(one, since)]


def _ended(one: Known, by: datetime) -> bool:
    return one.ended_at is not None and one.ended_at < by


def _from_where(bound: Bound, since: datetime, places: Places) -> datetime:
    """A stretch that began a short while ago is judged anew as a whole: nothing need be remembered across its start."""
    for stretch in bound.stretches:
        if since - look_back(places) < stretch.from_at < since < stretch.until:
            return stretch.from_at
    return since


def is_quiet(bound: Bound, track: Track, since: datetime, known: Sequence[Known]) -> bool:
    """Whether all fixes from `since` on lie on the side on which the person is known to be, and nothing begins or ends.

    Then no fix before `since` matters: it would be forgotten by the first of them.
    """
    lasting = _lasting(known, since)
    if any(one.decided_at >= since or one.ended_at is not None for one in lasting):
        return False
    points = track.points
    for stretch in bound.stretches:
        if stretch.until <= since or (stretch.region is None and stretch.from_at < since and not lasting):
            continue
        if stretch.region is None or stretch.from_at >= since:
            return False
        beyond = bound.beyond[stretch.region]
        sides = (side_of(beyond[n], points[n]) for n in range(bisect_left(points, since, key=_at), len(points)))
        if any(side is not bool(lasting) for side in sides):
            return False
    return True


def _at(point: Point) -> datetime:
    return point.at


@dataclass(slots=True)
class _Search:
    """One pass over the stretches of one bound."""

    bound: Bound
    track: Track
    since: datetime
    episodes: list[Episode] = field(default_factory=list)
    current: Episode | None = None
    machine: Machine | None = None

    def run(self, before: Known | None, known: Sequence[Known]) -> list[Episode]:
        if before is not None:
            region = Region(before.about.id)  # the next fix tells by which it is measured
            self._open(Episode(before.from_at, before.decided_at, How.BEGAN, region, known=before))
        for stretch in self.bound.stretches:
            if stretch.until <= self.since:
                continue
            if stretch.from_at >= self.since:
                self._begin(stretch)
            else:
                self._resume(stretch, known)
            if stretch.region is not None:
                self._walk(stretch)
        return self.episodes

    def _machine(self, region: Region) -> Machine:
        track = self.track
        return Machine(
            track.points, track.weights, self.bound.beyond[region], self.bound.depths, track.departure, track.places
        )

    def _open(self, episode: Episode) -> None:
        self.current = episode
        self.episodes.append(episode)

    def _resume(self, stretch: Stretch, known: Sequence[Known]) -> None:
        """In the middle of a stretch: remember the fixes before, with the sides that were decided then."""
        if stretch.region is None:
            return
        machine = self.machine = self._machine(stretch.region)
        points = self.track.points
        upto = bisect_left(points, self.since, key=_at)
        warm = bisect_left(points, self.since - look_back(self.track.places), key=_at)
        for n in range(warm, upto):
            _take_side(machine, known, points[n].at)
            machine.step(n, decide=False)
        _take_side(machine, known, self.since)

    def _begin(self, stretch: Stretch) -> None:
        """At the beginning of a stretch: by the fixes of the last while, on which side of it is the person?"""
        if stretch.region is None:
            self._close_at(stretch.from_at, Over.BOUND_OVER)
            self.machine = None
            return
        machine = self.machine = self._machine(stretch.region)
        points = self.track.points
        upto = bisect_left(points, stretch.from_at, key=_at)
        first = began(points, upto, stretch.from_at, self.track.places)
        if first is None:
            machine.out = self.current is not None
            return
        crossing: Crossing | None = None
        for n in range(first, upto):
            crossing = machine.step(n) or crossing
        if not machine.out:
            self._close_at(stretch.from_at, Over.ALLOWED)
        elif self.current is None and crossing is not None:
            seen = [n for n in range(crossing.at, upto) if machine.side(n)]
            self._open(Episode(stretch.from_at, stretch.from_at, How.BEGAN, stretch.region, seen=seen))

    def _close_at(self, at: datetime, over: Over) -> None:
        if self.current is not None:
            self.current.end(at, at, over)
            self.current = None

    def _walk(self, stretch: Stretch) -> None:
        """Every fix of the stretch from `since` on."""
        points, machine = self.track.points, self.machine
        if machine is None or stretch.region is None:
            return
        first = bisect_left(points, max(self.since, stretch.from_at), key=_at)
        for n in range(first, bisect_left(points, stretch.until, key=_at)):
            crossing = machine.step(n)
            if crossing is not None and machine.out:
                from_at = max(points[crossing.at].at, stretch.from_at)
                seen = [m for m in range(crossing.at, n) if machine.side(m)]
                self._open(Episode(from_at, points[n].at, crossing.how, stretch.region, seen=seen))
            elif crossing is not None and self.current is not None:
                self.current.end(max(points[crossing.at].at, stretch.from_at), points[n].at, Over.RETURNED, n)
                self.current = None
            if self.current is not None and machine.side(n) and self.track.weights[n].counts:
                self.current.seen.append(n)
                self.current.region = self.current.region if self.current.known is None else stretch.region


def _take_side(machine: Machine, known: Sequence[Known], at: datetime) -> None:
    """The side that was decided by the fixes before `at`."""
    out = any(one.decided_at < at and not _ended(one, at) for one in known)
    if out is not machine.out:
        machine.turn()


def _match(episodes: list[Episode], at_issue: Sequence[Known]) -> None:
    """Which of the episodes found are on record already: those whose times touch, each at most once."""
    free = list(at_issue)
    for episode in episodes:
        if episode.known is None:
            episode.known = next((one for one in free if _same(episode, one)), None)
            free = [one for one in free if one is not episode.known]


def _same(episode: Episode, one: Known) -> bool:
    """An episode that was over and now goes on is told anew: whoever read that it was over must hear of it."""
    if one.until is not None and (episode.until is None or episode.until > one.until):
        return False
    begins_before = one.until is None or episode.from_at <= one.until
    return begins_before and (episode.until is None or one.from_at <= episode.until)
