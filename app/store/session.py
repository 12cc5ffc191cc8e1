"""Engines and transactions. Every commit of the service is made in this file."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.rules.errors import Unavailable

STATEMENT_TIMEOUT_MS = 15_000
LOCK_TIMEOUT_MS = 5_000
OPTIONS = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} -c timezone=UTC"


def make_engine(url: str, *, pool_size: int = 8, prepared: bool = True) -> Engine:
    """An engine whose parameters never reach a log; waiting longer than 5 s for a connection is `Unavailable`.

    Without `prepared` no statement stays prepared on a connection: a pooler that hands each transaction to another one
    needs that.
    """
    connect_args: dict[str, object] = {"options": OPTIONS, "connect_timeout": 5}
    if not prepared:
        connect_args["prepare_threshold"] = None
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=False,
        hide_parameters=True,
        connect_args=connect_args,
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One unit of work: committed when the block ends, rolled back when it raises."""
    with _reachable(), engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def autocommit(engine: Engine) -> Iterator[Connection]:
    """Single statements that commit by themselves: reads, and the one writing statement of the positions path."""
    with _reachable(), engine.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def _reachable() -> Iterator[None]:
    """Turn a database that is away, or has no free connection, into `Unavailable`."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("database_busy") from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_connection_fault(error):
            raise Unavailable("database_away") from error
        raise


def _is_connection_fault(error: DBAPIError) -> bool:
    """Whether PostgreSQL was unreachable, starting, stopping, or gave the statement up for time or locks."""
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state[:2] in {"08", "53", "57"} or state in {"55P03", "40001", "40P01", "25006"}
