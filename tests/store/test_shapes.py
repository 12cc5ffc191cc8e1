"""Measuring in the process agrees with PostGIS: which side, and how far, for areas and zones of all shapes."""

import random
from uuid import UUID, uuid4

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, text

from app.store import shapes
from app.store.areas import ensure_permitted_area
from app.store.shapes import CORE_M, Shape, spots
from tests.builders.app import MONDAY

JIANGSHAN, BEIJING_DISTRICT = "330881", "110108"

EDGE_M = text(
    """
    SELECT ST_Distance(CAST(ST_Boundary(ST_Segmentize(boundary, 0.01)) AS geography),
                       CAST(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geography)) AS edge_m,
           ST_Intersects(boundary, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) AS inside
    FROM areas WHERE id = :id
    """
)


def near_the_edge(tx: Connection, area_id: UUID, chance: random.Random, count: int) -> list[tuple[float, float]]:
    """Places up to some kilometres from an outline, on both sides."""
    rows = tx.execute(
        text(
            "SELECT ST_X(p) AS lon, ST_Y(p) AS lat FROM (SELECT (ST_DumpPoints(boundary)).geom AS p FROM areas"
            " WHERE id = :id) AS dumped"
        ),
        {"id": area_id},
    ).all()
    some = chance.sample(rows, count)
    return [(row.lon + chance.gauss(0, 0.02), row.lat + chance.gauss(0, 0.02)) for row in some]


@pytest.mark.parametrize("code", [JIANGSHAN, BEIJING_DISTRICT])
def test_an_area_is_measured_as_by_postgis(tx: Connection, code: str) -> None:
    area_id = ensure_permitted_area(tx, code, now=MONDAY)
    shape = shapes.areas(tx, [area_id])[area_id]
    places = near_the_edge(tx, area_id, random.Random(3), 60)

    found = shape.depth(spots([lon for lon, _ in places], [lat for _, lat in places]))

    for (lon, lat), depth in zip(places, found, strict=True):
        row = tx.execute(EDGE_M, {"id": area_id, "lon": lon, "lat": lat}).one()
        expected = row.edge_m if row.inside else -row.edge_m
        if depth == CORE_M:
            assert expected >= CORE_M
        else:
            assert depth == pytest.approx(expected, rel=2e-3, abs=0.3)


def test_far_away_it_is_right_to_some_percent(tx: Connection) -> None:
    area_id = ensure_permitted_area(tx, JIANGSHAN, now=MONDAY)
    shape = shapes.areas(tx, [area_id])[area_id]
    lon, lat = 116.4, 39.9
    row = tx.execute(EDGE_M, {"id": area_id, "lon": lon, "lat": lat}).one()
    assert -shape.depth(spots([lon], [lat]))[0] == pytest.approx(row.edge_m, rel=0.03)


def a_shape(tx: Connection, wkt: str) -> Shape:
    wkb = tx.execute(text("SELECT ST_AsBinary(ST_GeomFromText(:wkt, 4326))"), {"wkt": wkt}).scalar_one()
    return Shape.read(bytes(wkb))


def test_a_hole_and_an_island_are_seen(tx: Connection) -> None:
    shape = a_shape(
        tx,
        "MULTIPOLYGON(((118 28, 119 28, 119 29, 118 29, 118 28), (118.4 28.4, 118.6 28.4, 118.6 28.6, 118.4 28.6,"
        " 118.4 28.4)), ((120 28, 120.1 28, 120.1 28.1, 120 28.1, 120 28)))",
    )
    depths = shape.depth(spots([118.2, 118.5, 120.05, 119.5], [28.2, 28.5, 28.05, 28.5]))
    assert [depth > 0 for depth in depths] == [True, False, True, False]


@pytest.mark.parametrize("radius_m", [30, 150, 3000])
def test_the_room_inside_a_circle_is_its_radius(tx: Connection, radius_m: float) -> None:
    wkt = tx.execute(
        text(
            "SELECT ST_AsText(CAST(ST_Buffer(CAST(ST_SetSRID(ST_MakePoint(118.6, 28.7), 4326) AS geography), :r, 32)"
            " AS geometry))"
        ),
        {"r": radius_m},
    ).scalar_one()
    assert a_shape(tx, wkt).room_m == pytest.approx(radius_m, rel=0.1)


def test_what_is_nowhere_is_left_out(tx: Connection) -> None:
    assert shapes.zones(tx, [uuid4()]) == {}


def test_a_straight_way_between_two_shapes_stays_in_their_hull() -> None:
    """Two bars that touch at a corner: the way between their far ends leaves both."""
    flat, upright = (Shape.read(shapely.to_wkb(shapely.box(*edges))) for edges in ((0, 0, 1, 0.1), (1, 0.1, 1.1, 1)))
    between = flat.between(upright)
    assert between.gap_m == pytest.approx(0, abs=1)
    far = spots([0.05 + 0.01 * n for n in range(100)], [0.05 + 0.009 * n for n in range(100)])
    assert min(flat.depth(far).max(), upright.depth(far).max()) > 0
    assert np.maximum(flat.depth(far), upright.depth(far)).min() < -1_000
    assert between.hull.depth(far).min() > 0
    assert between.hull.depth(spots([0.2], [0.9]))[0] < -1_000
    assert flat.between(upright) is between
