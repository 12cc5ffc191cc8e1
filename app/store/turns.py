"""Whose password is worked on next: one at a time in a process, known devices before strangers; few wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from app.rules.errors import Unavailable

MOST_WAITING = 4
"""Requests of each sort that may wait for their turn in one process; they hold a thread each meanwhile."""

LONGEST_WAIT_S = 3.0
COME_AGAIN_S = 3


class Turns:
    """Turns of strangers, and of devices on which their owner logged in before: a crowd of the first is no wait."""

    def __init__(self, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self.waiting = {False: 0, True: 0}
        """How many wait now, by whether they are known."""

        self._longest_wait_s = longest_wait_s
        self._places = {False: 1 + MOST_WAITING, True: 1 + MOST_WAITING}
        self._changed = Condition()
        self._busy = False

    @contextmanager
    def turn(self, *, known: bool) -> Iterator[None]:
        """Nobody else has a turn meanwhile; Unavailable `log_ins_busy` without a place, or after too long a wait."""
        with self.place(known=known):
            self._begin(known=known)
            try:
                yield
            finally:
                self._end()

    @contextmanager
    def place(self, *, known: bool) -> Iterator[None]:
        """A place among those who wait or have their turn; Unavailable `log_ins_busy` where none is free."""
        with self._changed:
            if not self._places[known]:
                raise _busy()
            self._places[known] -= 1
        try:
            yield
        finally:
            with self._changed:
                self._places[known] += 1

    def _begin(self, *, known: bool) -> None:
        with self._changed:
            self.waiting[known] += 1
            try:
                if not self._changed.wait_for(lambda: self._is_free(known=known), self._longest_wait_s):
                    raise _busy()
                self._busy = True
            finally:
                self.waiting[known] -= 1

    def _is_free(self, *, known: bool) -> bool:
        return not self._busy and (known or not self.waiting[True])

    def _end(self) -> None:
        with self._changed:
            self._busy = False
            self._changed.notify_all()


def _busy() -> Unavailable:
    return Unavailable("log_ins_busy", {"retry_after_s": COME_AGAIN_S})
