"""What a receiver makes of a true place: errors that last, drift indoors that it does not own up to, wide circles."""

from dataclasses import dataclass
from math import cos, exp, hypot, pi, sin, sqrt
from random import Random

from app.simulation.counties.ground import Spot

LASTING_S = 240.0
"""How long an error lasts: after so many seconds little of it is left."""

OUTDOORS_M, INDOORS_M = 6.0, 14.0
"""Usual error in each direction."""

DRIFT_M = (60.0, 150.0)
DRIFT_S = (240.0, 2400.0)
DRIFTS_PER_HOUR = 0.12
BOLD_ACCURACY_M = 20.0
"""Indoors a receiver may be wrong by up to 150 m for a while and say 20 m."""

WIDE_SHARE = 0.01
WIDE_M = (500.0, 1500.0)
"""Now and then a place comes from the cell alone: far off, and with a circle that says so."""

STALE_SHARE = 0.01
"""Now and then the receiver gives its last fix once more as if it were new."""


@dataclass(frozen=True)
class Measured:
    """A fix: where the receiver says that the phone is, and how sure it says to be."""

    spot: Spot
    accuracy_m: float
    provider: str


class Receiver:
    """One phone's receiver. Asked in the order of time."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._error: Spot = (0.0, 0.0)
        self._asked = 0.0
        self._drift: tuple[float, Spot] = (0.0, (0.0, 0.0))
        self._last: Measured | None = None

    def measure(self, second: float, true: Spot, *, moving: bool) -> Measured:
        """The fix of a phone that is truly there at that second."""
        dice = self._dice
        passed = max(0.0, second - self._asked)
        self._asked = second
        self._wander(passed, OUTDOORS_M if moving else INDOORS_M)
        drift = self._drifting(second, passed, moving=moving)
        if self._last is not None and not moving and dice.random() < STALE_SHARE:
            return self._last
        if dice.random() < WIDE_SHARE:
            radius = dice.uniform(*WIDE_M)
            spot = off(true, dice.uniform(0, 2 * pi), radius * dice.uniform(0.1, 0.8))
            return Measured(spot, round(radius, 1), "network")
        spot = true[0] + self._error[0] + drift[0], true[1] + self._error[1] + drift[1]
        usual = 2.2 * (OUTDOORS_M if moving else INDOORS_M)
        accuracy = BOLD_ACCURACY_M if drift != (0.0, 0.0) else max(usual, 1.3 * hypot(*self._error))
        self._last = Measured(spot, round(accuracy * dice.uniform(0.95, 1.25), 1), "gps" if moving else "fused")
        return self._last

    def _wander(self, passed: float, size_m: float) -> None:
        kept = exp(-passed / LASTING_S)
        fresh = size_m * sqrt(1 - kept * kept)
        x, y = self._error
        self._error = x * kept + self._dice.gauss(0, fresh), y * kept + self._dice.gauss(0, fresh)

    def _drifting(self, second: float, passed: float, *, moving: bool) -> Spot:
        until, drift = self._drift
        if moving:
            self._drift = (0.0, (0.0, 0.0))
        elif second >= until:
            begins = self._dice.random() < 1 - exp(-DRIFTS_PER_HOUR * min(passed, 1800.0) / 3600)
            size = self._dice.uniform(*DRIFT_M) if begins else 0.0
            self._drift = (
                second + self._dice.uniform(*DRIFT_S) * begins,
                off((0, 0), self._dice.uniform(0, 2 * pi), size),
            )
        elif drift != (0.0, 0.0):
            x, y = drift
            self._drift = until, (x * self._dice.uniform(0.9, 1.0), y * self._dice.uniform(0.9, 1.0))
        return self._drift[1]


def off(spot: Spot, angle: float, distance_m: float) -> Spot:
    """The spot so far off in that direction; itself where the distance is nothing."""
    return (spot[0] + cos(angle) * distance_m, spot[1] + sin(angle) * distance_m) if distance_m else spot
