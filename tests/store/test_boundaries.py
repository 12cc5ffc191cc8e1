"""Units out of the package's outlines, by and by; and places named by them."""

from sqlalchemy import Connection, text

from app.actions.keep_up import load_units
from app.store.areas import county_names
from app.store.boundaries import load_province, loaded_provinces, provinces_to_load
from tests.builders.app import MONDAY
from tests.builders.zones import TOWN

PLACES = [TOWN, (120.13, 30.26), (116.44, 39.92), (150.0, 0.0)]
"""In 江山, in 西湖区 of 杭州, in Beijing, and at sea."""


def test_a_place_is_named_once_its_province_is_loaded(tx: Connection) -> None:
    assert county_names(tx, PLACES) == [None] * 4
    assert load_province(tx, "33", now=MONDAY) > 90
    assert county_names(tx, PLACES) == ["浙江省江山市", "浙江省杭州市西湖区", None, None]
    assert county_names(tx, []) == []
    assert load_province(tx, "33", now=MONDAY) == 0


def test_each_run_loads_the_next_province_until_none_is_left(tx: Connection) -> None:
    first, second, *_ = provinces_to_load(tx)
    assert load_units(tx, now=MONDAY)["units"] > 0
    assert load_units(tx, now=MONDAY)["units"] > 0
    assert loaded_provinces(tx) == {first, second}


def test_units_of_county_level_cover_a_province_without_much_overlap(tx: Connection) -> None:
    load_province(tx, "46", now=MONDAY)
    shares = tx.execute(
        text(
            "SELECT ST_Area(ST_Union(boundary)) / sum(ST_Area(boundary)), bool_and(ST_IsValid(boundary)) "
            "FROM areas WHERE kind = 'county'"
        )
    ).one()
    assert 0.999 < shares[0] <= 1.000001
    assert shares[1] is True
