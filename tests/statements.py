"""Which SQL a piece of work sends: for tests that pin how many statements it takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event

BOUNDS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def counted(on: Connection | Engine) -> Iterator[list[str]]:
    """A list that grows by each statement sent in the block, by one connection or by all of an engine.

    Begin and commit do not count. What goes straight through the driver counts as well, by whomever it is sent.
    """
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(on, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(psycopg.Connection, "execute", _noting(psycopg.Connection.execute, sent))
            yield sent
    finally:
        event.remove(on, "before_cursor_execute", note)


def _noting(execute: Callable[..., Any], sent: list[str]) -> Callable[..., Any]:
    """The driver's own way past SQLAlchemy, which uses cursors alone."""

    def noting(connection: Any, query: Any, *args: Any, **options: Any) -> Any:
        if not str(query).startswith(BOUNDS):
            sent.append(str(query))
        return execute(connection, query, *args, **options)

    return noting
