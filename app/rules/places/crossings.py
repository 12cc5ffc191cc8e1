"""One bound and the fixes in order of time: when it was crossed, and when the person was back.

The machine here knows a side (inside the bound, or beyond it) and the run of circles on the other side. A single
circle decides where it lies deep enough; a run decides by its number and length. Where the phone lay a moment ago and
could have strayed, a run has to last longer. All that it remembers lies in a bounded time before: see `look_back`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.rules.facts import AlertKind
from app.rules.places.marks import Weight
from app.rules.places.points import Point, median, metres, reachable
from app.rules.policy import Departure, Places
from app.rules.policy.places import LIMITS

SPREAD, OUTLIER = 2.0, 3.0
"""A phone's accuracy is the circle in which two thirds of its fixes lie. One in a hundred lies beyond twice as much,
one in thirty thousand beyond three times: three in a row are asked for with the first, one fix with the second.
"""


class How(StrEnum):
    """What a crossing was decided by: one circle, a run of them, or that the bound began with the person beyond it."""

    CIRCLE = "circle"
    RUN = "run"
    BEGAN = "began"


@dataclass(frozen=True, slots=True)
class Depths:
    """How deep a single circle must lie, in metres, to decide alone: beyond the bound, and back within it."""

    beyond_m: float
    back_m: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """A change of side: `at` is the first fix of the run that decided, by its place in the list; `by` the last."""

    at: int
    by: int
    how: How


def depths(kind: AlertKind, departure: Departure, places: Places, room_m: float | None) -> Depths:
    """The depths for a bound; `room_m` is the radius of the largest circle that fits inside a zone, None for an area.

    Inside a zone of 150 m nobody can be 200 m deep: there a share of what there is must do, for entering a forbidden
    one as for the return to one that may not be left.
    """
    most = float("inf") if room_m is None else places.zone_share * room_m
    if kind is AlertKind.FORBIDDEN_ZONE:
        return Depths(min(departure.outside_m, most), places.return_m)
    return Depths(departure.outside_m, min(places.return_m, most))


def look_back(places: Places) -> timedelta:
    """Fixes that lie longer before an instant than this make no difference to what is judged from there on."""
    return timedelta(minutes=2 * places.run_gap_min + places.drift_hold_min + places.stay_min)


LONGEST_LOOK_BACK = timedelta(
    minutes=2 * LIMITS["run_gap_min"][1] + LIMITS["drift_hold_min"][1] + LIMITS["stay_min"][1]
)
"""No policy asks for more."""


def side_of(beyond_m: float | None, point: Point) -> bool | None:
    """True where the whole circle lies beyond the bound, False where it lies within, None where nobody can tell."""
    if beyond_m is None:
        return None
    if beyond_m > point.accuracy_m:
        return True
    return False if -beyond_m >= point.accuracy_m else None


@dataclass(slots=True)
class Machine:
    """`beyond[n]` is how far fix n lies beyond the bound in metres, negative within it, None where nobody knows."""

    points: Sequence[Point]
    weights: Sequence[Weight]
    beyond: Sequence[float | None]
    depths: Depths
    departure: Departure
    places: Places
    out: bool = False
    run: list[int] = field(default_factory=list)
    _strayed_from: tuple[float, float] | None = None

    def step(self, n: int, *, decide: bool = True) -> Crossing | None:
        """Take the next fix; a crossing where it decides one. Without `decide` it is only remembered."""
        weight, side = self.weights[n], self.side(n)
        if not weight.counts or (side is False and not weight.back):
            return None
        if side is None or side == self.out:
            self.run = []
            return None
        self._join(n)
        how = self._decided(n) if decide else None
        if how is None:
            return None
        crossing = Crossing(self.run[0], n, how)
        self.turn()
        return crossing

    def turn(self) -> None:
        """The other side it is; what was remembered of a run is done with."""
        self.out, self.run = not self.out, []

    def side(self, n: int) -> bool | None:
        """On which side fix n lies, see `side_of`."""
        return side_of(self.beyond[n], self.points[n])

    def _join(self, n: int) -> None:
        """Into the run if it follows on it, else it begins a new one."""
        if self.run:
            last, point = self.points[self.run[-1]], self.points[n]
            gap = point.at - last.at
            if gap > timedelta(minutes=self.places.run_gap_min) or not reachable(last, point, self.departure.max_kmh):
                self.run = []
        if not self.run:
            self._strayed_from = self._stay(n)
        self.run.append(n)

    def _decided(self, n: int) -> How | None:
        need = self.depths.back_m if self.out else self.depths.beyond_m
        deep = abs(self.beyond[n] or 0.0) >= need
        if deep and self.weights[n].alone and not self._explained_by_drift(n, OUTLIER):
            return How.CIRCLE
        lasted = self.points[n].at - self.points[self.run[0]].at
        if len(self.run) < self.departure.circles or lasted < timedelta(minutes=self.departure.over_min):
            return None
        if lasted >= timedelta(minutes=self.places.drift_hold_min) or not self._explained_by_drift(n, SPREAD):
            return How.RUN
        return None

    def _explained_by_drift(self, n: int, circles: float) -> bool:
        """Whether a phone that lies where it lay could have reported this fix: by straying, or as one of those of which
        its accuracy is not the outer bound.
        """
        if self._strayed_from is None:
            return False
        point = self.points[n]
        away = metres(*self._strayed_from, point.lon, point.lat)
        return away <= max(self.places.drift_m + point.accuracy_m, circles * point.accuracy_m)

    def _stay(self, n: int) -> tuple[float, float] | None:
        """Where the phone lay before fix n, if that is on the side that the machine believes it to be on."""
        since = self.points[n].at - timedelta(minutes=self.places.stay_min)
        near: list[Point] = []
        others = 0
        for m in range(n - 1, -1, -1):
            if self.points[m].at < since:
                break
            if self.weights[m].counts:
                near.append(self.points[m])
                others += self.side(m) is (not self.out)
        return median(near) if near and 2 * others <= len(near) else None


def began(points: Sequence[Point], upto: int, at: datetime, places: Places) -> int | None:
    """From which fix on a bound that begins at `at` looks back; None where the last fix before it is too old.

    `upto` is the first fix at or after `at`. What lies longer back than `recent_min` says nothing of where a person is.
    """
    recent = at - timedelta(minutes=places.recent_min)
    if upto == 0 or points[upto - 1].at < recent:
        return None
    first = upto - 1
    since = points[first].at - timedelta(minutes=places.recent_min)
    while first > 0 and points[first - 1].at >= since:
        first -= 1
    return first
