"""A plain drawing of places without any map: where there is no WebGL, no script, or only a small space.

Paths for an SVG, drawn by the server with a straight grid of degrees; good enough to see what lies inside what.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH, HEIGHT, MARGIN = 640, 400, 24
METRES_A_DEGREE = 111_195.0
LEAST_SPAN_M = 400.0
BARS_M = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)

Shape = tuple[str, str, dict[str, Any]]
"""How it looks, what it is called, GeoJSON in WGS-84."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A place in WGS-84 with its circle of accuracy; `look` is a class of the stylesheet."""

    lon: float
    lat: float
    accuracy_m: float
    look: str
    title: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on the drawing."""

    x: float
    y: float
    radius: float
    look: str
    title: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the template draws. `bar` is the length of a scale of `bar_m` metres."""

    width: int
    height: int
    shapes: Sequence[tuple[str, str, str]]
    lines: Sequence[str]
    spots: Sequence[Spot]
    bar: float
    bar_m: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """How degrees become units of the drawing."""

    west: float
    north: float
    unit: float
    squeeze: float
    left: float
    top: float

    def x(self, lon: float) -> float:
        return round(self.left + (lon - self.west) * METRES_A_DEGREE * self.squeeze * self.unit, 1)

    def y(self, lat: float) -> float:
        return round(self.top + (self.north - lat) * METRES_A_DEGREE * self.unit, 1)


def sketch_of(
    places: Sequence[Marked], shapes: Sequence[Shape] = (), runs: Sequence[Sequence[tuple[float, float]]] = ()
) -> Sketch | None:
    """The drawing, as near as the places allow; the shapes set the frame where there are none. None for nothing."""
    corners = [(one.lon, one.lat) for one in places] + [pair for run in runs for pair in run]
    corners = corners or [pair for _, _, geometry in shapes for ring in _rings(geometry) for pair in ring]
    if not corners:
        return None
    widest = max((one.accuracy_m for one in places), default=0.0)
    frame = _frame(corners, widest)
    spots = [
        Spot(frame.x(one.lon), frame.y(one.lat), round(one.accuracy_m * frame.unit, 1), one.look, one.title)
        for one in places
    ]
    bar_m = max((bar for bar in BARS_M if bar * frame.unit <= WIDTH / 3), default=BARS_M[0])
    return Sketch(
        WIDTH,
        HEIGHT,
        [(look, title, _path(geometry, frame)) for look, title, geometry in shapes],
        [" ".join(f"{frame.x(lon)},{frame.y(lat)}" for lon, lat in run) for run in runs if len(run) > 1],
        spots,
        round(bar_m * frame.unit, 1),
        bar_m,
    )


def _frame(corners: Sequence[tuple[float, float]], widest_m: float) -> _Frame:
    lons, lats = [lon for lon, _ in corners], [lat for _, lat in corners]
    squeeze = cos(radians((min(lats) + max(lats)) / 2))
    across = (max(lons) - min(lons)) * METRES_A_DEGREE * squeeze
    down = (max(lats) - min(lats)) * METRES_A_DEGREE
    room_x = max(across + 2 * min(widest_m, 2_000), LEAST_SPAN_M)
    room_y = max(down + 2 * min(widest_m, 2_000), LEAST_SPAN_M)
    unit = min((WIDTH - 2 * MARGIN) / room_x, (HEIGHT - 2 * MARGIN) / room_y)
    left, top = (WIDTH - across * unit) / 2, (HEIGHT - down * unit) / 2
    return _Frame(min(lons), max(lats), unit, squeeze, left, top)


def _path(geometry: dict[str, Any], frame: _Frame) -> str:
    """All rings in one path: what lies in a hole is outside."""
    rings = (" ".join(f"{frame.x(lon)} {frame.y(lat)}" for lon, lat in ring) for ring in _rings(geometry))
    return "".join(f"M{ring}Z" for ring in rings)


def _rings(geometry: dict[str, Any]) -> Iterator[Sequence[tuple[float, float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        for ring in polygon:
            yield [(pair[0], pair[1]) for pair in ring]
