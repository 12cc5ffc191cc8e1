"""In which order to go to several places: the nearest next, then crossings taken out (2-opt), over straight lines.

No roads are known here and none are guessed: every length is 直线约, as the crow flies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from uuid import UUID

EARTH_M = 6_371_008.8
MOST_STOPS = 60
"""More nobody visits in a day; the rest is told as left out."""
ROUNDS = 20
LEAST_GAIN_M = 1.0
"""Less is no gain: without it rounding could swap two places for ever."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in degrees of WGS-84."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Leg:
    """The next place to go to, and how far it is from the one before; None where the way to the first is not known."""

    id: UUID
    metres: float | None


@dataclass(frozen=True, slots=True)
class Route:
    """The order of visits with its whole length, and the places left out because there are too many for one day."""

    legs: tuple[Leg, ...]
    metres: float
    left_out: tuple[UUID, ...] = ()


def metres_between(a: Spot, b: Spot) -> float:
    """As the crow flies."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def shortest(stops: Sequence[tuple[UUID, Spot]], start: Spot | None = None) -> Route:
    """A short way through all places from `start`, and not back; without one from the first that is given.

    The order in which they are given says which come first where there are too many. The same places give the same way
    in any order, but for the first where no start is known.
    """
    kept, rest = stops[:MOST_STOPS], stops[MOST_STOPS:]
    if not kept:
        return Route((), 0.0)
    if start is None:
        start, first, others = kept[0][1], [kept[0]], list(kept[1:])
    else:
        first, others = [], list(kept)
    path = first + _untangled(start, _nearest_first(start, sorted(others, key=lambda stop: str(stop[0]))))
    legs, here, known = [], start, not first
    for stop_id, spot in path:
        legs.append(Leg(stop_id, metres_between(here, spot) if known else None))
        here, known = spot, True
    total = sum(leg.metres or 0.0 for leg in legs)
    return Route(tuple(legs), total, tuple(stop_id for stop_id, _ in rest))


def _nearest_first(start: Spot, stops: list[tuple[UUID, Spot]]) -> list[tuple[UUID, Spot]]:
    path, here, left = [], start, list(stops)
    while left:
        following = min(left, key=lambda stop: metres_between(here, stop[1]))
        left.remove(following)
        path.append(following)
        here = following[1]
    return path


def _untangled(start: Spot, path: list[tuple[UUID, Spot]]) -> list[tuple[UUID, Spot]]:
    """Turn stretches round for as long as that shortens the way."""
    points = [start, *(spot for _, spot in path)]
    far = [[metres_between(a, b) for b in points] for a in points]
    order = list(range(len(points)))
    for _ in range(ROUNDS):
        if not _turned(order, far):
            break
    return [path[n - 1] for n in order[1:]]


def _turned(order: list[int], far: list[list[float]]) -> bool:
    """One look at every stretch; whether any was turned round."""
    changed, last = False, len(order) - 1
    for i in range(1, last):
        for j in range(i + 1, last + 1):
            before, after = order[i - 1], order[j + 1] if j < last else None
            old = far[before][order[i]] + (far[order[j]][after] if after is not None else 0.0)
            new = far[before][order[j]] + (far[order[i]][after] if after is not None else 0.0)
            if old - new > LEAST_GAIN_M:
                order[i : j + 1] = reversed(order[i : j + 1])
                changed = True
    return changed
