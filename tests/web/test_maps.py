"""Maps without a browser: what their data hold, in which datum, what is recorded of a look, and the words beside."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, select, text, update

from app.actions.import_areas import ImportAreas, import_areas
from app.clients import boundary_file
from app.clients.datum import Datum, to_wgs84
from app.config import SettingsError, TileSettings, load_settings
from app.deps import Deps
from app.models.audit import Audit
from app.models.subject import Subject
from app.rules.facts import Role
from app.store.session import transaction
from app.web.sketch import Marked, sketch_of
from tests.builders.alerts import an_alert
from tests.builders.app import MONDAY, a_clock, settings_for_tests
from tests.builders.areas import a_boundary_file, a_unit
from tests.builders.checkins import a_resident
from tests.builders.positions import JIANGSHAN, a_power, a_report, report
from tests.builders.users import a_user
from tests.harness.test_settings_keys import BASE, KEYS
from tests.web.browsing import Visitor, a_visitor
from tests.web.office import HOUR, Office, an_office_at_nine

METRE_DEG = 1 / 111_195
TILES = "https://webrd01.maps.example/tile?x={x}&y={y}&z={z}"


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def officer(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.officer)


@pytest.fixture
def person(undone: Engine, office: Office) -> UUID:
    """Somebody whose phone reported from 06:00 to 06:10, and at 08:00, under one power."""
    with transaction(undone) as tx:
        resident = a_resident(tx, office.tree, office.officer, area="330881")
        a_power(tx, resident, MONDAY - 9 * HOUR, MONDAY + HOUR, kind="order")
        minutes = (0, 5, 10, 120)
        fixes = [a_report(MONDAY - 3 * HOUR + timedelta(minutes=m), mock=m == 5) for m in minutes]
        report(tx, resident, *fixes, now=MONDAY - HOUR)
    return resident


def looks(engine: Engine) -> list[tuple[str, UUID | None, str | None, Mapping[str, Any]]]:
    with transaction(engine) as tx:
        rows = tx.execute(
            select(Audit.action, Audit.subject_id, Audit.object_id, Audit.reason, Audit.details)
            .where(Audit.action.in_(("map.read", "tracks.read")))
            .order_by(Audit.id)
        )
        return [(row.action, row.subject_id or row.object_id, row.reason, row.details) for row in rows]


def test_a_look_at_the_map_of_an_office_is_one_act_and_stands_in_the_sheet_of_each_person(
    undone: Engine, app: Flask, officer: Visitor, office: Office, person: UUID
) -> None:
    answer = officer.get("/map/people.json")
    (told,) = answer.get_json()["people"]
    assert (told["id"], told["accuracy_m"], told["fresh"]) == (str(person), 20, "new")
    assert told["at"] == pytest.approx(JIANGSHAN, abs=METRE_DEG)
    assert told["age"] == "1 小时前"
    assert answer.headers["Cache-Control"] == "no-store"
    assert looks(undone) == [("map.read", office.tree.office.id, None, {"people": 1})]
    sheet = a_visitor(app, office.county).text(f"/subjects/{person}/access-log")
    assert "查看辖区位置图" in sheet
    assert "1 人的最近位置" in sheet


def test_zones_that_hold_now_are_on_the_map_of_the_office(
    undone: Engine, app: Flask, officer: Visitor, office: Office, person: UUID
) -> None:
    path = f"/subjects/{person}/zones/draw"
    circle = {
        "id": str(uuid4()),
        "kind": "stay_inside",
        "name": "夜间住处",
        "shape": "circle",
        "lon": "118.627",
        "lat": "28.738",
        "radius_m": "300",
        "datum": "wgs84",
        "reason": "夜间居家",
    }
    corners = {**circle, "id": str(uuid4()), "name": "工地", "shape": "polygon", "points": "118.6,28.7\n118.7,28.7"}
    assert officer.post(path, corners).status_code == 422
    corners["points"] += "\r\n118.6,28.8"
    later = {**circle, "id": str(uuid4()), "name": "以后", "from_at": "2026-04-01T08:00"}
    assert [officer.post(path, form).status_code for form in (circle, corners, later)] == [303, 303, 303]
    zones = officer.get("/map/people.json").get_json()["zones"]
    assert sorted(zone["properties"]["name"] for zone in zones) == ["夜间住处", "工地"]
    assert "以后" in officer.text(f"{path}")
    neighbour = a_visitor(app, office.neighbour)
    assert neighbour.get("/map/people.json").get_json()["zones"] == []


@pytest.mark.parametrize(
    "changes",
    [
        {"points": "118.6,28.7\nx,y\n118.7,28.8"},
        {"points": "118.6,28.7,5\n118.7,28.7\n118.7,28.8"},
        {"points": "118.6,28.7\n118.7,28.8\n118.7,28.7\n118.6,28.8"},
        {"shape": "circle", "lon": "", "lat": "", "radius_m": "200"},
        {"datum": "mars"},
        {"kind": "forbidden"},
        {"weekdays": "1", "from_time": "22:00"},
        {"name": " "},
    ],
)
def test_a_drawn_zone_that_is_refused_keeps_what_was_typed(
    changes: dict[str, str], officer: Visitor, person: UUID
) -> None:
    form = {
        "id": str(uuid4()),
        "kind": "stay_inside",
        "name": "工地",
        "shape": "polygon",
        "points": "118.6,28.7\n118.7,28.7\n118.7,28.8",
        "datum": "wgs84",
        "reason": "上班时间",
        **changes,
    }
    answer = officer.post(f"/subjects/{person}/zones/draw", form)
    assert answer.status_code == 422
    assert "上班时间" in answer.get_data(as_text=True)
    assert "worker-src blob:" in answer.headers["Content-Security-Policy"]


def test_nobody_is_on_the_map_of_somebody_elses_office(app: Flask, office: Office, person: UUID) -> None:
    neighbour, county = a_visitor(app, office.neighbour), a_visitor(app, office.county)
    assert neighbour.get("/map/people.json").get_json()["people"] == []
    assert neighbour.get(f"/map/people.json?office={office.tree.office.id}").status_code == 404
    assert neighbour.get(f"/subjects/{person}/track.json?reason=x").status_code == 404
    of_office = county.get(f"/map/people.json?office={office.tree.office.id}").get_json()["people"]
    of_next = county.get(f"/map/people.json?office={office.tree.second_office.id}").get_json()["people"]
    assert ([one["id"] for one in of_office], of_next) == ([str(person)], [])


def test_the_map_of_those_above_is_no_look_at_another_county(
    undone: Engine, app: Flask, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        stranger = a_user(tx, office.tree.other_county, Role.COUNTY_STAFF, login="elsewhere")
    a_visitor(app, stranger).get("/map/people.json")
    assert "查看辖区位置图" not in a_visitor(app, office.county).text(f"/subjects/{person}/access-log")


def test_a_track_is_shown_for_a_reason_that_is_recorded(undone: Engine, officer: Visitor, person: UUID) -> None:
    assert officer.get(f"/subjects/{person}/track.json").status_code == 422
    assert "06:05" not in officer.text(f"/subjects/{person}/map")
    assert looks(undone) == []
    told = officer.get(f"/subjects/{person}/track.json", query_string={"reason": "核对预警"}).get_json()
    (action, whose, why, details) = looks(undone)[0]
    assert (action, whose, why, details["points"]) == ("tracks.read", person, "核对预警", 4)
    assert [point["marks"] for point in told["points"]] == [[], ["mock"], [], []]
    assert {point["words"] for point in told["points"]} == {"电子定位决定"}
    whens = [gap["when"] for gap in told["gaps"]]
    assert whens == ["今天 00:00 至 06:00", "今天 06:10 至 08:00", "今天 08:00 至 09:00"]
    assert told["unbroken_s"] < 110 * 60


def test_a_long_track_comes_in_pages_of_which_each_is_recorded(
    undone: Engine, officer: Visitor, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.track_words.AT_ONCE", 3)
    first = officer.get(f"/subjects/{person}/track.json?reason=x").get_json()
    second = officer.get(first["next"]).get_json()
    whens = [point["when"] for page in (first, second) for point in page["points"]]
    assert whens == ["今天 06:00", "今天 06:05", "今天 06:10", "今天 08:00"]
    assert (first["total"], second["next"]) == (4, None)
    assert [(reason, details["points"]) for _, _, reason, details in looks(undone)] == [("x", 3), ("x", 1)]
    assert "下一页" in officer.text(f"/subjects/{person}/map?reason=x&view=text")


def test_minors_are_marked_on_the_map_and_sealed_from_those_above(
    undone: Engine, app: Flask, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        tx.execute(update(Subject).where(Subject.id == person).values(name="赵小明", minor_regime=True))
    assert "未成年人,注意保密" in officer.text("/map?view=text")
    (told,) = a_visitor(app, office.county).get("/map/people.json").get_json()["people"]
    assert told["minor"]
    assert "赵" not in told["name"]


def test_a_gap_says_what_an_alert_told_of_it(undone: Engine, officer: Visitor, office: Office, person: UUID) -> None:
    with transaction(undone) as tx:
        an_alert(tx, office.tree, person, MONDAY - 2 * HOUR)
    told = officer.get(f"/subjects/{person}/track.json?reason=x").get_json()
    assert [bool(gap["why"]) for gap in told["gaps"]] == [False, True, True]


def test_the_evidence_of_an_alert_is_a_drawing_and_lines_and_a_look_that_is_recorded(
    undone: Engine, officer: Visitor, office: Office, person: UUID
) -> None:
    with transaction(undone) as tx:
        alert = an_alert(tx, office.tree, person, MONDAY - 3 * HOUR)
    assert "看前后的位置" in officer.text(f"/alerts/{alert}")
    assert looks(undone) == []
    page = officer.text(f"/alerts/{alert}/evidence")
    for words in ("<svg", "今天 06:05", "今天 06:10 至 08:00", "电子定位决定", "这次查看已记录"):
        assert words in page, words
    (action, whose, why, _) = looks(undone)[0]
    assert (action, whose, why) == ("tracks.read", person, "核对预警:失去联系(今天 06:00)")


def test_what_judging_thinks_of_a_fix_stands_beside_it(undone: Engine, officer: Visitor, person: UUID) -> None:
    with transaction(undone) as tx:
        tx.execute(
            text(
                "INSERT INTO position_marks SELECT subject_id, effective_at, id, 'drift', :now FROM positions"
                " WHERE subject_id = :id ORDER BY effective_at LIMIT 1"
            ),
            {"id": person, "now": MONDAY},
        )
    told = officer.get(f"/subjects/{person}/track.json?reason=x").get_json()
    assert [point["marked"] for point in told["points"]] == ["短时飘移", "标有模拟定位", "", ""]
    assert told["parts"] == ["今天 06:00 至 08:00:电子定位决定(社区矫正法第二十九条),今天 00:00 至 10:00有效,4 个位置"]


def test_the_version_in_words_says_the_same(undone: Engine, officer: Visitor, person: UUID) -> None:
    page = officer.text(f"/subjects/{person}/map", query_string={"reason": "核对预警", "view": "text"})
    for words in ("今天 06:05", "标有模拟定位", "今天 06:10 至 08:00", "应当有位置,没有收到", "江山市", "<svg"):
        assert words in page, words
    assert [look[0] for look in looks(undone)] == ["tracks.read"]
    listed = officer.text("/map?view=text")
    assert "误差约 20 米" in listed
    assert "<svg" in listed
    assert [look[0] for look in looks(undone)] == ["tracks.read", "map.read"]


@pytest.mark.parametrize("query", ["from=yesterday", "from=2026-03-02&to=2026-03-01", "from=2026-01-01&to=2026-03-02"])
def test_days_that_make_no_sense_are_refused(query: str, officer: Visitor, person: UUID) -> None:
    assert officer.get(f"/subjects/{person}/track.json?reason=x&{query}").status_code == 422


def test_an_area_is_drawn_coarse_and_fine_and_never_whole(officer: Visitor, person: UUID) -> None:
    page = officer.text("/map")
    area = page.split("data-areas=")[1].split("&#34;")[1]
    sizes = {}
    for detail in ("coarse", "fine"):
        answer = officer.get(f"/map/areas/{area}.json?detail={detail}")
        assert answer.get_json()["properties"]["name"] == "江山市"
        assert "private" in answer.headers["Cache-Control"]
        sizes[detail] = len(answer.data)
    assert sizes["coarse"] < 8_000
    assert sizes["coarse"] < sizes["fine"] < 80_000
    assert officer.get(f"/map/areas/{area}.json?detail=all").status_code == 422


def test_a_map_draws_the_outline_that_held_at_the_time(undone: Engine, officer: Visitor, person: UUID) -> None:
    (old,) = areas_on(officer, "/map")
    with transaction(undone) as tx:
        file = boundary_file.read(a_boundary_file(a_unit()), Datum.WGS84)
        import_areas(tx, ImportAreas(file, "省厅 2026 版", MONDAY - 9 * HOUR), dry_run=False, now=MONDAY)

    (new,) = areas_on(officer, "/map")

    assert new != old
    assert areas_on(officer, f"/subjects/{person}/map") == [new]
    assert areas_on(officer, f"/subjects/{person}/map?from=2026-03-01&to=2026-03-01") == [old]
    assert officer.get(f"/map/areas/{new}.json").get_json()["properties"]["name"] == "江山市"


def areas_on(officer: Visitor, page: str) -> list[str]:
    """The outlines that the page asks for."""
    return re.findall(r"[0-9a-f-]{36}", officer.text(page).split('data-areas="')[1].split('"')[0])


def test_what_is_drawn_over_pictures_in_another_datum_is_moved_with_them(
    undone: Engine, app: Flask, office: Office, person: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(settings_for_tests(), tiles=TileSettings((TILES,), "© 示例地图", "gcj02"))
    monkeypatch.setitem(app.extensions, "deps", Deps(settings, undone, a_clock()))
    visitor = a_visitor(app, office.officer)
    (told,) = visitor.get("/map/people.json").get_json()["people"]
    lon, lat = told["at"]
    assert abs(lon - JIANGSHAN[0]) > 100 * METRE_DEG
    assert to_wgs84(lon, lat, Datum.GCJ02) == pytest.approx(JIANGSHAN, abs=METRE_DEG)
    (point, *_) = visitor.get(f"/subjects/{person}/track.json?reason=x").get_json()["points"]
    assert point["at"] == told["at"]
    page = visitor.get("/map")
    policy = page.headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://webrd01.maps.example;" in policy
    assert "© 示例地图" in page.get_data(as_text=True)
    assert "maps.example" not in visitor.get("/alerts").headers["Content-Security-Policy"]


def test_without_a_service_of_pictures_a_browser_may_ask_nobody_but_us(officer: Visitor) -> None:
    policy = officer.get("/map").headers["Content-Security-Policy"]
    assert "http" not in policy
    assert "connect-src 'self';" in policy


def test_a_service_of_pictures_is_an_address_and_a_datum() -> None:
    env = {**BASE, "ZHIFANG_IDENTITY_KEY": KEYS[1], "ZHIFANG_TILES_DATUM": "gcj02"}
    assert load_settings({**env, "ZHIFANG_TILES_URL": TILES}).tiles.origins == ("https://webrd01.maps.example",)
    assert load_settings(env).tiles == TileSettings()
    for unfit in ("https://maps.example/{z}/{x}.png", "https://a b/{z}/{x}/{y}", "https://a;script-src/{z}/{x}/{y}"):
        with pytest.raises(SettingsError, match="ZHIFANG_TILES_URL"):
            load_settings({**env, "ZHIFANG_TILES_URL": unfit})
    with pytest.raises(SettingsError, match="ZHIFANG_TILES_DATUM"):
        load_settings({**env, "ZHIFANG_TILES_URL": TILES, "ZHIFANG_TILES_DATUM": "mars"})


def test_a_sketch_keeps_what_is_apart_apart() -> None:
    lon, lat = JIANGSHAN
    places = [Marked(lon, lat, 30, "new", "a"), Marked(lon + 1000 * METRE_DEG, lat, 30, "old", "b")]
    square = {"type": "Polygon", "coordinates": [[[lon, lat], [lon + 1, lat], [lon + 1, lat + 1], [lon, lat]]]}
    sketch = sketch_of(places, [("area", "江山市", square)], [[(lon, lat), (lon + 1000 * METRE_DEG, lat)]])
    assert sketch is not None
    left, right = sketch.spots
    metres = (right.x - left.x) / sketch.bar * sketch.bar_m
    assert metres == pytest.approx(1000 * 0.877, rel=0.01)  # a degree of longitude is shorter up there
    assert left.y == right.y
    assert left.radius == pytest.approx(30 / sketch.bar_m * sketch.bar, abs=0.1)
    assert sketch.lines == [f"{left.x},{left.y} {right.x},{right.y}"]
    assert sketch_of([]) is None
