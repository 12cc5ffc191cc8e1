"""An engine on which the service commits as always, and all of which is undone at the end of the test.

It has one connection, inside one transaction that nobody commits. What the service takes for a transaction is a
savepoint. Whatever needs two connections at once, LISTEN, or a commit that another process sees, wants
`fresh_database` instead.

The connection outlives the test: to open one, to load PostGIS and to read the catalogues in it takes longer than most
tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from tests.patience import PATIENT


class Undone:
    """The one connection of a process, and the engine over it, for one test after the other."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine | None = None
        self._driver: Any = None

    @contextmanager
    def of_one_test(self) -> Iterator[Engine]:
        """An engine whose commits last until the end of the block."""
        engine = self._opened()
        try:
            yield engine
        finally:
            if self._driver.closed:
                self.close()
            else:
                self._driver.rollback()

    def close(self) -> None:
        """End the connection; the next test, if there is one, opens another."""
        if self._engine is not None:
            self._engine.dispose()
        self._engine = None

    def _opened(self) -> Engine:
        if self._engine is None:
            self._engine = create_engine(
                self._url,
                poolclass=StaticPool,
                pool_reset_on_return=None,
                hide_parameters=True,
                connect_args={"options": PATIENT.options},
            )
            with self._engine.connect() as connection:
                self._driver = connection.connection.driver_connection
            _commit_to_savepoints(self._engine, self._driver)
        return self._engine


@contextmanager
def undone_engine(url: str) -> Iterator[Engine]:
    """Such an engine with a connection of its own, for a file whose tests share what they look at."""
    made = Undone(url)
    with made.of_one_test() as engine:
        yield engine
    made.close()


def _commit_to_savepoints(engine: Engine, driver: Any) -> None:
    """Teach the engine's dialect that begin, commit and rollback are about a savepoint."""
    dialect: Any = engine.dialect
    state = {"autocommit": True}

    def begin(_connection: Any) -> None:
        driver.execute("SAVEPOINT unit")

    def commit(_connection: Any) -> None:
        driver.execute("RELEASE SAVEPOINT unit")

    def roll_back(_connection: Any) -> None:
        """With autocommit the library rolls back at the end, and nothing is lost by it but what failed."""
        failed = driver.info.transaction_status == TransactionStatus.INERROR
        if failed or not state["autocommit"]:
            driver.execute("ROLLBACK TO SAVEPOINT unit")
        driver.execute("RELEASE SAVEPOINT unit")

    def set_isolation_level(_connection: Any, level: str) -> None:
        state["autocommit"] = level == "AUTOCOMMIT"

    def reset_isolation_level(_connection: Any) -> None:
        state["autocommit"] = True

    dialect.do_begin, dialect.do_commit, dialect.do_rollback = begin, commit, roll_back
    dialect.set_isolation_level, dialect.reset_isolation_level = set_isolation_level, reset_isolation_level
