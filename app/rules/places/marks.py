"""What is thought of each fix: it jumped, strayed and came back, repeats another, or was given by an app.

A mark never removes a fix. It says how much the fix weighs, and is told whoever looks at the track.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.rules.places.points import Point, apart_m, reachable
from app.rules.places.verdicts import believable
from app.rules.policy import Departure, Places


class Mark(StrEnum):
    """Why a fix weighs less. `NETWORK` and `MOCK` are what the phone says itself, the others are found."""

    JUMP = "implausible_speed"
    DRIFT = "drift"
    STALE = "stale_repeat"
    MOCK = "mock"
    NETWORK = "network"
    VAGUE = "vague"


FOUND = frozenset({Mark.JUMP, Mark.DRIFT, Mark.STALE})
"""The marks that are written down; the others can be read off the fix itself."""

DRIFT_WITHIN = timedelta(minutes=4)
"""A stray fix lies between two neighbours that are no farther apart than this: slower moves could be a walk."""

COMES_BACK = 1 / 3
"""After straying, a fix is back where its neighbours are no farther apart than this share of the way."""

NETWORK = "network"


class Weight(NamedTuple):
    """`counts`: the fix may be part of a run. `alone`: it may decide by itself. `back`: it may show a return."""

    counts: bool
    alone: bool
    back: bool
    marks: tuple[Mark, ...] = ()


PLAIN = Weight(counts=True, alone=True, back=True)


def weigh(points: Sequence[Point], anchor: Point | None, departure: Departure, places: Places) -> list[Weight]:
    """What each fix weighs; they come in order of time, `anchor` is the last believable one before them.

    A fix that could not be reached from the last believable one decides nothing alone. Where `departure.circles` of
    such fixes within `over_min` agree with one another, the last of them is believed: trains end, and planes land.
    """
    suspects: list[Point] = []
    weights: list[Weight] = []
    for n, point in enumerate(points):
        own = _own(point)
        if Mark.VAGUE in own:
            weights.append(Weight(counts=False, alone=False, back=False, marks=own))
            continue
        if n and _repeats(points[n - 1], point):
            own = (*own, Mark.STALE)
        if Mark.MOCK in own:
            weights.append(Weight(counts=True, alone=False, back=False, marks=own))
            continue
        if anchor is not None and not reachable(anchor, point, departure.max_kmh):
            suspects = [*suspects, point] if suspects and _agree(suspects[-1], point, departure) else [point]
            if not _settled(suspects, departure):
                weights.append(Weight(counts=True, alone=False, back=True, marks=(*own, Mark.JUMP)))
                continue
        anchor, suspects = point, []
        if _strays(points, n, places):
            weights.append(Weight(counts=False, alone=False, back=False, marks=(*own, Mark.DRIFT)))
        else:
            weights.append(PLAIN if not own else Weight(counts=True, alone=True, back=True, marks=own))
    return weights


def rewound(points: Sequence[Point], since: datetime) -> datetime:
    """From when on to judge where new fixes begin at `since`: the fix before them may turn out to have strayed."""
    before = max((point.at for point in points if point.at < since), default=since)
    return before if since - before <= DRIFT_WITHIN else since


def _own(point: Point) -> tuple[Mark, ...]:
    """What the fix says of itself."""
    if not believable(point.accuracy_m):
        return (Mark.VAGUE,)
    if point.mock:
        return (Mark.MOCK,)
    return (Mark.NETWORK,) if point.provider == NETWORK else ()


def _repeats(before: Point, point: Point) -> bool:
    """No receiver measures the same to the last digit twice: this was measured once and sent again."""
    return (before.lon, before.lat, before.accuracy_m) == (point.lon, point.lat, point.accuracy_m)


def _agree(before: Point, point: Point, departure: Departure) -> bool:
    return reachable(before, point, departure.max_kmh)


def _settled(suspects: list[Point], departure: Departure) -> bool:
    lasted = suspects[-1].at - suspects[0].at
    return len(suspects) >= departure.circles and lasted >= timedelta(minutes=departure.over_min)


def _strays(points: Sequence[Point], n: int, places: Places) -> bool:
    """Both neighbours lie together and far from this fix, farther than its accuracy explains."""
    if n == 0 or n + 1 == len(points):
        return False
    before, point, after = points[n - 1], points[n], points[n + 1]
    away = apart_m(before, point)
    if away < places.drift_m or after.at - before.at > DRIFT_WITHIN:
        return False
    away = min(away, apart_m(point, after))
    if away < places.drift_m or away <= point.accuracy_m + max(before.accuracy_m, after.accuracy_m):
        return False
    return apart_m(before, after) <= away * COMES_BACK
