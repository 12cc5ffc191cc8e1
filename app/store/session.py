"""Engines and transactions. Every commit of the service is made in this file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.rules.errors import Unavailable
from app.store import faults


@dataclass(frozen=True)
class Limits:
    """How long the database may keep us waiting, each in milliseconds; what is over is `Unavailable`.

    `idle_ms` ends transactions in which nothing happens: a process that stands still gives its locks back.
    """

    statement_ms: int = 15_000
    lock_ms: int = 5_000
    idle_ms: int = 10_000
    pool_ms: int = 5_000

    @property
    def options(self) -> str:
        """The server's settings for one connection. Statements whose client vanished end within a second."""
        return (
            f"-c statement_timeout={self.statement_ms} -c lock_timeout={self.lock_ms}"
            f" -c idle_in_transaction_session_timeout={self.idle_ms} -c client_connection_check_interval=1000"
            " -c timezone=UTC"
        )


REACH = "reach"
"""The parameter that tells how far somebody sees. A statement that has it is not prepared: the plan that the database
makes for whatever is asked takes every reach to be small, and with it what a city asked took fifteen times as long."""

FIRST_REACH = f"{REACH}_1"
"""What SQLAlchemy calls the first parameter of that name."""

VANISHED_HOST: dict[str, int] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""Over TCP, a host that answers nothing any more is given up after some 15 to 25 s."""


def make_engine(url: str, *, pool_size: int = 8, prepared: bool = True, limits: Limits | None = None) -> Engine:
    """An engine whose parameters never reach a log; waiting longer than its limits is `Unavailable`.

    Its connections commit each statement by themselves, as most requests need it: what belongs together goes through
    `transaction`. To switch a connection over and back for each single statement cost more than many statements.

    Without `prepared` no statement stays prepared on a connection: a pooler that hands each transaction to another one
    needs that.
    """
    limits = limits or Limits()
    connect_args: dict[str, object] = {"options": limits.options, "connect_timeout": 5, **VANISHED_HOST}
    if not prepared:
        connect_args["prepare_threshold"] = None
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=limits.pool_ms / 1000,
        pool_pre_ping=False,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        hide_parameters=True,
        connect_args=connect_args,
    )
    faults.watch(engine)
    event.listen(engine, "do_execute", _planned_for_its_reach)
    return engine


def _planned_for_its_reach(cursor: Any, statement: str, values: object, _context: object) -> bool:
    """Send what is bounded by an actor's reach unprepared, so that the database plans it for that reach each time.

    A cursor that lives in the server, for long exports, is never prepared.
    """
    if not (isinstance(values, Mapping) and FIRST_REACH in values) or isinstance(cursor, psycopg.ServerCursor):
        return False
    cursor.execute(statement, values, prepare=False)
    return True


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One unit of work: committed when the block ends, rolled back when it raises."""
    with _reachable(), engine.connect() as connection:
        connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            yield connection


@contextmanager
def autocommit(engine: Engine) -> Iterator[Connection]:
    """Single statements that commit by themselves: reads, and the one writing statement of the positions path."""
    with _reachable(), engine.connect() as connection:
        yield connection


def single(connection: Connection, statement: str, values: Mapping[str, object]) -> tuple[Any, ...] | None:
    """The one row, or None, of a statement that stands by itself, in a connection of `autocommit`.

    Straight through the driver, for the path that phones take all the time: at this size SQLAlchemy's own work on a
    statement takes as long as the driver's. Faults are told as SQLAlchemy tells them.
    """
    driver: Any = connection.connection.dbapi_connection
    try:
        row: tuple[Any, ...] | None = driver.execute(statement, values).fetchone()
    except psycopg.Error as error:
        lost = faults.ends(error, driver)
        if lost:
            connection.invalidate(error)
        raise DBAPIError(None, None, error, hide_parameters=True, connection_invalidated=lost) from error
    return row


def clock(connection: Connection) -> datetime:
    """What the database's own clock shows."""
    shown: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return shown


@contextmanager
def _reachable() -> Iterator[None]:
    """Turn a database that is away, or has no free connection, into `Unavailable`."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable(faults.BUSY) from error
    except DBAPIError as error:
        code = faults.code_of(error)
        if code is None:
            raise
        raise Unavailable(code) from error
