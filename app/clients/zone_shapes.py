"""Shapes of zones as they are sent: GeoJSON or a circle in any datum, read into WGS-84 with the pairs as given kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.clients.datum import Datum, to_wgs84
from app.rules.errors import Refused
from app.rules.shapes import Polygon, is_number, read_polygons, refuse_far_away
from app.rules.wording.zones import NAME_KEYS
from app.rules.zones.setting import LARGEST_RADIUS_M, MOST_POINTS, MOST_ZONES, SMALLEST_RADIUS_M

RADII = ("radius_m", "radius")
LONGEST_NAME = 100


@dataclass(frozen=True)
class SentShape:
    """One shape in WGS-84: `polygons`, or `circle` (longitude, latitude, metres); `given` as it was sent."""

    polygons: tuple[Polygon, ...] | None
    circle: tuple[float, float, float] | None
    given: dict[str, Any]


@dataclass(frozen=True)
class SentFeature:
    """One feature of a file: its shape, and the name that it carries, if any."""

    name: str | None
    shape: SentShape


def circle(lon: float, lat: float, radius_m: float, datum: Datum) -> SentShape:
    """A circle. Refused where it lies outside of China, or is smaller than 1 m or larger than 50 km."""
    refuse_far_away([(lon, lat)])
    if not SMALLEST_RADIUS_M <= radius_m <= LARGEST_RADIUS_M:
        raise Refused("zone_radius", fields={"circle.radius_m": "zone_radius"})
    given = {"datum": datum.value, "circle": {"lon": lon, "lat": lat, "radius_m": radius_m}}
    return SentShape(None, (*to_wgs84(lon, lat, datum), radius_m), given)


def polygons(geometry: object, datum: Datum) -> SentShape:
    """A GeoJSON Polygon or MultiPolygon; Refused as `rules.shapes` says."""
    read = read_polygons(geometry, most_points=MOST_POINTS)
    given = {"datum": datum.value, "geometry": geometry}
    return SentShape(tuple(in_wgs84(polygon, datum) for polygon in read), None, given)


def in_wgs84(polygon: Polygon, datum: Datum) -> Polygon:
    """The same polygon in WGS-84."""
    return tuple(tuple(to_wgs84(lon, lat, datum) for lon, lat in ring) for ring in polygon)


def features(collection: object, datum: Datum) -> list[SentFeature]:
    """The features of a GeoJSON FeatureCollection: polygons, and points with a `radius_m` among their properties.

    Refused `zone_file_unfit` where it is none, `zone_file_faulty` with every feature at fault by its number from 0.
    """
    found = collection.get("features") if isinstance(collection, Mapping) else None
    if not isinstance(collection, Mapping) or collection.get("type") != "FeatureCollection" or not found:
        raise Refused("zone_file_unfit", fields={"features": "zone_file_unfit"})
    if not isinstance(found, list) or len(found) > MOST_ZONES:
        raise Refused("zone_file_long", {"most": str(MOST_ZONES)}, fields={"features": "zone_file_unfit"})
    read: list[SentFeature] = []
    faults: dict[str, str] = {}
    for n, each in enumerate(found):
        try:
            read.append(_feature(each, datum))
        except Refused as refused:
            faults[f"features.{n}.geometry"] = refused.code
    if faults:
        raise Refused("zone_file_faulty", {"n": str(len(faults))}, fields=faults)
    return read


def read_file(content: bytes) -> object:
    """The JSON of an uploaded file; Refused `zone_file_unfit` for anything else."""
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("zone_file_unfit") from None


def _feature(feature: object, datum: Datum) -> SentFeature:
    if not isinstance(feature, Mapping):
        raise Refused("shape_no_polygon")
    told = feature.get("properties")
    properties: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    name = next((properties[key] for key in NAME_KEYS if isinstance(properties.get(key), str)), None)
    geometry = feature.get("geometry")
    if isinstance(geometry, Mapping) and geometry.get("type") == "Point":
        shape = _point(geometry.get("coordinates"), properties, datum)
    else:
        shape = polygons(geometry, datum)
    return SentFeature((name or "").replace("\0", "").strip()[:LONGEST_NAME] or None, shape)


def _point(coordinates: object, properties: Mapping[str, Any], datum: Datum) -> SentShape:
    radius = next((properties[key] for key in RADII if is_number(properties.get(key))), None)
    if radius is None:
        raise Refused("shape_point_needs_radius")
    numbers = coordinates[:2] if isinstance(coordinates, list) else []
    if len(numbers) < 2 or not all(map(is_number, numbers)):
        raise Refused("shape_no_numbers")
    return circle(float(numbers[0]), float(numbers[1]), float(radius), datum)
