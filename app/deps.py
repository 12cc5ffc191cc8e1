"""What every entry is handed: settings, database, clock, push channel. The real clock is read here alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine

from app.clients.push import PushChannel
from app.config import Settings
from app.store import session


class Clock(Protocol):
    """Tells the time as aware UTC."""

    def now(self) -> datetime:
        """The present instant."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True)
class Deps:
    """The handle of one process. `push` is None where no push vendor is configured: the in-app channel suffices."""

    settings: Settings
    engine: Engine
    clock: Clock
    push: PushChannel | None = None

    def now(self) -> datetime:
        """The present instant by this process's clock."""
        return self.clock.now()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One unit of work that commits when the block ends."""
        with session.transaction(self.engine) as tx:
            yield tx

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """Reads, and single statements that commit by themselves."""
        with session.autocommit(self.engine) as connection:
            yield connection


def make_deps(settings: Settings, *, pushes: bool = False) -> Deps:
    """The handle of a real process. Only a process that pushes opens the push door: it is heavy, and holds a key."""
    push: PushChannel | None = None
    if pushes and settings.fcm_credentials:
        from app.clients.push_fcm import FcmChannel  # noqa: PLC0415  (half a second and 40 MB that the API never needs)

        push = FcmChannel(Path(settings.fcm_credentials), settings.fcm_url)
    statement_ms = settings.job_statement_timeout_ms if pushes else settings.statement_timeout_ms
    limits = session.Limits(statement_ms, settings.lock_timeout_ms, pool_ms=settings.pool_wait_ms)
    engine = session.make_engine(
        settings.database_url, pool_size=settings.pool_size, prepared=settings.prepared_statements, limits=limits
    )
    return Deps(settings, engine, SystemClock(), push)
