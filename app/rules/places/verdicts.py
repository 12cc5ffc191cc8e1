"""Where a fix lies, judged from measured distances: by the whole circle of its accuracy, never by its point alone."""

from dataclasses import dataclass
from math import isfinite

from app.rules.facts import AreaVerdict

LARGEST_ACCURACY_M = 2000.0
"""A wider circle is a network's guess and not a measured place: nothing is concluded from it."""


@dataclass(frozen=True)
class Measured:
    """What PostGIS measured for one place, in metres; None where home or permitted area are not known.

    `edge_distance_m` is to the nearest point of the area's outline, from either side.
    """

    home_distance_m: float | None
    inside_area: bool | None
    edge_distance_m: float | None


def verdict(*, inside: bool | None, edge_distance_m: float | None, accuracy_m: float | None) -> AreaVerdict:
    """Inside or outside only where the whole accuracy circle (radius `accuracy_m`) is; otherwise it cannot be told.

    The outline itself belongs to the area. Without an area, or without an accuracy that can be believed (positive,
    at most `LARGEST_ACCURACY_M`), nothing can be told.
    """
    if inside is None or edge_distance_m is None or accuracy_m is None or not believable(accuracy_m):
        return AreaVerdict.CANNOT_TELL
    if inside:
        return AreaVerdict.INSIDE if edge_distance_m >= accuracy_m else AreaVerdict.CANNOT_TELL
    return AreaVerdict.OUTSIDE if edge_distance_m > accuracy_m else AreaVerdict.CANNOT_TELL


def believable(accuracy_m: float) -> bool:
    """Whether an accuracy is a measured one: positive and at most `LARGEST_ACCURACY_M`."""
    return isfinite(accuracy_m) and 0 < accuracy_m <= LARGEST_ACCURACY_M
