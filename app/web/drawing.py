"""What maps in a browser are made of: the datum of the pictures behind them, outlines, and what a browser may load.

Everything that is drawn leaves here in one datum, that of the tile service: a browser converts nothing.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template

from app.clients.datum import Datum, from_wgs84
from app.config import TileSettings
from app.queries import maps
from app.web.context import deps

DETAILS = {"coarse": 0.004, "fine": 0.0002}
"""By how many degrees a drawn outline may stray: 400 m for the look from afar, 20 m for the look from near."""

DIGITS = 6
MOST_KEPT = 200
_KEPT: dict[tuple[UUID, str, str], str] = {}
"""Outlines as they were sent, by area, detail and datum: a version of an area never changes."""


def tiles() -> TileSettings:
    """The service of pictures behind the maps, if there is one."""
    return deps().settings.tiles


def drawn(lon: float, lat: float) -> list[float]:
    """A place in WGS-84 as it is drawn."""
    x, y = from_wgs84(lon, lat, Datum(tiles().datum))
    return [round(x, DIGITS), round(y, DIGITS)]


def drawn_geometry(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """GeoJSON in WGS-84 as it is drawn."""
    return {"type": geometry["type"], "coordinates": _drawn_all(geometry["coordinates"])}


def _drawn_all(coordinates: Any) -> Any:
    if coordinates and isinstance(coordinates[0], int | float):
        return drawn(coordinates[0], coordinates[1])
    return [_drawn_all(inner) for inner in coordinates]


def outline_json(area_id: UUID, detail: str) -> str:
    """One area as a GeoJSON feature; NotFound for none."""
    key = (area_id, detail, tiles().datum)
    if key not in _KEPT:
        with deps().autocommit() as connection:
            found = maps.outline(connection, area_id, tolerance_deg=DETAILS[detail])
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = json.dumps(feature(found), ensure_ascii=False)
    return _KEPT[key]


def feature(outline: maps.Outline) -> dict[str, Any]:
    """An outline as a GeoJSON feature."""
    properties = {"id": str(outline.id), "kind": outline.kind, "name": outline.name}
    return {"type": "Feature", "properties": properties, "geometry": drawn_geometry(outline.geometry)}


def drawn_zone(zone: maps.DrawnZone) -> dict[str, Any]:
    """A zone as a GeoJSON feature."""
    properties = {"id": str(zone.id), "kind": zone.kind, "name": zone.name}
    return {"type": "Feature", "properties": properties, "geometry": drawn_geometry(zone.geometry)}


def answer_json(value: Any) -> Response:
    """Data for a map: kept by no browser."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text, mimetype="application/json", headers={"Cache-Control": "no-store"})


def map_page(template: str, **shown: Any) -> Response:
    """A page with a map.

    MapLibre starts its worker from a blob and tries which pictures a browser can read; pictures
    come from the tile service alone.
    """
    origins = "".join(f" {origin}" for origin in tiles().origins)
    policy = (
        "default-src 'none'; script-src 'self'; worker-src blob:; style-src 'self'; "
        f"img-src 'self' data: blob:{origins}; connect-src 'self'{origins}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    setting = tiles()
    described = {"urls": setting.urls, "attribution": setting.attribution, "datum": setting.datum}
    answer = make_response(render_template(template, tiles=described, **shown))
    answer.headers["Content-Security-Policy"] = policy
    return answer
