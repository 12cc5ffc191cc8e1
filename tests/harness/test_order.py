"""The order of a run: nothing is lost, and what takes long is begun first by every process."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.order import dealt


@dataclass(frozen=True)
class Item:
    """As much of a test as the order looks at."""

    path: str
    name: int
    slow: bool

    def get_closest_marker(self, name: str) -> bool:
        return name == "slow" and self.slow


SOME: list[Any] = [
    *[Item("a", n, slow=n == 3) for n in range(8)],
    *[Item("b", n, slow=n > 5) for n in range(8)],
    *[Item("c", n, slow=n == 1) for n in range(5)],
]


@pytest.mark.parametrize("shares", [1, 2, 3, 50])
def test_every_test_is_run_once(shares: int) -> None:
    found = list(dealt(SOME, shares))
    assert sorted(found, key=SOME.index) == SOME


def test_each_of_two_begins_with_what_takes_long_and_files_stay_together() -> None:
    found: list[Any] = list(dealt(SOME, 2))
    first, second = found[: len(SOME) // 2], found[len(SOME) // 2 :]
    assert [(item.path, item.name) for item in first if item.slow] == [("a", 3), ("c", 1)]
    assert [(item.path, item.name) for item in second if item.slow] == [("b", 6), ("b", 7)]
    for share in (first, second):
        assert [item.slow for item in share] == sorted((item.slow for item in share), reverse=True)
        rest = [item for item in share if not item.slow]
        assert rest == sorted(rest, key=SOME.index), "as they stand in their files"
