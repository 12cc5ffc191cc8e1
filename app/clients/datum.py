"""The door to fast-geocn's datum shifts: coordinates as Chinese maps give them, and WGS-84.

GCJ-02 (AMap, Tencent) lies up to 700 m from WGS-84 and BD-09 (Baidu) yet farther, so a datum is never guessed.
The step between GCJ-02 and BD-09 is our own: that of the package (1.1.3) leaves a factor out of the phase of its waves
and so is off by up to 30 m.
"""

from enum import StrEnum
from math import atan2, cos, hypot, pi, sin

import fast_geocn

FROM_LON, TO_LON, FROM_LAT, TO_LAT = 72.0, 137.0, 0.0, 55.0
"""Where the shifts apply, in degrees; everywhere else all three datums are the same."""

BD09_EAST, BD09_NORTH, BD09_PHASE = 0.0065, 0.006, pi * 3000 / 180

STEPS = 5
"""Each step of the inverse leaves less than a hundredth of the error; five leave nothing that a float shows."""


class Datum(StrEnum):
    """What a pair of coordinates is measured in."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def to_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """A pair in degrees as WGS-84, to well under a millimetre; unchanged outside the region of the shifts."""
    if datum is Datum.WGS84 or not _shifted(lon, lat):
        return lon, lat
    if datum is Datum.BD09:
        lon, lat = _bd09_to_gcj02(lon, lat)
    return _pair(fast_geocn.gcj02_to_wgs84(lon, lat))


def from_wgs84(lon: float, lat: float, datum: Datum) -> tuple[float, float]:
    """A WGS-84 pair in degrees as a map with that datum wants it."""
    if datum is Datum.WGS84 or not _shifted(lon, lat):
        return lon, lat
    lon, lat = _pair(fast_geocn.wgs84_to_gcj02(lon, lat))
    return _gcj02_to_bd09(lon, lat) if datum is Datum.BD09 else (lon, lat)


def _gcj02_to_bd09(lon: float, lat: float) -> tuple[float, float]:
    """A turn and a stretch about the origin of degrees, in small waves, and a step to the north-east."""
    radius = hypot(lon, lat) + 0.00002 * sin(lat * BD09_PHASE)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * BD09_PHASE)
    return radius * cos(angle) + BD09_EAST, radius * sin(angle) + BD09_NORTH


def _bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The forward shift run backwards; the closed form in common use errs by up to 20 cm."""
    found_lon, found_lat = lon, lat
    for _ in range(STEPS):
        back_lon, back_lat = _gcj02_to_bd09(found_lon, found_lat)
        found_lon, found_lat = found_lon + lon - back_lon, found_lat + lat - back_lat
    return found_lon, found_lat


def _shifted(lon: float, lat: float) -> bool:
    return FROM_LON <= lon <= TO_LON and FROM_LAT <= lat <= TO_LAT


def _pair(shifted: tuple[float, float]) -> tuple[float, float]:
    lon, lat = shifted
    return float(lon), float(lat)
