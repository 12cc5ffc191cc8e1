"""The land: a county's outline in metres on a plane, and places in it, or just outside."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from json import loads
from math import cos, pi, radians, sin
from random import Random

from shapely import LineString, MultiPoint, Point, Polygon, prepare, transform, unary_union
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from app.rules.areas import permitted_units
from app.store import outlines

DEGREE_M = 111_195.0
"""Metres of one degree of latitude on a sphere of the Earth's mean size."""

MARGIN_M = 320.0
"""Homes, places and ways of every day keep this far inside the outline: 300 m, and the error of a flat map."""

TRIES = 400

Spot = tuple[float, float]


class NoPlaceError(Exception):
    """The outline leaves no room for what was looked for."""


@dataclass(frozen=True)
class Ground:
    """An area as metres east and north of a place in its middle."""

    code: str
    lon0: float
    lat0: float
    area: BaseGeometry

    @cached_property
    def inner(self) -> BaseGeometry:
        """Where everyday life keeps: the area less its margin."""
        inner = self.area.buffer(-MARGIN_M)
        prepare(inner)
        return inner

    def degrees(self, spot: Spot) -> tuple[float, float]:
        """Longitude and latitude of a spot."""
        x, y = spot
        return self.lon0 + x / (DEGREE_M * cos(radians(self.lat0))), self.lat0 + y / DEGREE_M

    def somewhere(self, dice: Random) -> Spot:
        """Any spot of everyday life."""
        west, south, east, north = self.inner.bounds
        for _ in range(TRIES):
            spot = dice.uniform(west, east), dice.uniform(south, north)
            if self.inner.covers(Point(spot)):
                return spot
        raise NoPlaceError(self.code)

    def near(self, dice: Random, around: Spot, low_m: float, high_m: float) -> Spot:
        """A spot at some distance to which a straight way leads that keeps inside; nearer where there is none."""
        for n in range(TRIES):
            spot = away(around, dice.uniform(0, 2 * pi), dice.uniform(low_m, high_m) * (1 - n / TRIES))
            if self.inner.covers(LineString([around, spot])):
                return spot
        raise NoPlaceError(self.code)

    def outside(self, dice: Random, home: Spot, depth_m: float, clear_m: float, reach_m: float = 60_000) -> Spot:
        """A spot `depth_m` behind the outline on a straight way that crosses it once, `clear_m` away from it.

        Of a dozen ways that are possible the shortest is taken.
        """
        found: list[tuple[float, Spot]] = []
        for _ in range(TRIES):
            angle = dice.uniform(0, 2 * pi)
            cut = LineString([home, away(home, angle, reach_m)]).intersection(self.area.boundary)
            crossings = sorted(Point(home).distance(point) for point in points(cut))
            if not crossings or (len(crossings) > 1 and crossings[1] <= crossings[0] + depth_m):
                continue
            spot = away(home, angle, crossings[0] + depth_m)
            if self.area.distance(Point(spot)) >= clear_m:
                found.append((crossings[0], spot))
            if len(found) >= 12:
                break
        if not found:
            raise NoPlaceError(self.code)
        return min(found)[1]


def away(spot: Spot, angle: float, distance_m: float) -> Spot:
    """The spot so far away in that direction."""
    return spot[0] + cos(angle) * distance_m, spot[1] + sin(angle) * distance_m


def points(cut: BaseGeometry) -> list[Point]:
    """The points of an intersection of lines; stretches that run along each other are left out."""
    if isinstance(cut, Point):
        return [cut]
    return list(cut.geoms) if isinstance(cut, MultiPoint) else []


@lru_cache(maxsize=4)
def ground_of(code: str) -> Ground:
    """The permitted area of somebody who lives in the unit `code`, as the service itself makes it."""
    permitted = permitted_units(code, outlines.units())
    united = unary_union([shape(loads(outline)) for outline in outlines.county_outlines(permitted.units)])
    middle = united.representative_point()
    return Ground(permitted.code, middle.x, middle.y, flat(united, middle.x, middle.y))


def flat(geometry: BaseGeometry, lon0: float, lat0: float) -> BaseGeometry:
    """Degrees to metres around a middle."""
    wide = DEGREE_M * cos(radians(lat0))
    return transform(geometry, lambda places: (places - (lon0, lat0)) * (wide, DEGREE_M))


def disc(centre: Spot, radius_m: float) -> Polygon:
    """A circle as a polygon."""
    return Point(centre).buffer(radius_m, quad_segs=32)
