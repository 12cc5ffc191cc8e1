"""Polygons out of GeoJSON (RFC 7946), read with care: what cannot be an outline in China is refused with the reason.

Rings that cross themselves are for PostGIS to find, see `INVALID`.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from app.rules.errors import Refused

Pair = tuple[float, float]
Ring = tuple[Pair, ...]
Polygon = tuple[Ring, ...]
"""The outer ring, then the holes; pairs are (longitude, latitude) in degrees, the last one repeats the first."""

FROM_LON, TO_LON, FROM_LAT, TO_LAT = 73.0, 136.0, 3.0, 54.0
"""Where China lies, its islands in the south included; degrees."""
SHORTEST_RING = 4
LARGEST_NUMBER = 1e6
HALF_THE_EARTH = 180.0

INVALID: tuple[tuple[str, str], ...] = (
    ("Ring Self-intersection", "shape_ring_touches_itself"),
    ("Self-intersection", "shape_crosses_itself"),
    ("Hole lies outside shell", "shape_hole_outside"),
    ("Holes are nested", "shape_holes_nested"),
    ("Nested shells", "shape_parts_overlap"),
    ("Duplicate Rings", "shape_parts_overlap"),
    ("Interior is disconnected", "shape_inside_cut"),
    ("Too few points", "shape_ring_short"),
)
"""How PostGIS (ST_IsValidReason) tells what is wrong with a polygon, and our code for it."""


def read_polygons(geometry: object, *, most_points: int) -> tuple[Polygon, ...]:
    """The polygons of a GeoJSON Polygon or MultiPolygon. A third number of a point (height) is left out.

    Refused, with a code of its own for each: no polygon, nothing in it, what is no number, an open or a short ring, too
    many points, longitude and latitude swapped, across the date line, outside of China.
    """
    polygons = tuple(_polygon(each) for each in _listed(geometry))
    pairs = [pair for polygon in polygons for ring in polygon for pair in ring]
    if not pairs:
        raise Refused("shape_empty")
    if len(pairs) > most_points:
        raise Refused("shape_too_many_points", {"points": str(len(pairs)), "most": str(most_points)})
    for polygon in polygons:
        for ring in polygon:
            _refuse_ring(ring)
    refuse_far_away(pairs)
    return polygons


def refuse_far_away(pairs: Sequence[Pair]) -> None:
    """Refused where any of the pairs lies outside of China, with the likely reason."""
    if all(_in_china(lon, lat) for lon, lat in pairs):
        return
    if all(_in_china(lat, lon) for lon, lat in pairs):
        raise Refused("shape_swapped")
    if any(abs(lon) > HALF_THE_EARTH for lon, _ in pairs) or any(
        abs(one[0] - other[0]) > HALF_THE_EARTH for one, other in pairwise(pairs)
    ):
        raise Refused("shape_antimeridian")
    raise Refused("shape_outside_china")


def why_invalid(reason: str) -> str:
    """Our code for what PostGIS says is wrong with a polygon."""
    return next((code for begins, code in INVALID if reason.startswith(begins)), "shape_invalid")


def _listed(geometry: object) -> Sequence[Any]:
    if not isinstance(geometry, Mapping):
        raise Refused("shape_no_polygon")
    coordinates = geometry.get("coordinates")
    kind = geometry.get("type")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list):
        raise Refused("shape_no_polygon")
    if not coordinates:
        raise Refused("shape_empty")
    return [coordinates] if kind == "Polygon" else coordinates


def _polygon(rings: object) -> Polygon:
    if not isinstance(rings, list) or not rings or not all(isinstance(ring, list) for ring in rings):
        raise Refused("shape_empty" if rings == [] else "shape_no_polygon")
    return tuple(tuple(_pairs(ring)) for ring in rings)


def _pairs(ring: list[Any]) -> Iterator[Pair]:
    for point in ring:
        if not isinstance(point, list) or len(point) < 2 or not all(map(is_number, point[:2])):
            raise Refused("shape_no_numbers")
        yield float(point[0]), float(point[1])


def is_number(value: object) -> bool:
    """Whether a value of a JSON document is a number that may be a coordinate or a length."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LARGEST_NUMBER  # a whole number may be larger than any float; NaN is smaller than nothing


def _refuse_ring(ring: Ring) -> None:
    if len(ring) < SHORTEST_RING:
        raise Refused("shape_ring_short")
    if ring[0] != ring[-1]:
        raise Refused("shape_ring_open")


def _in_china(lon: float, lat: float) -> bool:
    return FROM_LON <= lon <= TO_LON and FROM_LAT <= lat <= TO_LAT
