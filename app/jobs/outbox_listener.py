"""Wakes the worker when something was put into the outbox. A wake-up that is lost costs a second, never a notice."""

import logging
import threading
import time
from types import TracebackType
from typing import Self

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from app.store.outbox import CHANNEL
from app.store.session import VANISHED_HOST

LOG = logging.getLogger(__name__)
LONGEST_WAIT_S = 1.0


class OutboxListener:
    """Waits on a connection of its own. Where the database is away it waits out its time and tries again."""

    def __init__(self, url: str) -> None:
        """`url` as SQLAlchemy takes it. Nothing is opened before the first wait."""
        self._url = url.replace("+psycopg", "", 1)
        self._connection: psycopg.Connection | None = None
        self._closed = threading.Event()
        self._waiting = threading.Lock()

    def wait(self, timeout_s: float = LONGEST_WAIT_S) -> bool:
        """Whether something was committed to the outbox within `timeout_s`, or may have been: True at once after a
        new connection, for nobody knows what was missed without it.
        """
        with self._waiting:
            if self._closed.is_set():
                return False
            begun = time.monotonic()
            try:
                return _heard(self._connection, timeout_s) if self._connection else self._open()
            except psycopg.Error:
                LOG.warning("the listener has no database; trying again")
                self._drop()
                self._closed.wait(max(timeout_s - (time.monotonic() - begun), 0.0))
                return False

    def close(self) -> None:
        """Wait no more. From any thread: a wait that is under way ends first, and then the connection goes."""
        self._closed.set()
        with self._waiting:
            self._drop()

    def _open(self) -> bool:
        address = make_conninfo(self._url, connect_timeout=5, **VANISHED_HOST)
        connection = psycopg.connect(address, autocommit=True)
        self._connection = connection
        connection.execute(SQL("LISTEN {}").format(Identifier(CHANNEL)))
        return True

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def __enter__(self) -> Self:
        """The listener itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _heard(connection: psycopg.Connection, timeout_s: float) -> bool:
    """Whether a notification came in time. All that came with it are taken too: one run serves them together."""
    heard = any(True for _ in connection.notifies(timeout=timeout_s, stop_after=1))
    return heard and all(True for _ in connection.notifies(timeout=0))
