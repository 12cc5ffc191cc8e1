from math import cos, hypot, radians

from hypothesis import given
from hypothesis import strategies as st

from app.clients.datum import Datum, from_wgs84, to_wgs84

METRES_A_DEGREE = 111_320
SHIFTED = st.sampled_from([Datum.GCJ02, Datum.BD09])

# China proper with a margin to the edge of the shifts, where a shifted point may fall over it.
LON = st.floats(73.5, 135.5)
LAT = st.floats(3.5, 54.0)


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (one[1] - other[1]) * METRES_A_DEGREE
    return hypot(north, (one[0] - other[0]) * METRES_A_DEGREE * cos(radians(one[1])))


@given(LON, LAT, SHIFTED)
def test_there_and_back_errs_by_less_than_a_millimetre(lon: float, lat: float, datum: Datum) -> None:
    assert metres(to_wgs84(*from_wgs84(lon, lat, datum), datum), (lon, lat)) < 0.001


@given(LON, LAT, SHIFTED)
def test_back_and_there_errs_by_less_than_a_millimetre(lon: float, lat: float, datum: Datum) -> None:
    assert metres(from_wgs84(*to_wgs84(lon, lat, datum), datum), (lon, lat)) < 0.001


@given(LON, LAT)
def test_the_shift_is_that_of_a_map(lon: float, lat: float) -> None:
    assert 0 < metres(from_wgs84(lon, lat, Datum.GCJ02), (lon, lat)) < 1_200
    assert metres(from_wgs84(lon, lat, Datum.BD09), (lon, lat)) < 2_500


@given(st.floats(-180, 180), st.floats(-90, 90), st.sampled_from(Datum))
def test_outside_china_all_datums_are_the_same(lon: float, lat: float, datum: Datum) -> None:
    if 72 <= lon <= 137 and 0 <= lat <= 55:
        lon = -lon
    assert to_wgs84(lon, lat, datum) == (lon, lat)
    assert from_wgs84(lon, lat, datum) == (lon, lat)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_wgs84_stays_as_it_is(lon: float, lat: float) -> None:
    assert to_wgs84(lon, lat, Datum.WGS84) == (lon, lat)


def test_known_values_of_the_shifts() -> None:
    """The worked examples of the widely used coordtransform package, in which the inverse is good to 20 cm."""
    place = (116.404, 39.915)
    assert metres(from_wgs84(*place, Datum.GCJ02), (116.41024449916938, 39.91640428150164)) < 0.001
    assert metres(to_wgs84(116.41036949371029, 39.92133699351021, Datum.BD09), to_wgs84(*place, Datum.GCJ02)) < 0.001
    as_gcj02 = from_wgs84(*to_wgs84(*place, Datum.BD09), Datum.GCJ02)
    assert metres(as_gcj02, (116.39762729119315, 39.90865673957631)) < 0.25
