"""One person's days: the way through them, what really happened, what ailed the phone, and which leave was given."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from shapely.geometry.base import BaseGeometry

from app.simulation.counties.abroad import destination
from app.simulation.counties.dice import dice
from app.simulation.counties.episodes import Gap, Stage, Truth, possible
from app.simulation.counties.ground import Ground, NoPlaceError, Spot, disc, ground_of
from app.simulation.counties.people import Person
from app.simulation.counties.phones import trouble
from app.simulation.counties.routine import DAY, HOUR, ordinary_day
from app.simulation.counties.spec import Spec
from app.simulation.counties.track import Track, Walk

ORDERED_SHARE = 0.4
"""How much of what happens falls to those under an order, who gave reason for it."""

LIMIT_S = {True: 2 * HOUR, False: 24 * HOUR}
"""Silence beyond this is lost contact, whatever is behind it."""

PLACE_KINDS = ("left_area", "forbidden_zone", "left_zone")
ONE_EPISODE_S = 600.0
"""Whoever is back for less than this was away once."""

FIRST_DAY, LAST_DAYS = 1, 2
"""On the first day people are registered; what begins on the last ones could not end."""


@dataclass(frozen=True)
class Leave:
    """An approved absence, or a permit for frequent travel where `frequent`; seconds, and when one was back."""

    start: float
    end: float
    unit: str
    returned: float | None = None
    frequent: bool = False


@dataclass
class Life:
    """Everything of one person that a scenario tells."""

    person: Person
    track: Track
    truths: list[Truth] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    leaves: list[Leave] = field(default_factory=list)


def live(spec: Spec, person: Person) -> Life:
    """All days of one person."""
    return _Living(spec, person, ground_of(spec.county)).life()


class _Living:
    def __init__(self, spec: Spec, person: Person, ground: Ground) -> None:
        self.spec, self.person, self.ground = spec, person, ground
        self.walk = Walk(0.0, person.home)
        self.found = Life(person, Track([]))
        self.busy_until = FIRST_DAY * DAY
        self.own = dice(spec.seed, "life", person.name)
        self.workplace = person.work
        self.trip_day = self._trip_day()

    def life(self) -> Life:
        if self.person.commutes:
            self._commute()
        for day in range(self.spec.days):
            if self.walk.now < (day + 1) * DAY - 12 * HOUR:
                self._day(day, dice(self.spec.seed, "day", self.person.name, day))
        self.walk.stay(self.spec.days * DAY)
        self.found.track = Track(self.walk.legs)
        self.found.truths = [*self._dated()]
        self.found.gaps.sort(key=lambda gap: gap.start)
        return self.found

    def _day(self, day: int, own: Random) -> None:
        midnight = day * DAY
        free = midnight >= self.busy_until
        last = day >= self.spec.days - LAST_DAYS
        if free and not last and day == self.trip_day:
            self._travel(midnight, own)
        elif free and not last and own.random() < self._rate():
            self._episode(midnight, own)
        elif free:
            ordinary_day(self.walk, self.person, own, midnight, self._weekday(day), self.workplace)
            self.found.gaps += trouble(self.person, own, midnight)
            self.busy_until = max([self.busy_until, *(gap.end for gap in self.found.gaps)])
        elif self.walk.now <= midnight + 7 * HOUR and day >= FIRST_DAY:
            ordinary_day(self.walk, self.person, own, midnight, self._weekday(day), self.workplace)

    def _weekday(self, day: int) -> int:
        return (self.spec.start.weekday() + day) % 7

    def _rate(self) -> float:
        if self.person.commutes:
            return 0.0
        if self.person.ordered:
            return self.spec.episodes * ORDERED_SHARE / self.spec.ordered
        return self.spec.episodes * (1 - ORDERED_SHARE) / (1 - self.spec.ordered)

    def _episode(self, midnight: float, own: Random) -> None:
        """Draw what happens until something is possible from where the person lives."""
        stage = Stage(self.person, self.ground, own, midnight)
        for _ in range(20):
            try:
                happened = own.choice(possible(self.person))(self.walk, stage)
            except NoPlaceError:
                continue
            self.found.truths += happened.truths
            self.found.gaps += happened.gaps
            ends = [self.walk.now, *(gap.end for gap in happened.gaps)]
            self.found.gaps += self._unsent(happened.truths, own)
            self.busy_until = max(ends) + 6 * HOUR
            return

    def _unsent(self, truths: tuple[Truth, ...], own: Random) -> list[Gap]:
        """Where one leaves, the network may be gone for a while: the evidence comes late, in one batch."""
        if truths[0].kind not in PLACE_KINDS or own.random() >= 0.15:
            return []
        start = own.uniform(truths[0].start, truths[0].end)
        return [Gap("offline", start, start + own.uniform(0.2, 1.4) * HOUR)]

    def _trip_day(self) -> int | None:
        if not self.person.travels or self.spec.days < 6:
            return None
        return self.own.randrange(FIRST_DAY + 1, self.spec.days - 4)

    def _travel(self, midnight: float, own: Random) -> None:
        """Two to four days in another county, with leave."""
        unit, spot = destination(self.spec.county, own, self.walk.spot)
        start = midnight + 6 * HOUR
        days = own.randint(1, 3)
        self.walk.stay(midnight + own.uniform(7.5, 10) * HOUR)
        self.walk.go(spot, own.uniform(14, 22))
        self.walk.stay(midnight + days * DAY + own.uniform(9, 15) * HOUR)
        self.walk.go(self.person.home, own.uniform(14, 22))
        self.found.leaves.append(Leave(start, midnight + days * DAY + 22 * HOUR, unit, self.walk.now + HOUR / 2))
        self.busy_until = midnight + (days + 1) * DAY

    def _commute(self) -> None:
        unit, spot = destination(self.spec.county, self.own, self.person.home)
        self.found.leaves.append(Leave(FIRST_DAY * DAY, self.spec.days * DAY, unit, frequent=True))
        self.workplace = spot

    def _dated(self) -> Iterator[Truth]:
        """What is true: of places whatever the way shows, for each bound; and every silence that went too far."""
        yield from (truth for truth in self.found.truths if truth.kind not in PLACE_KINDS)
        for start, end in self._beyond(self.ground.area, self.ground.inner):
            if not any(leave.start <= start and end <= leave.end for leave in self.found.leaves):
                yield Truth("left_area", start, end)
        for zone in self.person.zones:
            kind = "forbidden_zone" if zone.kind == "forbidden" else "left_zone"
            for start, end in self._beyond(disc(zone.centre, zone.radius_m)):
                yield Truth(kind, start, end)
        for gap in self.found.gaps:
            limit = LIMIT_S[self.person.ordered]
            reached = gap.start + limit < min(gap.end, self.spec.days * DAY)
            if gap.what in {"off", "offline"} and reached and gap.why != "person":
                yield Truth("lost_contact", gap.start, gap.end, "phone")

    def _beyond(self, bound: BaseGeometry, within: BaseGeometry | None = None) -> list[tuple[float, float]]:
        """From when to when the way was on the other side of a bound than home; `within` never crosses it."""
        crossed = [*self.found.track.crossings(bound, within)]
        if len(crossed) % 2:
            crossed.append(self.spec.days * DAY)
        spans: list[tuple[float, float]] = []
        for start, end in zip(crossed[::2], crossed[1::2], strict=True):
            if spans and start - spans[-1][1] < ONE_EPISODE_S:
                spans[-1] = spans[-1][0], end
            else:
                spans.append((start, end))
        return spans


__all__ = ["Leave", "Life", "Spot", "live"]
