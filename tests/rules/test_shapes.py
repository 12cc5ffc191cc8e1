"""Polygons out of GeoJSON: whatever is sent, it is read or refused with a code that has a sentence."""

from math import cos, pi, sin
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.errors import Refused
from app.rules.shapes import read_polygons, why_invalid
from app.rules.wording import SENTENCES

MOST = 10_000
RING = [[118.6, 28.7], [118.7, 28.7], [118.7, 28.8], [118.6, 28.7]]

numbers = st.floats() | st.integers()
json_values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["type", "coordinates"]), inner),
    max_leaves=12,
)
kinds = st.sampled_from(["Polygon", "MultiPolygon", "Point", "GeometryCollection"])


@settings(max_examples=60)
@given(st.fixed_dictionaries({"type": kinds, "coordinates": json_values}) | json_values)
def test_anything_is_read_or_refused(geometry: Any) -> None:
    try:
        read, code = read_polygons(geometry, most_points=MOST), "shape_empty"
    except Refused as refused:
        read, code = (), refused.code
    assert code in SENTENCES
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for polygon in read for ring in polygon)


@given(st.floats(75, 130), st.floats(20, 50), st.floats(0.001, 2), st.integers(3, 60), st.booleans())
def test_what_is_sound_is_read_as_it_is(lon: float, lat: float, radius: float, corners: int, several: bool) -> None:
    ring = [
        [lon + radius * cos(2 * pi * n / corners), lat + radius * sin(2 * pi * n / corners)] for n in range(corners)
    ]
    ring.append(ring[0])
    shape = {"type": "MultiPolygon", "coordinates": [[ring]]} if several else {"type": "Polygon", "coordinates": [ring]}
    assert read_polygons(shape, most_points=MOST) == (((tuple((x, y) for x, y in ring)),),)


@given(st.floats(74, 135), st.floats(4, 53), st.floats(0.0001, 0.5))
def test_swapped_degrees_are_told_apart_from_far_places(lon: float, lat: float, side: float) -> None:
    ring = [[lon, lat], [lon + side, lat], [lon, lat + side], [lon, lat]]
    swapped = {"type": "Polygon", "coordinates": [[[y, x] for x, y in ring]]}
    with pytest.raises(Refused) as refused:
        read_polygons(swapped, most_points=MOST)
    assert refused.value.code == "shape_swapped"


@pytest.mark.parametrize(
    ("coordinates", "code"),
    [
        ([], "shape_empty"),
        ([[]], "shape_ring_short"),
        ([RING[:3]], "shape_ring_short"),
        ([[*RING[:3], [118.6, 28.70001]]], "shape_ring_open"),
        ([[[118.6, True], *RING[1:]]], "shape_no_numbers"),
        ([[[118.6, float("nan")], *RING[1:]]], "shape_no_numbers"),
        ([[[118.6], *RING[1:]]], "shape_no_numbers"),
        ([[[181.0, 28.7], *RING[1:3], [181.0, 28.7]]], "shape_antimeridian"),
        ([[[10.0, 28.7], *RING[1:3], [10.0, 28.7]]], "shape_outside_china"),
        ([RING[:3] * 4000 + RING[:1]], "shape_too_many_points"),
        ([[[10**400, 28.7], *RING[1:3], [10**400, 28.7]]], "shape_no_numbers"),
    ],
)
def test_each_fault_has_its_code(coordinates: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_polygons({"type": "Polygon", "coordinates": coordinates}, most_points=MOST)
    expected = "shape_empty" if coordinates == [[]] else code
    assert refused.value.code == expected


def test_heights_are_left_out() -> None:
    high = [[*point, 12.0] for point in RING]
    assert read_polygons({"type": "Polygon", "coordinates": [high]}, most_points=MOST)[0][0][0] == (118.6, 28.7)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Self-intersection[118.65 28.75]", "shape_crosses_itself"),
        ("Ring Self-intersection[118 28]", "shape_ring_touches_itself"),
        ("Hole lies outside shell[118 28]", "shape_hole_outside"),
        ("Nested shells[118 28]", "shape_parts_overlap"),
        ("something new", "shape_invalid"),
    ],
)
def test_what_postgis_finds_is_told_in_our_words(reason: str, code: str) -> None:
    assert why_invalid(reason) == code
    assert code in SENTENCES
