"""Note that a process is alive."""

from datetime import datetime

from sqlalchemy import Connection

from app.store import uptimes


def beat(tx: Connection, component: str, instance: str, *, now: datetime) -> None:
    """The process `instance` of `component` (`api`, `scheduler`) is alive at `now`."""
    uptimes.beat(tx, component, instance, now=now)
