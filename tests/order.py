"""In which order a run takes its tests: what takes long comes first, and each process has a share of it.

At the end, when a process has nothing left to take over from another, only short tests are left to wait for.
"""

from collections.abc import Iterator, Sequence

import pytest


def dealt(items: Sequence[pytest.Item], shares: int) -> Iterator[pytest.Item]:
    """The tests anew, in so many equal shares as pytest-xdist hands out at first; what is `slow` leads each share.

    The slow tests of a file stay together, for what they set up serves them all.
    """
    slow: dict[object, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("slow"):
            slow.setdefault(item.path, []).append(item)
    files = list(slow.values())
    rest = (item for item in items if not item.get_closest_marker("slow"))
    for n in range(shares):
        size = len(items) * (n + 1) // shares - len(items) * n // shares
        leading = [item for file in files[n::shares] for item in file]
        yield from leading
        yield from (item for _, item in zip(range(size - len(leading)), rest, strict=False))
    yield from rest
