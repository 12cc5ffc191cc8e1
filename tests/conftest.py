"""What every test may ask for: a database, and the clean-up after all of them. Nothing starts until a test asks."""

import os
from collections.abc import Iterator

import hypothesis
import pytest
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from sqlalchemy import Connection, Engine

from app.store.session import make_engine
from tests import database
from tests.builders.numbers import Numbers
from tests.database import Database
from tests.order import dealt
from tests.patience import PATIENT
from tests.undone import Undone

SLOW_RULE = "slow rule, ms"
EMPTY = {"tx", "undone", "fresh_database", "durable_database"}
"""Fixtures that give a test a database with nothing in it."""

TOO_SLOW = [hypothesis.HealthCheck.too_slow]
"""A slow machine is no fault."""

hypothesis.settings.register_profile(
    "repeatable", deadline=None, derandomize=True, database=None, suppress_health_check=TOO_SLOW
)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """The controller (or the only process) opens the run; the workers of pytest-xdist find it open."""
    if not hasattr(config, "workerinput"):
        database.open_run()
    if not config.getoption("--hypothesis-profile"):
        # It would draw constants of our modules among other values: of whatever is loaded by then, other tests' too.
        providers._get_local_constants = Constants


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever opened the run closes it."""
    if not hasattr(config, "workerinput"):
        database.close_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put first what takes long."""
    items[:] = dealt(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a test makes in an empty database has the same ids whatever ran before it."""
    if EMPTY & set(getattr(item, "fixturenames", ())):
        Numbers.begin_anew()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests of rules that took long: a pure rule that does has stopped being one."""
    for report in terminalreporter.stats.get("passed", []):
        for name, milliseconds in report.user_properties:
            if name == SLOW_RULE:
                terminalreporter.line(f"slow: {report.nodeid} took {milliseconds} ms; a rule is pure and takes none.")


@pytest.fixture(scope="session")
def database_server() -> database.Server:
    """The server of this run, with the migrated template."""
    return database.server()


@pytest.fixture(scope="session")
def worker_database(database_server: database.Server) -> Iterator[Database]:
    """The copy that the tests of this process share. They leave it as they found it."""
    with database.copy_of_template(database_server) as copy:
        yield copy


@pytest.fixture(scope="module")
def walked_database(database_server: database.Server) -> Iterator[Database]:
    """A copy for the tests of one file that look from all sides at what no one commits."""
    with database.copy_of_template(database_server) as copy:
        database.keep_unvacuumed(copy)
        yield copy


@pytest.fixture(scope="session")
def engine(worker_database: Database) -> Iterator[Engine]:
    """The service's own kind of engine on the shared copy, in the application's role. Commit nothing with it."""
    made = make_engine(worker_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def tx(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back after the test."""
    with engine.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture(scope="session")
def undoing(worker_database: Database) -> Iterator[Undone]:
    """The connection on which the service may commit, in every test that asks for it."""
    made = Undone(worker_database.url)
    yield made
    made.close()


@pytest.fixture
def undone(undoing: Undone) -> Iterator[Engine]:
    """An engine on which the service may commit: all of it is undone after the test (one connection only)."""
    with undoing.of_one_test() as made:
        yield made


@pytest.fixture
def fresh_database(database_server: database.Server) -> Iterator[Database]:
    """A database of the test's own, for what really commits: several connections, several processes."""
    with database.copy_of_template(database_server) as copy:
        yield copy


@pytest.fixture
def alone(fresh_database: Database) -> Iterator[Connection]:
    """A transaction in a database of the test's own, for what the planner makes of it: in the shared one it counts what
    other tests took back, too.
    """
    made = make_engine(fresh_database.url, limits=PATIENT)
    with made.connect().execution_options(isolation_level="READ COMMITTED") as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()
    made.dispose()


@pytest.fixture
def durable_database() -> Iterator[Database]:
    """The same on a server with a production's settings, for tests that kill -9."""
    with database.copy_of_template(database.server(durable=True)) as copy:
        yield copy
