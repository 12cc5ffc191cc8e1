"""How long tests wait for what comes by itself: a slow machine is no fault, and a wait that succeeds costs nothing."""

import time
from collections.abc import Callable

from sqlalchemy import text

from app.store.session import Limits

LONG_S = 120.0
"""Long enough for whatever a loaded machine has to do; what never comes is told all the same."""

PATIENT = Limits(statement_ms=120_000, lock_ms=60_000, idle_ms=0, pool_ms=60_000)
"""For connections that wait for one another in an order that the test gives, or that hold a transaction meanwhile."""

WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
"""How many wait for this transaction, of whatever else the server serves."""


def eventually(done: Callable[[], bool], *, within_s: float = LONG_S, every_s: float = 0.1) -> float:
    """Wait until `done`; gives how long it took, and fails after `within_s`."""
    begun = time.monotonic()
    while not done():
        passed = time.monotonic() - begun
        assert passed < within_s, f"not done after {passed:.0f} s"
        time.sleep(every_s)
    return time.monotonic() - begun
