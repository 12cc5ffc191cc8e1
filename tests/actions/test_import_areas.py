"""Official boundaries: read with care, in force from a day on, and the judgments of before as they were."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.actions.import_areas import ImportAreas, Imported, import_areas
from app.clients import boundary_file
from app.clients.datum import Datum, from_wgs84
from app.store import areas
from app.store.measure import measure
from tests.builders.app import MONDAY
from tests.builders.areas import JIANGSHAN, a_boundary_file, a_unit
from tests.builders.checkins import a_resident
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.builders.zones import TOWN, a_square

DAY = timedelta(days=1)
TOMORROW = MONDAY + DAY
OUTSIDE = (118.63, 28.5)
"""In the county as it is, and south of the square that the file makes of it."""
BOW = {"type": "Polygon", "coordinates": [[[118.6, 28.7], [118.7, 28.8], [118.7, 28.7], [118.6, 28.8], [118.6, 28.7]]]}
OPEN = {"type": "Polygon", "coordinates": [[[118.6, 28.7], [118.7, 28.8], [118.7, 28.7], [118.6, 28.8]]]}


def imported(
    tx: Connection,
    *features: dict[str, Any],
    at: datetime = TOMORROW,
    datum: Datum = Datum.WGS84,
    dry_run: bool = False,
    source: str = "省厅 2026 版",
    **options: bool,
) -> Imported:
    file = boundary_file.read(a_boundary_file(*features), datum)
    return import_areas(tx, ImportAreas(file, source, at, **options), dry_run=dry_run, now=MONDAY)


def resident(tx: Connection, area: str = JIANGSHAN) -> UUID:
    tree = a_tree(tx)
    return a_resident(tx, tree, a_user(tx, tree.office), area=area)


def inside(tx: Connection, subject_id: UUID, place: tuple[float, float], at: datetime) -> bool | None:
    return measure(tx, subject_id, *place, at=at).inside_area


def rejudged_from(tx: Connection, subject_id: UUID) -> datetime | None:
    row = tx.execute(text("SELECT rejudge_from FROM subject_states WHERE subject_id = :id"), {"id": subject_id})
    found: datetime | None = row.scalar_one()
    return found


def test_a_new_boundary_binds_from_its_day_and_the_old_one_until_then(tx: Connection) -> None:
    subject_id = resident(tx)
    before = areas.permitted_at(tx, [subject_id], at=MONDAY)[subject_id]
    assert inside(tx, subject_id, OUTSIDE, TOMORROW) is True
    done = imported(tx, a_unit(half=0.1))
    assert (done.faults, done.units, done.permitted, done.people) == ((), 1, (JIANGSHAN,), 1)
    last, first = TOMORROW - timedelta(seconds=1), TOMORROW
    assert areas.permitted_at(tx, [subject_id], at=last)[subject_id] == before
    after = areas.permitted_at(tx, [subject_id], at=first)[subject_id]
    assert after != before
    assert [inside(tx, subject_id, OUTSIDE, at) for at in (last, first)] == [True, False]
    assert inside(tx, subject_id, TOWN, first) is True
    (found,) = areas.versions(tx, [before]).values()
    assert [(one.id, one.from_at, one.until) for one in found] == [(before, None, TOMORROW), (after, TOMORROW, None)]
    assert [one.holds(last) for one in found] == [True, False]
    assert areas.versions(tx, [after])[after] == found, "any version names all of them"
    assert rejudged_from(tx, subject_id) is None, "what lies ahead judges nobody yet"
    assert areas.ensure_permitted_area(tx, JIANGSHAN, now=MONDAY) == before
    assert areas.area_ids_of_destinations(tx, [JIANGSHAN], now=TOMORROW) == {JIANGSHAN: after}


def test_a_boundary_of_a_day_that_has_passed_has_people_judged_again(tx: Connection) -> None:
    subject_id = resident(tx)
    imported(tx, a_unit(half=0.1), at=MONDAY - DAY)
    assert rejudged_from(tx, subject_id) == MONDAY - DAY


def test_an_area_that_nobody_needed_before_gets_all_its_versions(tx: Connection) -> None:
    assert imported(tx, a_unit(half=0.1)).permitted == ()
    known = areas.ensure_permitted_area(tx, JIANGSHAN, now=MONDAY)
    assert [one.from_at for one in areas.versions(tx, [known])[known]] == [None, TOMORROW]


def test_the_same_file_twice_changes_nothing_and_another_needs_a_word(tx: Connection) -> None:
    resident(tx)
    imported(tx, a_unit(half=0.1))
    again = imported(tx, a_unit(half=0.1))
    assert (again.units, again.unchanged, again.permitted) == (0, 1, ())
    (fault,) = imported(tx, a_unit(half=0.15)).faults
    assert (fault.n, fault.code, fault.unit) == (1, "area_version_exists", JIANGSHAN)
    assert imported(tx, a_unit(half=0.15), replace=True).permitted == (JIANGSHAN,)
    earlier = imported(tx, a_unit(half=0.3), at=MONDAY - DAY)
    assert earlier.permitted == (JIANGSHAN,)
    spans = tx.execute(
        text(
            "SELECT lower(in_force) AS from_at, upper(in_force) AS until FROM areas "
            "WHERE kind = 'permitted' AND code = :code AND NOT isempty(in_force) ORDER BY in_force"
        ),
        {"code": JIANGSHAN},
    ).all()
    assert [tuple(span) for span in spans] == [(None, MONDAY - DAY), (MONDAY - DAY, TOMORROW), (TOMORROW, None)]


def test_every_fault_is_told_with_its_feature_and_nothing_is_written(tx: Connection) -> None:
    done = imported(
        tx,
        a_unit(geometry=BOW),
        a_unit("33088", "某县"),
        a_unit("330822", ""),
        a_unit("330824", "开化县", level="village"),
        a_unit("330825", "龙游县", geometry=OPEN),
        a_unit("330800", "衢州市", level="county"),
        a_unit("330802", "柯城区", geometry={"type": "Point", "coordinates": [118, 28]}),
        a_unit(),
    )
    assert [(fault.n, fault.code) for fault in done.faults] == [
        (1, "shape_crosses_itself"),
        (2, "area_code_unfit"),
        (3, "area_name_missing"),
        (4, "area_level_unfit"),
        (5, "shape_ring_open"),
        (7, "shape_no_polygon"),
        (8, "area_twice"),
    ]
    assert tx.execute(text("SELECT count(*) FROM areas WHERE source LIKE '省厅%'")).scalar_one() == 0


def test_a_bad_ring_is_mended_only_where_that_is_asked_for(tx: Connection) -> None:
    assert [fault.code for fault in imported(tx, a_unit(geometry=BOW)).faults] == ["shape_crosses_itself"]
    assert imported(tx, a_unit(geometry=BOW), mend=True).units == 1
    valid = text("SELECT bool_and(ST_IsValid(boundary)) FROM areas WHERE kind = 'county'")
    assert tx.execute(valid).scalar_one() is True


def test_a_dry_run_tells_and_leaves_no_trace(tx: Connection) -> None:
    resident(tx)
    count = text("SELECT count(*), count(*) FILTER (WHERE upper_inf(in_force)) FROM areas")
    before = tx.execute(count).one()
    assert imported(tx, a_unit(half=0.1), dry_run=True).permitted == (JIANGSHAN,)
    assert tx.execute(count).one() == before


def test_a_file_in_the_datum_of_maps_is_shifted_back(tx: Connection) -> None:
    ring = [list(from_wgs84(lon, lat, Datum.GCJ02)) for lon, lat in a_square(half=0.1)["coordinates"][0]]
    assert imported(tx, a_unit(geometry={"type": "Polygon", "coordinates": [ring]}), datum=Datum.GCJ02).units == 1
    off = text(
        "SELECT ST_HausdorffDistance(boundary, ST_SetSRID(ST_GeomFromGeoJSON(:square), 4326)) FROM areas "
        "WHERE kind = 'county' AND code = :code AND source LIKE '省厅%'"
    )
    square = str(a_square(half=0.1)).replace("'", '"')
    assert tx.execute(off, {"square": square, "code": JIANGSHAN}).scalar_one() < 1e-8


def test_districts_come_together_or_not_at_all(tx: Connection) -> None:
    subject_id = resident(tx, "330802")
    kecheng = a_unit("330802", "柯城区", geometry=a_square(118.8, 28.95, 0.1))
    qujiang = a_unit("330803", "衢江区", geometry=a_square(119.0, 28.95, 0.1))
    (fault,) = imported(tx, kecheng).faults
    assert (fault.code, fault.unit) == ("area_mixed_sources", "330800")
    done = imported(tx, kecheng, qujiang)
    assert (done.permitted, done.ended) == (("330800",), ())
    assert set(done.missing) == {"330822", "330824", "330825", JIANGSHAN}
    assert inside(tx, subject_id, (119.05, 28.95), TOMORROW) is True


def test_a_county_that_became_a_district_is_left_to_people(tx: Connection) -> None:
    subject_id = resident(tx)
    standing = areas.permitted_at(tx, [subject_id], at=TOMORROW)
    done = imported(
        tx,
        a_unit("330802", "柯城区", geometry=a_square(118.8, 28.95, 0.1)),
        a_unit("330804", "江山区"),
        whole_cities=True,
    )
    assert JIANGSHAN in done.ended
    assert done.unresolved == (JIANGSHAN,)
    assert areas.permitted_at(tx, [subject_id], at=TOMORROW) == standing
    names = [areas.county_names(tx, [TOWN], at=at) for at in (MONDAY, TOMORROW)]
    assert names == [["浙江省江山市"], ["浙江省衢州市江山区"]]
