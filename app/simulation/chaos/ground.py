"""Where the trial stands: a database on a production's settings, on a disk that can be filled where we may mount one.

What the programs say lies on another disk: a full one must not keep them from saying it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from app.simulation.cluster import APPLICATION, OWNER, Cluster
from app.simulation.postgres import ClusterError

ROOT = Path(__file__).resolve().parents[3]
DATABASE = "zhifang"
DISK_MB = 700
LOW_WAL = ("ALTER SYSTEM SET max_wal_size = '128MB'", "ALTER SYSTEM SET min_wal_size = '32MB'")
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


@dataclass(frozen=True)
class Ground:
    """The folder of the trial, its database server, and whether its disk is one that may be filled."""

    folder: Path
    disk: Path
    cluster: Cluster
    small: bool

    @property
    def url(self) -> str:
        """The database as the service reaches it."""
        return self.cluster.url(DATABASE, APPLICATION)

    @property
    def owner_url(self) -> str:
        """The database as its owner reaches it."""
        return self.cluster.url(DATABASE, OWNER)

    def connect(self, url: str | None = None) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of the trial's own, past the service."""
        address = make_url(url or self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(address, autocommit=True, connect_timeout=5)

    @property
    def postmaster(self) -> int:
        """The process id of the database server."""
        return int((self.cluster.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])

    @property
    def ballast(self) -> Path:
        """The file that fills the disk."""
        return self.disk / "ballast"


@contextmanager
def ground() -> Iterator[Ground]:
    """A running, migrated database in a folder of its own; all of it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="zhifang-chaos-", dir="/tmp"))  # short enough for a socket
    folder.chmod(0o755)
    disk = folder / "disk"
    disk.mkdir()
    small = _mounted(disk)
    cluster = Cluster(disk / "pg", durable=True)
    try:
        cluster.start()
        cluster.create_database(DATABASE)
        _tune(cluster)
        made = Ground(folder, disk, cluster, small)
        _migrate(made)
        yield made
    finally:
        _remove(folder, cluster, small)


def _mounted(disk: Path) -> bool:
    """Put a small disk there, if we may."""
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0755", "zhifang-chaos", str(disk)]
    return os.geteuid() == 0 and subprocess.run(words, check=False, capture_output=True).returncode == 0  # noqa: S603


def _tune(cluster: Cluster) -> None:
    """Small files for the log of writes; and the proof that nothing was made fast at the price of what is promised."""
    with cluster.as_superuser() as connection:
        for statement in LOW_WAL:
            connection.execute(statement)
        connection.execute("SELECT pg_reload_conf()")
        off = [name for name in DURABLE if connection.execute(f"SHOW {name}").fetchone() != ("on",)]
    if off:
        raise ClusterError(f"The database does not run as in production: {', '.join(off)}.")


def _migrate(made: Ground) -> None:
    environ = {**os.environ, "MIGRATION_DATABASE_URL": made.owner_url, "DATABASE_URL": made.url}
    words = [sys.executable, "-m", "app.cli", "migrate"]
    done = subprocess.run(words, cwd=ROOT, env=environ, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode != 0:
        raise ClusterError(f"The database could not be migrated: {done.stderr[-500:]}")


def _remove(folder: Path, cluster: Cluster, small: bool) -> None:  # noqa: FBT001  (private)
    try:
        (folder / "disk" / "ballast").unlink(missing_ok=True)
        cluster.stop(at_once=True)
    finally:
        if small:
            subprocess.run(["umount", "--lazy", str(folder / "disk")], check=False)  # noqa: S603, S607
        shutil.rmtree(folder, ignore_errors=True)
