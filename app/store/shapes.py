"""Areas and zones in this process, ready to be measured by: decoded once, since none ever changes under its id.

Everything lies on the ellipsoid's Mercator map, on which a small circle stays a circle: the nearest point of an outline
is the nearest in metres too, and a distance is the one on the map over the map's scale at that place. Up to some
kilometres it agrees with PostGIS's geography to a part in a thousand (`tests/store/test_shapes.py`); far from an
outline, where nothing depends on metres, to some percent.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Numbers = NDArray[np.float64]

AXIS_M = 6_378_137.0
ECCENTRICITY = 0.0818191908426215
STEP_DEG = 0.01
"""Outlines are straight in degrees, as everywhere; on the map they get a vertex at least this often."""

CORE_M = 2_000.0
"""Whoever is in the core of an area is at least so far from its edge: as deep as the widest believable circle."""

CORE_ROUNDED_M = 400.0
SMALL = 200
"""Up to so many vertices measuring one after the other is quicker than asking a tree."""

KEPT_AREAS, KEPT_ZONES = 256, 8_192


@dataclass(frozen=True, slots=True)
class Spots:
    """Places in degrees, their places on the map, and the map's scale there."""

    x: Numbers
    y: Numbers
    scale: Numbers


def spots(lons: Sequence[float], lats: Sequence[float]) -> Spots:
    """Places ready to be measured."""
    x, y = _mapped(np.asarray(lons, dtype=np.float64), np.asarray(lats, dtype=np.float64))
    return Spots(x, y, _scale(np.asarray(lats, dtype=np.float64)))


def _mapped(lons: Numbers, lats: Numbers) -> tuple[Numbers, Numbers]:
    sine = np.sin(np.radians(np.clip(lats, -89.5, 89.5)))
    y = np.arctanh(sine) - ECCENTRICITY * np.arctanh(ECCENTRICITY * sine)
    return AXIS_M * np.radians(lons), AXIS_M * y


def _scale(lats: Numbers) -> Numbers:
    """Metres on the map for a metre on the ground."""
    phi = np.radians(np.clip(lats, -89.5, 89.5))
    found: Numbers = np.sqrt(1 - (ECCENTRICITY * np.sin(phi)) ** 2) / np.cos(phi)
    return found


