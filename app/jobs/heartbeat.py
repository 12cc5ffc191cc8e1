"""A beat every ten seconds from each process, so that a standstill can be told from silence."""

import logging
import threading
from collections.abc import Callable
from uuid import uuid4

from app.actions.beat import beat
from app.deps import Deps
from app.rules.errors import Unavailable

LOG = logging.getLogger(__name__)
INTERVAL_S = 10


class Heartbeat:
    """Beats in a thread of its own from `start` until `stop`. A beat that cannot be written is a beat missed.

    `then` is done after each beat.
    """

    def __init__(self, deps: Deps, component: str, then: Callable[[Deps], None] | None = None) -> None:
        self._deps = deps
        self._component = component
        self._then = then
        self._instance = uuid4().hex
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat-{component}", daemon=True)

    def start(self) -> None:
        """Begin to beat, the first time at once."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stopped.set()
        self._thread.join(timeout=INTERVAL_S)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.beat_once()
            self._stopped.wait(INTERVAL_S)

    def beat_once(self) -> None:
        """Write one beat, by a clock that was compared with the database's just now. Whatever keeps it from being
        written is logged, and tried again with the next.

        A thread that ended over one beat would make a process that serves look away, and excuse every window from then
        on.
        """
        try:
            self._deps.set_clock()
            with self._deps.transaction() as tx:
                beat(tx, self._component, self._instance, now=self._deps.now())
            if self._then is not None:
                self._then(self._deps)
        except Unavailable:
            LOG.warning("beat of %s could not be written", self._component)
        except Exception:
            LOG.exception("beat of %s could not be written", self._component)
