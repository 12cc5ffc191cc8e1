"""Fixes as the judging of places looks at them, and how far they lie apart."""

from datetime import datetime
from math import asin, cos, hypot, radians, sin, sqrt
from typing import NamedTuple
from uuid import UUID

EARTH_M = 6_371_008.8
METRES_A_DEGREE = 111_195.08
NEAR_DEG = 0.5
"""Up to here the earth may be taken as flat: the error is below a metre in a kilometre."""


class Point(NamedTuple):
    """One stored fix: `at` is when it happened, `recorded_at` what the phone's clock said, degrees in WGS-84.

    Not a dataclass: a late batch brings thousands of them.
    """

    id: UUID
    at: datetime
    recorded_at: datetime
    received_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    mock: bool
    provider: str | None
    proven: bool


def apart_m(a: Point, b: Point) -> float:
    """Metres between the centres of two fixes."""
    return metres(a.lon, a.lat, b.lon, b.lat)


def metres(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Metres between two places in degrees, on a sphere."""
    east, north = other_lon - lon, other_lat - lat
    if abs(east) < NEAR_DEG and abs(north) < NEAR_DEG:
        return METRES_A_DEGREE * hypot(east * cos(radians((lat + other_lat) / 2)), north)
    half = sin(radians(north) / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(radians(east) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half)))


def reachable(a: Point, b: Point, max_kmh: float) -> bool:
    """Whether the speed between two fixes is plausible, both being anywhere within their circles."""
    gap = apart_m(a, b) - a.accuracy_m - b.accuracy_m
    return gap <= 0 or gap * 3.6 <= max_kmh * abs((b.at - a.at).total_seconds())


def median(points: list[Point]) -> tuple[float, float]:
    """The place in the middle of several, degree by degree: a few that strayed do not move it."""
    lons, lats = sorted(point.lon for point in points), sorted(point.lat for point in points)
    return lons[len(lons) // 2], lats[len(lats) // 2]
