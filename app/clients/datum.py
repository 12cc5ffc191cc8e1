"""The door to fast-geocn's datum shifts: coordinates as Chinese maps give them, and WGS-84.

GCJ-02 (AMap, Tencent) lies up to 700 m from WGS-84 and BD-09 (Baidu) yet farther, so a datum is never guessed.
"""

from enum import StrEnum

import fast_geocn

FROM_LON, TO_LON, FROM_LAT, TO_LAT = 72.0, 137.0, 0.0, 55.0
"""Where the shifts apply, in degrees; everywhere else all three datums are the same."""

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
    shift = fast_geocn.wgs84_to_gcj02 if datum is Datum.GCJ02 else fast_geocn.wgs84_to_bd09
    return _pair(shift(lon, lat))


def _bd09_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The forward shift run backwards: the package's own inverse is a closed form that errs by up to 20 cm."""
    found_lon, found_lat = lon, lat
    for _ in range(STEPS):
        back_lon, back_lat = _pair(fast_geocn.gcj02_to_bd09(found_lon, found_lat))
        found_lon, found_lat = found_lon + lon - back_lon, found_lat + lat - back_lat
    return found_lon, found_lat


def _shifted(lon: float, lat: float) -> bool:
    return FROM_LON <= lon <= TO_LON and FROM_LAT <= lat <= TO_LAT


def _pair(shifted: tuple[float, float]) -> tuple[float, float]:
    lon, lat = shifted
    return float(lon), float(lat)
