"""The service as production runs it, for the length of a benchmark: its own database cluster, its own process."""

import base64
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import psycopg
from psycopg import sql

from app.config import Settings, load_settings
from app.simulation.cluster import APPLICATION, OWNER, SUPERUSER, Cluster
from app.simulation.ports import free_ports
from app.simulation.throwaway import throwaway_cluster

ROOT = Path(__file__).resolve().parent.parent.parent
DATABASE = "zhifang"
START_S = 60

SERVER = {
    "shared_buffers": "2GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "lz4",
    "shared_preload_libraries": "pg_stat_statements",
}
"""Beside what the cluster sets by itself (fsync, full_page_writes and synchronous_commit are on): sizes of a server."""


@dataclass(frozen=True)
class Service:
    """A migrated database and the environment in which the service uses it."""

    cluster: Cluster
    database: str = DATABASE
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The settings that the serving processes read, for instance to sign tokens that they accept."""
        return load_settings(self.environment)

    def connect(self, role: str = OWNER) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection in autocommit; the owner may seed, the superuser may checkpoint."""
        url = self.cluster.url(self.database, role).replace("+psycopg", "")
        return psycopg.connect(url, autocommit=True)

    def settle(self) -> None:
        """Bring statistics up to date and write everything out, so that no repetition pays for the one before."""
        with self.connect(SUPERUSER) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    @contextmanager
    def running(self, words: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Iterator[int]:
        """A process of the service (`zhifang WORDS`), or any other module; gives its id, ends it with the block."""
        command = [
            "setpriv",
            "--pdeathsig",
            "TERM",
            sys.executable,
            "-m",
            *words,
        ]  # ends with us, also if we are killed
        process = subprocess.Popen(  # noqa: S603 our own modules
            command,
            cwd=ROOT,
            env={**_plain(), **self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    @contextmanager
    def serving(
        self, words: Sequence[str] = ("app.cli", "serve"), *, environment: Mapping[str, str] | None = None
    ) -> Iterator["Address"]:
        """The HTTP interfaces on a free port of the loopback, answering when the block begins."""
        port = free_port()
        with self.running([*words, "--port", str(port)], environment=environment) as pid:
            _await_answer(port)
            yield Address(port, pid)


@dataclass(frozen=True)
class Address:
    """Where a process serves."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """The base of every path."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def service(*, server: Mapping[str, str] | None = None, template: str | None = None) -> Iterator[Service]:
    """A cluster with a production's settings and a migrated, empty database; all of it is gone afterwards."""
    with throwaway_cluster(durable=True) as cluster:
        configure(cluster, {**SERVER, **(server or {})})
        cluster.create_database(DATABASE, template)
        made = Service(cluster, DATABASE, _environment(cluster))
        command = [sys.executable, "-m", "app.cli", "migrate"]
        subprocess.run(command, check=True, cwd=ROOT, env={**_plain(), **made.environment}, capture_output=True)  # noqa: S603 ours
        with made.connect() as connection:
            connection.execute("SELECT ensure_position_partitions((now() - interval '1 month')::date, 3)")
        with made.connect(SUPERUSER) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        yield made


def free_port() -> int:
    """A port of the loopback that nobody uses at the moment."""
    return free_ports(1)[0]


def configure(cluster: Cluster, settings: Mapping[str, str]) -> None:
    """Restart the server with these settings on top of what it has."""
    with psycopg.connect(
        host=str(cluster.socket_folder()), port=5432, user=SUPERUSER, dbname="postgres", autocommit=True
    ) as connection:
        for name, value in settings.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    cluster.stop()
    cluster.start()


def _environment(cluster: Cluster) -> dict[str, str]:
    """Settings that production accepts, with secrets that nobody else has."""
    return {
        "DATABASE_URL": cluster.url(DATABASE, APPLICATION),
        "MIGRATION_DATABASE_URL": cluster.url(DATABASE, OWNER),
        "ZHIFANG_MODE": "production",
        **{f"ZHIFANG_{name}": secrets.token_urlsafe(32) for name in ("TOKEN_SECRET", "WEB_SECRET", "WINDOW_SECRET")},
        **{
            f"ZHIFANG_{name}": base64.b64encode(secrets.token_bytes(32)).decode()
            for name in ("IDENTITY_KEY", "IDENTITY_HASH_KEY")
        },
    }


def _plain() -> dict[str, str]:
    """Our own environment without settings of some other service."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("ZHIFANG_", "PG"))}


def _await_answer(port: int) -> None:
    """Until every request is answered; workers that share a port come up one after the other."""
    until = time.monotonic() + START_S
    answered = 0
    while answered < 20:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/live")
            answered = answered + 1 if connection.getresponse().status < 500 else 0
            connection.close()
        except OSError:
            answered = 0
            time.sleep(0.2)
        if time.monotonic() > until:
            message = f"nothing answered on port {port} within {START_S} s"
            raise TimeoutError(message)
