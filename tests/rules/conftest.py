"""Rules are pure: no test of theirs may open a socket, and one that takes over 10 ms is named at the end of the run."""

import time
from collections.abc import Iterator

import pytest

from tests.conftest import SLOW_RULE

LIMIT_MS = 10


@pytest.fixture(autouse=True)
def _no_network(socket_disabled: None) -> None:
    """Sockets are blocked; `socket_disabled` is pytest-socket's."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Take the time of the test itself; property tests run many cases and are left out."""
    begun = time.perf_counter()
    result = yield
    taken = round((time.perf_counter() - begun) * 1000)
    many_cases = getattr(getattr(item, "function", None), "is_hypothesis_test", False)
    if taken > LIMIT_MS and not many_cases:
        item.user_properties.append((SLOW_RULE, taken))
    return result
