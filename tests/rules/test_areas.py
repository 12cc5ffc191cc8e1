import pytest

from app.rules.areas import PermittedUnits, Units, permitted_units
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
