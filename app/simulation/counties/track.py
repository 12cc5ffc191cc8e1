"""Where somebody truly is at each second: stays and ways between them, one after the other."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import dist

from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from app.simulation.counties.ground import Spot, points


@dataclass(frozen=True)
class Leg:
    """From one second of the scenario to another: on the way from a spot to another, or staying where both are one."""

    start: float
    end: float
    origin: Spot
    goal: Spot

    @property
    def moving(self) -> bool:
        """Whether it is a way and not a stay."""
        return self.origin != self.goal

    def spot(self, second: float) -> Spot:
        """Where one is at that second."""
        share = 0.0 if self.end <= self.start else min(1.0, max(0.0, (second - self.start) / (self.end - self.start)))
        (x, y), (u, v) = self.origin, self.goal
        return x + (u - x) * share, y + (v - y) * share


class Track:
    """Legs in the order of time, without gaps; before the first and after the last one stays."""

    def __init__(self, legs: Sequence[Leg]) -> None:
        self.legs = list(legs)
        self._starts = [leg.start for leg in legs]

    def leg(self, second: float) -> Leg:
        """The leg of that second."""
        return self.legs[max(0, bisect_right(self._starts, second) - 1)]

    def crossings(self, bound: BaseGeometry, within: BaseGeometry | None = None) -> Iterator[float]:
        """The seconds at which a way crosses the outline of `bound`, in order; ways that `within` covers never do."""
        for leg in self.legs:
            way = LineString([leg.origin, leg.goal]) if leg.moving else None
            if way is None or (within is not None and within.covers(way)):
                continue
            shares = sorted(way.project(point, normalized=True) for point in points(way.intersection(bound.boundary)))
            yield from (leg.start + share * (leg.end - leg.start) for share in shares)


class Walk:
    """Writes a track: stays until a time, then goes somewhere at a speed."""

    def __init__(self, start: float, spot: Spot) -> None:
        self.now = start
        self.spot = spot
        self.legs: list[Leg] = []

    def stay(self, until: float) -> None:
        """Stay here until then; nothing where that is past."""
        if until > self.now:
            self.legs.append(Leg(self.now, until, self.spot, self.spot))
            self.now = until

    def go(self, goal: Spot, speed_mps: float) -> None:
        """Go there in a straight line."""
        if goal != self.spot:
            takes = max(1.0, dist(self.spot, goal) / speed_mps)
            self.legs.append(Leg(self.now, self.now + takes, self.spot, goal))
            self.now += takes
            self.spot = goal


Plan = Callable[[Walk], None]


def inside(shape: BaseGeometry, spot: Spot) -> bool:
    """Whether the spot lies in the shape."""
    return bool(shape.covers(Point(spot)))
