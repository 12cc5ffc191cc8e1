"""The order of visits: short, without crossings, and the same whatever the order in which places are given."""

from itertools import pairwise, permutations
from math import cos, radians
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.routes import MOST_STOPS, Spot, metres_between, shortest

OFFICE = Spot(118.627, 28.738)


def east(metres: float, north: float = 0.0) -> Spot:
    return Spot(OFFICE.lon + metres / (111_195.0 * cos(radians(OFFICE.lat))), OFFICE.lat + north / 111_195.0)


def stops(*spots: Spot) -> list[tuple[UUID, Spot]]:
    return [(UUID(int=n), spot) for n, spot in enumerate(spots, 1)]


def order(found: list[tuple[UUID, Spot]], start: Spot | None = OFFICE) -> list[int]:
    return [leg.id.int for leg in shortest(found, start).legs]


def length(spots: list[Spot]) -> float:
    return sum(metres_between(a, b) for a, b in pairwise(spots))


def test_lengths_are_as_the_crow_flies() -> None:
    assert metres_between(OFFICE, OFFICE) == 0
    assert metres_between(Spot(0, 0), Spot(1, 0)) == pytest.approx(111_195, rel=1e-4)
    assert metres_between(Spot(118.627, 28.738), Spot(120.155, 30.274)) == pytest.approx(226_500, rel=0.01), "Hangzhou"


def test_nobody_none_and_one() -> None:
    assert shortest([], OFFICE).legs == ()
    route = shortest(stops(east(1000)), OFFICE)
    assert route.metres == route.legs[0].metres == pytest.approx(1000, rel=0.01)
    alone = shortest(stops(east(1000)))
    assert (alone.metres, alone.legs[0].metres) == (0.0, None), "nobody knows the way to the first"


def test_along_a_road_it_goes_on_and_not_back() -> None:
    assert order(stops(east(3000), east(1000), east(2000))) == [2, 3, 1]


def test_the_nearest_next_alone_would_cross() -> None:
    """From the office the nearest is in the middle; going there first would mean passing it again."""
    places = stops(east(100), east(-300), east(1000), east(-150, 50))
    route = shortest(places, OFFICE)
    best = min(length([OFFICE, *(spot for _, spot in each)]) for each in permutations(places))
    assert route.metres == pytest.approx(best, rel=0.15)


def test_without_a_start_the_most_urgent_is_first() -> None:
    assert order(stops(east(5000), east(1000), east(4000)), None) == [1, 3, 2]


def test_too_many_for_a_day_are_told() -> None:
    places = stops(*(east(n * 100.0) for n in range(MOST_STOPS + 3)))
    route = shortest(places, OFFICE)
    assert (len(route.legs), [one.int for one in route.left_out]) == (60, [61, 62, 63])


SPOTS = st.lists(
    st.tuples(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000)).map(lambda pair: east(*pair)), max_size=7
)


@given(SPOTS, st.integers(0, 10))
def test_all_are_visited_once_whatever_their_order(spots: list[Spot], seed: int) -> None:
    places = stops(*spots)
    shuffled = list(places)
    Random(seed).shuffle(shuffled)
    route = shortest(places, OFFICE)
    assert sorted(leg.id.int for leg in route.legs) == list(range(1, len(spots) + 1))
    assert order(shuffled) == order(places)
    assert route.metres == pytest.approx(sum(leg.metres or 0 for leg in route.legs))
    if spots:
        best = min(length([OFFICE, *each]) for each in permutations(spots)) if len(spots) < 6 else 0
        assert route.metres >= best - 1
