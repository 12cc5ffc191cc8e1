"""Commands that run within the tests' own process."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def _as_at_the_end_of_a_process() -> Iterator[None]:
    """A command leaves its connections to the end of its process. They go here: later they would go within another
    test, which would be blamed for them.
    """
    yield
    gc.collect()
