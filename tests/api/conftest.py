"""The application over a database whose commits are undone after each test."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.offices import Tree, a_tree


@pytest.fixture
def clock() -> TestClock:
    """Stands at Monday 2 March 2026, 09:00 in Shanghai."""
    return a_clock()


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    return make_test_app(undone, clock)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as made:
        yield made


@pytest.fixture
def tree(undone: Engine) -> Tree:
    """The offices of the test, committed (until the test ends)."""
    with transaction(undone) as tx:
        return a_tree(tx)
