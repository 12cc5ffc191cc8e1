"""Databases for the tests of one run: a server, started when the first test asks; a migrated template; copies of it.

The processes of a run (pytest-xdist's controller and workers) share a folder in which they note what they started. The
controller names the folder, whoever comes first makes a server under a file lock, the controller removes it all.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
from alembic import command
from alembic.config import Config

from app.simulation.cluster import APPLICATION, OWNER, Cluster
from app.simulation.throwaway import remove, throwaway_folder
from tests.external_server import ExternalServer
from tests.patience import eventually

ROOT = Path(__file__).resolve().parent.parent
NOTES = "ZHIFANG_TEST_NOTES"
CONTROLLER = "ZHIFANG_TEST_CONTROLLER"
TEMPLATE = "template_zhifang"

UNVACUUMED = """
    DO $$ DECLARE name regclass; BEGIN
        FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relowner = current_user::regrole LOOP
            EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
        END LOOP;
    END $$
"""

_numbers = count(1)


class Server(Protocol):
    """What the tests need of a server, their own or the one of TEST_DATABASE_URL."""

    def url(self, database: str, role: str = OWNER) -> str: ...
    def create_database(self, name: str, template: str | None = None) -> None: ...
    def drop_database(self, name: str) -> None: ...


@dataclass(frozen=True)
class Database:
    """A migrated database: as the service sees it, and as its owner, who may do anything."""

    url: str
    owner_url: str


def open_run() -> None:
    """Called once, by the controller, before anything else: names the folder in which the run keeps its notes."""
    os.environ[NOTES] = tempfile.mkdtemp(prefix="zhifang-tests-")
    os.environ[CONTROLLER] = str(os.getpid())


def close_run() -> None:
    """Called once, by the controller, at the end: removes every server and database of the run."""
    notes = Path(os.environ.pop(NOTES))
    if (notes / "external.ready").exists():
        _external_server().drop_all()
    for note in notes.glob("*.folder"):
        remove(Path(note.read_text(encoding="utf-8")))
    shutil.rmtree(notes)


def server(*, durable: bool = False) -> Server:
    """The run's server, with its migrated template, made by whoever asks first.

    With `durable`, a second one on a production server's settings, for tests that kill something and look what is left.
    """
    notes = Path(os.environ[NOTES])
    external = "TEST_DATABASE_URL" in os.environ
    kind = "external" if external else "durable" if durable else "quick"
    with _alone(notes / f"{kind}.lock"):
        found = _external_server() if external else Cluster(_folder(notes / f"{kind}.folder"), durable=durable)
        if not (notes / f"{kind}.ready").exists():
            found.start()
            once_nobody_is_in_it(lambda: found.create_database(TEMPLATE))
            _migrate(found.url(TEMPLATE, OWNER))
            (notes / f"{kind}.ready").touch()
    return found


@contextmanager
def copy_of_template(source: Server) -> Iterator[Database]:
    """A migrated and otherwise empty database of one's own, dropped at the end."""
    name = f"copy_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{next(_numbers)}"
    once_nobody_is_in_it(lambda: source.create_database(name, template=TEMPLATE))
    try:
        yield Database(url=source.url(name, APPLICATION), owner_url=source.url(name, OWNER))
    finally:
        once_nobody_is_in_it(lambda: source.drop_database(name))


def keep_unvacuumed(copy: Database) -> None:
    """Let no autovacuum into the copy. What nobody commits is nothing to it: it would tell the planner that tables are
    empty which are full for whoever looks, and joins of such tables took seconds instead of milliseconds.
    """
    with psycopg.connect(copy.owner_url.replace("+psycopg", ""), autocommit=True) as owner:
        owner.execute(UNVACUUMED)


def once_nobody_is_in_it(change: Callable[[], None]) -> None:
    """Make or drop a database. The server waits five seconds for those who have to leave it (an autovacuum in the
    template, sessions that were ended), which is not enough on a busy machine.
    """

    def done() -> bool:
        with suppress(psycopg.errors.ObjectInUse):
            change()
            return True
        return False

    eventually(done)


def migrated_config(url: str) -> Config:
    """Alembic's configuration for the database at `url`, for tests that migrate themselves."""
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def _migrate(url: str) -> None:
    command.upgrade(migrated_config(url), "head")


def _external_server() -> ExternalServer:
    return ExternalServer(os.environ["TEST_DATABASE_URL"], prefix=f"zhifang_test_{os.environ[CONTROLLER]}_")


def _folder(note: Path) -> Path:
    """The folder of a server of this run: noted by the process that named it, read by the others."""
    if not note.exists():
        note.write_text(str(throwaway_folder(int(os.environ[CONTROLLER]))), encoding="utf-8")
    return Path(note.read_text(encoding="utf-8"))


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Only one process of the run at a time is inside."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
