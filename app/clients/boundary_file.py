"""Files of administrative boundaries: GeoJSON in a declared datum, read into WGS-84."""

import json
from dataclasses import replace

from app.clients.datum import Datum, to_wgs84
from app.rules.areas.reading import AreaFault, BoundaryFile, read_units
from app.rules.shapes import Polygon

DATUMS = {"wgs84": Datum.WGS84, "cgcs2000": Datum.WGS84, "gcj02": Datum.GCJ02}
"""What a file may be in. CGCS2000, of official data, agrees with WGS-84 to centimetres."""


def read(content: bytes, datum: Datum) -> BoundaryFile:
    """The units of a file in WGS-84, or its faults."""
    try:
        collection = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return BoundaryFile((), (AreaFault(0, "area_file_unfit"),))
    found = read_units(collection)
    if datum is Datum.WGS84:
        return found
    units = tuple(
        replace(unit, polygons=tuple(_in_wgs84(polygon, datum) for polygon in unit.polygons)) for unit in found.units
    )
    return BoundaryFile(units, found.faults)


def _in_wgs84(polygon: Polygon, datum: Datum) -> Polygon:
    return tuple(tuple(to_wgs84(lon, lat, datum) for lon, lat in ring) for ring in polygon)