@dataclass
class Shape:
    """One polygon or several. `outline` are its edges, one by one where there are many."""

    polygon: Any
    name: str = ""
    code: str = ""
    _between: "dict[int, Between]" = field(default_factory=dict)

    @classmethod
    def read(cls, wkb: bytes, name: str = "", code: str = "") -> "Shape":
        """From degrees on disk to the map."""
        degrees = shapely.segmentize(shapely.from_wkb(wkb), STEP_DEG)
        polygon = shapely.transform(degrees, lambda xy: np.column_stack(_mapped(xy[:, 0], xy[:, 1])))
        shapely.prepare(polygon)
        return cls(polygon, name, code)

    @cached_property
    def room_m(self) -> float:
        """The radius, in metres, of the largest circle that fits inside, to a tenth."""
        tolerance = max(1.0, 0.02 * float(np.sqrt(shapely.area(self.polygon))))
        radius = shapely.length(shapely.maximum_inscribed_circle(self.polygon, tolerance=tolerance))
        return float(radius) / self.middle_scale

    @cached_property
    def middle_scale(self) -> float:
        """The map's scale in the middle of the shape, on a sphere: good to half a percent."""
        return float(np.cosh(shapely.centroid(self.polygon).y / AXIS_M))

    @cached_property
    def _core(self) -> Any:
        """The inner part, of few vertices, of an area that is large enough to have one."""
        scale = float(np.cosh(max(abs(y) for y in shapely.bounds(self.polygon)[1::2]) / AXIS_M))
        rounded = shapely.simplify(self.polygon, CORE_ROUNDED_M)
        core = shapely.buffer(rounded, -(CORE_M * scale * 1.01 + CORE_ROUNDED_M), quad_segs=2)
        if shapely.is_empty(core):
            return None
        shapely.prepare(core)
        return core

    @cached_property
    def _outline(self) -> Any:
        return shapely.boundary(self.polygon)

    @cached_property
    def _tree(self) -> Any:
        """The edges one by one; None where they are few."""
        lines = shapely.get_parts(self._outline)
        if shapely.get_num_coordinates(lines).sum() <= SMALL:
            return None
        edges = [shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)) for xy in map(shapely.get_coordinates, lines)]
        return shapely.STRtree(np.concatenate(edges))

    def depth(self, at: Spots) -> Numbers:
        """How deep each place lies inside, in metres: negative outside. In the core of an area at least `CORE_M`."""
        depth = np.full(len(at.x), CORE_M)
        rest = np.arange(len(at.x))
        if self._tree is not None and self._core is not None:
            rest = np.flatnonzero(~shapely.contains_xy(self._core, at.x, at.y))
        if len(rest):
            x, y = at.x[rest], at.y[rest]
            away = self._away(x, y, at.scale[rest])
            depth[rest] = np.where(shapely.intersects_xy(self.polygon, x, y), away, -away)
        return depth

    def far_from(self, at: Spots) -> bool:
        """Whether all the places lie farther than `CORE_M` outside, told by the box around the shape alone."""
        west, south, east, north = self._box
        slack = CORE_M * at.scale
        away = (at.x < west - slack) | (at.x > east + slack) | (at.y < south - slack) | (at.y > north + slack)
        return bool(away.all())

    @cached_property
    def _box(self) -> tuple[float, float, float, float]:
        west, south, east, north = shapely.bounds(self.polygon)
        return float(west), float(south), float(east), float(north)

    def _away(self, x: Numbers, y: Numbers, scale: Numbers) -> Numbers:
        """Metres to the outline."""
        places = shapely.points(np.column_stack((x, y)))
        if self._tree is None:
            nearest = np.full(len(x), self._outline, dtype=object)
        else:
            nearest = self._tree.geometries[self._tree.query_nearest(places, all_matches=False)[1]]
        lines = shapely.get_coordinates(shapely.shortest_line(places, nearest)).reshape(-1, 2, 2)
        on_map = np.hypot(lines[:, 1, 0] - lines[:, 0, 0], lines[:, 1, 1] - lines[:, 0, 1])
        # The scale changes on the way, which matters far from the outline only.
        there = np.cosh(lines[:, 0, 1] / AXIS_M) / np.cosh(lines[:, 1, 1] / AXIS_M)
        away: Numbers = on_map / scale * (1 + there) / 2
        return away

    def between(self, other: "Shape") -> "Between":
        """What lies between two shapes, worked out once."""
        known = self._between.get(id(other))
        if known is None:
            scale = (self.middle_scale + other.middle_scale) / 2
            gap_m = float(shapely.distance(self.polygon, other.polygon)) / scale
            hull = shapely.convex_hull(shapely.geometrycollections([self.polygon, other.polygon]))
            shapely.prepare(hull)
            known = self._between[id(other)] = Between(other, gap_m, Shape(hull))
        return known


@dataclass(frozen=True)
class Between:
    """The other shape, the metres to it, to a percent, and what every straight way from one to the other stays in."""

    other: Shape
    gap_m: float
    hull: Shape


class _Kept:
    """The shapes used last, by their id."""

    def __init__(self, most: int, statement: str) -> None:
        self._most, self._statement = most, text(statement)
        self._shapes: OrderedDict[UUID, Shape] = OrderedDict()

    def get(self, tx: Connection, ids: Iterable[UUID]) -> Mapping[UUID, Shape]:
        """These shapes; one query where some are not at hand. An id that is nowhere is left out."""
        wanted = set(ids)
        found = {one: shape for one in wanted if (shape := self._shapes.get(one)) is not None}
        missing = wanted - found.keys()
        if missing:
            for row in tx.execute(self._statement, {"ids": sorted(missing)}):
                found[row.id] = Shape.read(bytes(row.wkb), row.name, row.code)
        for one, shape in found.items():
            self._shapes[one] = shape
            self._shapes.move_to_end(one)
        while len(self._shapes) > self._most:
            self._shapes.popitem(last=False)
        return found


_AREAS = _Kept(KEPT_AREAS, "SELECT id, ST_AsBinary(boundary) AS wkb, name, code FROM areas WHERE id = ANY(:ids)")
_ZONES = _Kept(KEPT_ZONES, "SELECT id, ST_AsBinary(shape) AS wkb, name, '' AS code FROM zones WHERE id = ANY(:ids)")


def areas(tx: Connection, ids: Iterable[UUID]) -> Mapping[UUID, Shape]:
    """The boundaries of these versions of areas."""
    return _AREAS.get(tx, ids)


def zones(tx: Connection, ids: Iterable[UUID]) -> Mapping[UUID, Shape]:
    """The shapes of these zones."""
    return _ZONES.get(tx, ids)
