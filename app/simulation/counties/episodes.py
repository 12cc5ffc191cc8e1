"""What really happens now and then: who leaves, enters, vanishes, leaves the phone at home, or fakes a place.

Each episode writes the part of a day that it needs, and says what is true of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import dist, pi
from random import Random

from app.simulation.counties.ground import Ground, NoPlaceError, Spot, away
from app.simulation.counties.people import Person
from app.simulation.counties.routine import HOUR, trip
from app.simulation.counties.track import Walk

SILENT_H = {True: (2.6, 9.0), False: (25.0, 40.0)}
"""How long somebody vanishes, in hours: with and without an order, always beyond the limit of the policy."""


@dataclass(frozen=True)
class Truth:
    """Something that really happened. Places are dated later, where the way crosses the bound."""

    kind: str
    start: float
    end: float
    cause: str | None = None


@dataclass(frozen=True)
class Gap:
    """A time in which the phone is not as usual: `off`, `offline` (it measures and keeps), `no_place`, `mock`, `left`,
    `clock`.
    """

    what: str
    start: float
    end: float
    why: str = ""


@dataclass(frozen=True)
class Happened:
    """What an episode adds to a life beside the way itself."""

    truths: tuple[Truth, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Stage:
    """Who, where, when, and by which chance an episode happens."""

    person: Person
    ground: Ground
    own: Random
    midnight: float

    def hour(self, low: float, high: float) -> float:
        """A second of this day between two hours."""
        return self.midnight + self.own.uniform(low, high) * HOUR


def _there_and_back(walk: Walk, stage: Stage, stops: Sequence[tuple[Spot, float]], hours: Sequence[float]) -> None:
    """Along the stops at their speeds, some hours at the last, and back along them."""
    home, way = walk.spot, list(stops)
    for goal, mps in way:
        walk.go(goal, mps)
    walk.stay(walk.now + stage.own.uniform(*hours) * HOUR)
    back = [*[goal for goal, _ in way[-2::-1]], home]
    for goal, (_, mps) in zip(back, reversed(way), strict=True):
        walk.go(goal, mps)


def by_car(walk: Walk, stage: Stage) -> Happened:
    """Out of the county by car for some hours."""
    own = stage.own
    goal = stage.ground.outside(own, walk.spot, own.uniform(3000, 25_000), 1200)
    walk.stay(stage.hour(8.5, 14))
    start = walk.now
    _there_and_back(walk, stage, [(goal, own.uniform(14, 24))], (0.7, 5))
    return Happened((Truth("left_area", start, walk.now),))


def by_train(walk: Walk, stage: Stage) -> Happened:
    """To a station, and far away at 200 to 300 km/h."""
    own = stage.own
    station = stage.ground.near(own, walk.spot, 1000, 4000)
    depth = own.uniform(40_000, 180_000)
    goal = stage.ground.outside(own, station, depth, 15_000, reach_m=depth + 90_000)
    walk.stay(stage.hour(8, 13))
    start = walk.now
    _there_and_back(walk, stage, [(station, 8.0), (goal, own.uniform(56, 83))], (1, 5))
    return Happened((Truth("left_area", start, walk.now),))


def on_foot(walk: Walk, stage: Stage) -> Happened:
    """To the border, and a few hundred metres over it on foot."""
    own = stage.own
    goal = stage.ground.outside(own, walk.spot, own.uniform(300, 450), 270)
    near = _short_of(walk.spot, goal, min(1200.0, dist(walk.spot, goal) * 0.8))
    walk.stay(stage.hour(8.5, 16))
    start = walk.now
    _there_and_back(walk, stage, [(near, 9.0), (goal, 1.3)], (0.7, 2.5))
    return Happened((Truth("left_area", start, walk.now),))


def into_forbidden(walk: Walk, stage: Stage) -> Happened:
    """Into a place where one must not be."""
    own, zone = stage.own, stage.person.zone("forbidden")
    if zone is None:
        raise NoPlaceError(stage.person.name)
    goal = away(zone.centre, own.uniform(0, 2 * pi), own.uniform(0, 0.25) * zone.radius_m)
    walk.stay(stage.hour(9, 20))
    start = walk.now
    _there_and_back(walk, stage, [(goal, 5.0 * own.uniform(0.6, 2))], (0.3, 1.5))
    return Happened((Truth("forbidden_zone", start, walk.now),))


def out_of_zone(walk: Walk, stage: Stage) -> Happened:
    """Out of the zone in which one has to stay, within the county."""
    zone = stage.person.zone("stay_inside")
    if zone is None:
        raise NoPlaceError(stage.person.name)
    goal = _beyond(stage, zone.centre, zone.radius_m)
    walk.stay(stage.hour(8.5, 17))
    start = walk.now
    _there_and_back(walk, stage, [(goal, 11.0)], (0.5, 3))
    return Happened((Truth("left_zone", start, walk.now),))


def _beyond(stage: Stage, centre: Spot, radius_m: float) -> Spot:
    for _ in range(20):
        goal = stage.ground.near(stage.own, centre, radius_m + 400, radius_m + 3000)
        if dist(goal, centre) > radius_m + 350:
            return goal
    raise NoPlaceError(stage.person.name)


def vanish(_walk: Walk, stage: Stage) -> Happened:
    """Turns the phone off, with a full battery, for longer than is allowed."""
    start = stage.hour(9, 13)
    end = start + stage.own.uniform(*SILENT_H[stage.person.ordered]) * HOUR
    return Happened((Truth("lost_contact", start, end, "person"),), (Gap("off", start, end, "person"),))


def phone_at_home(walk: Walk, stage: Stage) -> Happened:
    """Goes away and leaves the phone at home."""
    start = walk.now = max(walk.now, stage.midnight)
    walk.stay(stage.hour(19, 22))
    away_from = max(start, stage.midnight + 7 * HOUR)
    return Happened(
        (Truth("suspected_separation", away_from, walk.now, "person"),), (Gap("left", away_from, walk.now),)
    )


def fake(walk: Walk, stage: Stage) -> Happened:
    """Lets a program tell the phone where it is: at home, all day long."""
    walk.stay(stage.hour(8.5, 10))
    start = walk.now
    walk.stay(start + stage.own.uniform(3, 8) * HOUR)
    return Happened((Truth("suspected_fake", start, walk.now, "person"),), (Gap("mock", start, walk.now),))


Episode = Callable[[Walk, Stage], Happened]


def possible(person: Person) -> Sequence[Episode]:
    """What may happen with this person; places more often than the rest."""
    found: list[Episode] = [by_car, by_car, by_train, on_foot, vanish, phone_at_home]
    found += [into_forbidden] * 6 if person.zone("forbidden") else []
    found += [out_of_zone] * 6 if person.zone("stay_inside") else []
    return [*found, fake] if person.ordered else found


def _short_of(origin: Spot, goal: Spot, rest_m: float) -> Spot:
    """The spot on the way that lies `rest_m` before the goal."""
    share = 1 - rest_m / dist(origin, goal)
    return origin[0] + (goal[0] - origin[0]) * share, origin[1] + (goal[1] - origin[1]) * share


__all__ = ["Episode", "Gap", "Happened", "Stage", "Truth", "possible", "trip"]
