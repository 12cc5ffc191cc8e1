import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import AreaVerdict
from app.rules.places import LARGEST_ACCURACY_M, verdict

INSIDE, OUTSIDE, CANNOT_TELL = AreaVerdict.INSIDE, AreaVerdict.OUTSIDE, AreaVerdict.CANNOT_TELL


@pytest.mark.parametrize(
    ("inside", "edge_m", "accuracy_m", "expected"),
    [
        (True, 500.0, 20.0, INSIDE),
        (True, 20.0, 20.0, INSIDE),  # the circle touches the outline, which belongs to the area
        (True, 19.9, 20.0, CANNOT_TELL),
        (True, 0.0, 20.0, CANNOT_TELL),
        (False, 500.0, 20.0, OUTSIDE),
        (False, 20.1, 20.0, OUTSIDE),
        (False, 20.0, 20.0, CANNOT_TELL),  # one point of the circle lies on the outline
        (False, 19.9, 20.0, CANNOT_TELL),
        (True, 90_000.0, LARGEST_ACCURACY_M, INSIDE),
        (True, 90_000.0, LARGEST_ACCURACY_M + 0.1, CANNOT_TELL),
        (False, 90_000.0, LARGEST_ACCURACY_M + 0.1, CANNOT_TELL),
        (True, 90_000.0, None, CANNOT_TELL),
        (True, 90_000.0, 0.0, CANNOT_TELL),  # phones write 0 where they do not know
        (False, 90_000.0, -1.0, CANNOT_TELL),
        (False, 90_000.0, float("nan"), CANNOT_TELL),
        (False, 90_000.0, float("inf"), CANNOT_TELL),
        (None, None, 20.0, CANNOT_TELL),  # no permitted area is known
        (None, 90_000.0, 20.0, CANNOT_TELL),
        (True, None, 20.0, CANNOT_TELL),
    ],
)
def test_the_whole_accuracy_circle_decides(
    inside: bool | None, edge_m: float | None, accuracy_m: float | None, expected: AreaVerdict
) -> None:
    assert verdict(inside=inside, edge_distance_m=edge_m, accuracy_m=accuracy_m) is expected


@given(st.booleans(), st.floats(0, 1e6), st.floats(0.1, LARGEST_ACCURACY_M), st.floats(0.1, LARGEST_ACCURACY_M))
def test_a_wider_circle_never_tells_more(inside: bool, edge_m: float, one: float, other: float) -> None:
    wide = verdict(inside=inside, edge_distance_m=edge_m, accuracy_m=max(one, other))
    narrow = verdict(inside=inside, edge_distance_m=edge_m, accuracy_m=min(one, other))
    assert wide in {narrow, CANNOT_TELL}
