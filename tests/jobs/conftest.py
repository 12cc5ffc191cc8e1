"""The outbox over a database whose commits are undone, and a fake FCM at the other end."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from app.deps import Deps
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, deps_for_tests
from tests.builders.offices import Tree, a_tree
from tests.builders.push import Push, a_push


@pytest.fixture(scope="module")
def running() -> Iterator[Push]:
    with a_push() as push:
        yield push


@pytest.fixture
def push(running: Push) -> Iterator[Push]:
    """The fake as new: its memory of messages goes on, so tests use addresses of their own."""
    yield running
    running.fcm.set_outage(None)


@pytest.fixture
def clock() -> TestClock:
    return TestClock(MONDAY)


@pytest.fixture
def deps(undone: Engine, clock: TestClock, push: Push) -> Deps:
    return deps_for_tests(undone, clock, push=push.channel)


@pytest.fixture
def tree(undone: Engine) -> Tree:
    with transaction(undone) as tx:
        return a_tree(tx)
