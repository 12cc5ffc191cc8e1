import pytest

from app.rules.areas import PermittedUnits, Units, permitted_units, place_name
from app.rules.areas.reading import level_of, read_units
from app.rules.errors import Refused

UNITS = Units(
    cities={
        "110000": "北京市",
        "330800": "衢州市",
        "331000": "台州市",
        "429021": "神农架林区",
        "441900": "东莞市",
        "500000": "重庆市",
        "622900": "临夏回族自治州",
        "710000": "台湾省",
    },
    counties={
        "110101": "东城区",
        "110118": "密云区",
        "330802": "柯城区",
        "330803": "衢江区",
        "330824": "开化县",
        "330881": "江山市",
        "331002": "椒江区",
        "331021": "玉环市",
        "429021": "神农架林区",
        "441900": "东莞市",
        "500101": "万州区",
        "500155": "梁平区",
        "500229": "城口县",
        "622901": "临夏市",
        "710012": "新北市",
    },
)

QUZHOU = PermittedUnits("330800", "衢州市市区", ("330802", "330803"))
BEIJING = PermittedUnits("110000", "北京市市区", ("110101", "110118"))
CHONGQING = PermittedUnits("500000", "重庆市市区", ("500101", "500155"))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("330881", PermittedUnits("330881", "江山市", ("330881",))),  # a county-level city is itself
        ("330824", PermittedUnits("330824", "开化县", ("330824",))),  # so is a county
        ("330802", QUZHOU),  # a district: all districts of its city, no county, no county-level city
        ("330803", QUZHOU),
        ("330800", QUZHOU),  # the city's own code means the same
        ("331000", PermittedUnits("331000", "台州市市区", ("331002",))),
        ("110101", BEIJING),
        ("110000", BEIJING),
        ("500101", CHONGQING),
        ("500000", CHONGQING),
        ("500229", PermittedUnits("500229", "城口县", ("500229",))),  # a county of a municipality
        ("441900", PermittedUnits("441900", "东莞市", ("441900",))),  # a city without districts
        ("429021", PermittedUnits("429021", "神农架林区", ("429021",))),  # of county level, under no city
        ("622901", PermittedUnits("622901", "临夏市", ("622901",))),
        ("710012", PermittedUnits("710012", "新北市", ("710012",))),
    ],
)
def test_the_units_that_may_not_be_left(code: str, expected: PermittedUnits) -> None:
    assert permitted_units(code, UNITS) == expected


@pytest.mark.parametrize(
    "code", ["330000", "622900", "710000", "330899", "330801", "", "0", "市", "3308810", "00", "0000"]
)
def test_a_code_that_names_no_city_or_county_is_refused_by_field(code: str) -> None:
    with pytest.raises(Refused) as refused:
        permitted_units(code, UNITS)
    assert (refused.value.code, refused.value.fields) == ("unknown_area", {"permitted_area": "unknown_area"})


@pytest.mark.parametrize(
    ("county", "city", "province", "named"),
    [
        ("江山市", "衢州市", "浙江省", "浙江省江山市"),
        ("西湖区", "杭州市", "浙江省", "浙江省杭州市西湖区"),
        ("朝阳区", "北京市", "北京市", "北京市朝阳区"),
        ("东莞市", "东莞市", "广东省", "广东省东莞市"),
        ("澳门特别行政区", None, "澳门特别行政区", "澳门特别行政区"),
        ("神农架林区", "神农架林区", "湖北省", "湖北省神农架林区"),
        ("江山市", None, None, "江山市"),
    ],
)
def test_how_people_name_a_place(county: str, city: str | None, province: str | None, named: str) -> None:
    assert place_name(county, city, province) == named


SQUARE = {"type": "Polygon", "coordinates": [[[118.6, 28.7], [118.7, 28.7], [118.7, 28.8], [118.6, 28.7]]]}


@pytest.mark.parametrize(
    ("properties", "level", "code"),
    [
        ({"adcode": 330881, "name": "江山市", "level": "district"}, "county", "330881"),
        ({"code": "156330881", "name": "江山市"}, "county", "330881"),
        ({"XZQDM": "330881000000", "XZQMC": "江山市"}, "county", "330881"),
        ({"区划代码": "330800", "名称": "衢州市", "级别": "市级"}, "city", "330800"),
        ({"adcode": "110000", "name": "北京市", "level": "city"}, "city", "110000"),
        ({"adcode": "441900", "name": "东莞市", "level": "county"}, "county", "441900"),
        ({"adcode": "659001", "name": "石河子市", "level": "city"}, "county", "659001"),
    ],
)
def test_units_are_read_under_the_names_that_files_use(properties: dict[str, object], level: str, code: str) -> None:
    feature = {"type": "Feature", "properties": properties, "geometry": SQUARE}
    read = read_units({"type": "FeatureCollection", "features": [feature]})
    assert [(unit.n, unit.level, unit.code) for unit in read.units] == [(1, level, code)]
    assert read.faults == ()


@pytest.mark.parametrize("collection", [None, [], {}, {"type": "FeatureCollection", "features": []}, {"features": [1]}])
def test_what_is_no_collection_is_told_of_the_whole_file(collection: object) -> None:
    assert [(fault.n, fault.code) for fault in read_units(collection).faults] == [(0, "area_file_unfit")]


def test_levels_by_the_zeros_of_an_adcode() -> None:
    assert [level_of(code) for code in ("330000", "330800", "330881")] == ["province", "city", "county"]
