"""The circle rule: one metre on either side of each edge, and what must hold whatever the numbers are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.proof.circle import near
from app.rules.proof.facts import Verdict

KEPT, BROKEN, UNKNOWN = Verdict
METRES = st.floats(min_value=0, max_value=50_000, allow_nan=False)
GOOD = st.floats(min_value=0.1, max_value=5_000, allow_nan=False)


@pytest.mark.parametrize(
    ("distance", "accuracy", "verdict"),
    [
        (100, 49, KEPT),
        (100, 50, KEPT),
        (100, 51, UNKNOWN),
        (200, 50, UNKNOWN),
        (200.1, 50, BROKEN),
        (0, 151, UNKNOWN),
        (0, 0, UNKNOWN),
        (9_999, 0, UNKNOWN),
        (10, -1, UNKNOWN),
    ],
)
def test_edges_of_150_metres(distance: float, accuracy: float, verdict: Verdict) -> None:
    assert near(distance, accuracy, 150) is verdict


@given(METRES, GOOD, METRES)
def test_it_is_never_both_and_a_worse_fix_never_decides_more(distance: float, accuracy: float, limit: float) -> None:
    verdict = near(distance, accuracy, limit)
    worse = near(distance, accuracy * 2, limit)
    assert worse in {verdict, UNKNOWN}


@given(METRES, GOOD, METRES, METRES)
def test_a_wider_limit_never_breaks_and_a_greater_distance_never_keeps(
    distance: float, accuracy: float, limit: float, more: float
) -> None:
    order = [BROKEN, UNKNOWN, KEPT]
    assert order.index(near(distance, accuracy, limit + more)) >= order.index(near(distance, accuracy, limit))
    assert order.index(near(distance + more, accuracy, limit)) <= order.index(near(distance, accuracy, limit))


@given(st.floats(0, 1_000), st.floats(0.1, 500), st.floats(1, 1_000), st.floats(0, 1), st.floats(0, 1))
def test_wherever_within_the_circle_somebody_was_the_answer_is_right(
    distance: float, accuracy: float, limit: float, along: float, side: float
) -> None:
    """The true place lies anywhere within the circle: a kept one is within the limit, a broken one is not."""
    true = abs(distance + (2 * along - 1) * accuracy * side)
    verdict = near(distance, accuracy, limit)
    assert verdict is not KEPT or true <= limit + 1e-6
    assert verdict is not BROKEN or true > limit - 1e-6
