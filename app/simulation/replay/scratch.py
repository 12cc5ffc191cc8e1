"""A fresh database for one replay: on a private cluster, or on the server of REPLAY_DATABASE_URL."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from alembic import command
from alembic.config import Config
from sqlalchemy import NullPool, create_engine, make_url, text

from app.config import driver_url
from app.simulation.cluster import APPLICATION, OWNER
from app.simulation.throwaway import throwaway_cluster

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def scratch_database(environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """The URL of a migrated, empty database that is gone afterwards. The configured database is never touched."""
    given = (os.environ if environ is None else environ).get("REPLAY_DATABASE_URL")
    with _on_server(given) if given else _on_private_cluster() as url:
        yield url


@contextmanager
def _on_private_cluster() -> Iterator[str]:
    with throwaway_cluster() as cluster:
        cluster.create_database("replay")
        _migrate(cluster.url("replay", OWNER))
        yield cluster.url("replay", APPLICATION)


@contextmanager
def _on_server(given: str) -> Iterator[str]:
    """A database of its own name on that server; the log-in must be allowed to create one."""
    server = create_engine(driver_url(given), isolation_level="AUTOCOMMIT")
    name = f"zhifang_replay_{uuid4().hex}"
    try:
        with server.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        url = make_url(driver_url(given)).set(database=name).render_as_string(hide_password=False)
        try:
            _migrate(url)
            yield url
        finally:
            with server.connect() as connection:
                connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    finally:
        server.dispose()


def _migrate(url: str) -> None:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    command.upgrade(config, "head")
    _plan_once(url)


def _plan_once(url: str) -> None:
    """Let the database keep its plan of each statement: nearly all are asked again and again, for a few people each.

    To plan a statement anew for its values takes several times as long as to answer it here.
    """
    owner = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with owner.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{make_url(url).database}" SET plan_cache_mode = force_generic_plan'))
