"""Which SQL a piece of work sends: for tests that pin how many statements it takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def counted(on: Connection | Engine) -> Iterator[list[str]]:
    """A list that grows by each statement sent in the block, by one connection or by all of an engine.

    Begin and commit do not count.
    """
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(on, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(on, "before_cursor_execute", note)
