"""What every entry is handed: settings, database, clock, push channel. The real clock is read here alone."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine

from app.clients.file_folder import FolderStore
from app.clients.file_store import FileStore
from app.clients.push import AddressedChannel, PushChannel
from app.clients.push_apprise import AppriseChannel
from app.clients.sealed_files import SealedFiles
from app.config import Settings
from app.rules.errors import Unavailable
from app.store import session


class Clock(Protocol):
    """Tells the time as aware UTC."""

    def now(self) -> datetime:
        """The present instant."""
        ...


TOLERANCE = timedelta(seconds=2)
"""How far this machine's clock may be from the database's before it is no longer believed."""

TRIES = 5


class SystemClock:
    """The machine's clock for as long as it agrees with the database's; from then on the database's, carried on.

    All processes share one database. A machine whose clock is set back or ahead would otherwise judge people by a time
    of its own: duties missed before they ended, check-ins late that were not.
    """

    def __init__(self) -> None:
        self._heard: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        machine, carried = datetime.now(UTC), self._carried()
        return machine if carried is None or abs(machine - carried) <= TOLERANCE else carried

    def hear(self, database: datetime, monotonic: float) -> None:
        """What the database's clock showed when the monotonic one stood at `monotonic`."""
        self._heard = database, monotonic

    def is_off(self) -> bool:
        """Whether the machine's own clock is not believed at present."""
        carried = self._carried()
        return carried is not None and abs(datetime.now(UTC) - carried) > TOLERANCE

    def _carried(self) -> datetime | None:
        """The database's clock, carried on by a clock that nobody sets; None where it was never heard."""
        if self._heard is None:
            return None
        database, monotonic = self._heard
        return database + timedelta(seconds=time.monotonic() - monotonic)


@dataclass(frozen=True)
class Deps:
    """The handle of one process. `push` and `channels` are None where there is no vendor: the in-app channel suffices.
    `store` is None where attachments of case files have no place.

    `stopping` is set once the process was told to end: what waits, waits no more, and nothing long is begun.
    """

    settings: Settings
    engine: Engine
    clock: Clock
    push: PushChannel | None = None
    channels: AddressedChannel | None = None
    store: FileStore | None = None
    stopping: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    def now(self) -> datetime:
        """The present instant by this process's clock."""
        return self.clock.now()

    @property
    def files(self) -> SealedFiles:
        """Attachments of case files, sealed. Unavailable `files_not_set_up` where they have no place."""
        if self.store is None:
            raise Unavailable("files_not_set_up")
        return SealedFiles(self.store, self.settings)

    def set_clock(self) -> None:
        """Compare the machine's clock with the database's; a clock that is moved by hand is left alone.

        Of some tries the quickest counts: the slower the answer, the less is known of when its clock was read.
        """
        if isinstance(self.clock, SystemClock):
            with self.autocommit() as connection:
                heard = [_heard(connection) for _ in range(TRIES)]
            _, database, monotonic = min(heard)
            self.clock.hear(database, monotonic)

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


def _heard(connection: Connection) -> tuple[float, datetime, float]:
    """How long the database took to say what its clock shows, what it said, and the monotonic clock half-way."""
    asked = time.monotonic()
    shown = session.clock(connection)
    answered = time.monotonic()
    return answered - asked, shown, (asked + answered) / 2


def make_deps(settings: Settings, *, pushes: bool = False) -> Deps:
    """The handle of a real process. Only a process that pushes opens the push door: it is heavy, and holds a key."""
    push: PushChannel | None = None
    if pushes and settings.fcm_credentials:
        from app.clients.push_fcm import FcmChannel  # noqa: PLC0415  (half a second and 40 MB that the API never needs)

        push = FcmChannel(Path(settings.fcm_credentials), settings.fcm_url)
    channels = AppriseChannel(settings.channels) if pushes and settings.channels.offered else None
    statement_ms = settings.job_statement_timeout_ms if pushes else settings.statement_timeout_ms
    limits = session.Limits(statement_ms, settings.lock_timeout_ms, pool_ms=settings.pool_wait_ms)
    engine = session.make_engine(
        settings.database_url, pool_size=settings.pool_size, prepared=settings.prepared_statements, limits=limits
    )
    return Deps(settings, engine, SystemClock(), push, channels, _file_store(settings))


def _file_store(settings: Settings) -> FileStore | None:
    if settings.files is None or isinstance(settings.files, Path):
        return None if settings.files is None else FolderStore(settings.files)
    from app.clients.file_bucket import BucketStore  # noqa: PLC0415  (a third of a second that folders never need)

    return BucketStore(settings.files)
