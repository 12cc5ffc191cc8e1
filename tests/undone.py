"""An engine on which the service commits as always, and all of which is undone at the end of the test.

It has one connection, inside one transaction that nobody commits. What the service takes for a transaction is a
savepoint. Whatever needs two connections at once, LISTEN, or a commit that another process sees, wants
`fresh_database` instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from app.store.session import Limits


@contextmanager
def undone_engine(url: str) -> Iterator[Engine]:
    """An engine for `url` whose commits last until the end of the block."""
    options = Limits(idle_ms=0).options  # a test may think for as long as it likes
    engine = create_engine(
        url, poolclass=StaticPool, pool_reset_on_return=None, hide_parameters=True, connect_args={"options": options}
    )
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
    _commit_to_savepoints(engine, driver)
    try:
        yield engine
    finally:
        driver.rollback()
        engine.dispose()


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
