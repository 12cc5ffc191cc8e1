"""A PostgreSQL server of our own, reached through a Unix socket only: for the demo, for replays and for tests.

It never listens on a port and belongs to a folder, so that any number of them can run beside each other and beside the
system's own server. Two roles live in it: the owner, who migrates, and the application, which may do no more than the
migrations granted it.
"""

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.simulation.cluster_settings import PORT, settings_file
from app.simulation.postgres import ClusterError, programs, run, server_user

OWNER = "zhifang_owner"
APPLICATION = "zhifang_app"
SUPERUSER = "postgres"
EXTENSIONS = ("postgis", "btree_gist")
SOCKET_PATH_LIMIT = 107
"""Bytes that the kernel takes for the path of a Unix socket."""


class Cluster:
    """One private server. `start` makes it at first use; as a context manager it is stopped at the end."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """`folder` may not exist yet; its parents must. `durable=False` trades safety at power loss for speed."""
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.durable = durable

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Make the cluster if there is none yet and start it if it is down. ClusterError says why it could not."""
        self._make_folder()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if not self.is_running():
            self._write_settings()
            self._control("start", "-l", str(self.log), "-w", "-t", "60")
        if not (self.folder / "ready").exists():
            self._prepare()

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server if it runs. `at_once` leaves the tidying to the next start, if there is one."""
        if not self.data.exists() or not self.is_running():
            return
        socket = self.socket_folder()
        self._control("stop", "-m", "immediate" if at_once else "fast", "-w", "-t", "60")
        if socket.parent != self.folder:
            shutil.rmtree(socket, ignore_errors=True)

    def is_running(self) -> bool:
        """Whether the server of this folder is up."""
        command = [str(programs(self.data) / "pg_ctl"), "status", "-D", str(self.data)]
        return run(server_user(self.folder), command, cwd=self.folder).returncode == 0

    def socket_folder(self) -> Path:
        """Where the running server's socket is, as the server itself wrote it down."""
        try:
            return Path((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[4])
        except (FileNotFoundError, IndexError):
            message = f"The database in {self.folder} is not running."
            raise ClusterError(message) from None

    def url(self, database: str, role: str = OWNER) -> str:
        """The SQLAlchemy URL of a database of the running server, for that role."""
        host = quote(str(self.socket_folder()), safe="")
        return f"postgresql+psycopg://{role}@/{database}?host={host}&port={PORT}"

    def create_database(self, name: str, template: str | None = None) -> None:
        """A new database of the owner: only the extensions in it, or a copy of `template`, which nobody may use."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        names = (sql.Identifier(part) for part in (name, OWNER, template or "template1"))
        self._execute(statement.format(*names))

    def has_database(self, name: str) -> bool:
        """Whether the running server has a database of that name."""
        with self._connect() as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def drop_database(self, name: str) -> None:
        """Drop a database, if it is there, and whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def as_superuser(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of the role that may do anything: for trials that set the server up, or harm it."""
        return self._connect()

    def _make_folder(self) -> None:
        user = server_user(self.folder)
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            if self.folder.stat().st_uid != user.uid:
                os.chown(self.folder, user.uid, user.gid)
        except PermissionError:
            message = f"No permission to use {self.folder} for the database: it belongs to another user."
            raise ClusterError(message) from None
        if not user.reaches(self.folder):
            message = f"The user who runs PostgreSQL (number {user.uid}) cannot reach {self.folder}."
            raise ClusterError(message)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted first start left behind
        command = [str(programs(self.data) / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "-A", "trust"]
        command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"]
        if not self.durable:
            command.append("--no-sync")
        done = run(server_user(self.folder), command, cwd=self.folder)
        if done.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            message = f"The database could not be made in {self.folder}: {_last_line(done.stdout)}"
            raise ClusterError(message)

    def _write_settings(self) -> None:
        text = settings_file(self._make_socket_folder(), durable=self.durable)
        (self.data / "postgresql.conf").write_text(text, encoding="utf-8")

    def _make_socket_folder(self) -> Path:
        """A folder for the socket, open to the server's user alone, with a path short enough for the kernel."""
        user = server_user(self.folder)
        folder = self.folder / "socket"
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > SOCKET_PATH_LIMIT:
            runtime = os.environ.get("XDG_RUNTIME_DIR", "")
            roomy = user.owns_itself() and os.path.isdir(runtime) and len(runtime) < SOCKET_PATH_LIMIT // 2  # noqa: PTH112
            folder = Path(tempfile.mkdtemp(prefix="zhifang-socket-", dir=runtime if roomy else "/tmp"))  # noqa: S108 mkdtemp is safe there
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, user.uid, user.gid)
        return folder

    def _prepare(self) -> None:
        """Roles and extensions, once. Extensions go to template1, so that every new database has them."""
        for role in (OWNER, APPLICATION):
            with self._connect() as connection:
                if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        with self._connect("template1") as connection:
            for extension in EXTENSIONS:
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        (self.folder / "ready").touch()

    def _connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        host = str(self.socket_folder())
        return psycopg.connect(host=host, port=PORT, user=SUPERUSER, dbname=database, autocommit=True)

    def _execute(self, statement: sql.Composed) -> None:
        with self._connect() as connection:
            connection.execute(statement)

    def _control(self, action: str, *options: str) -> None:
        command = [str(programs(self.data) / "pg_ctl"), action, "-D", str(self.data), *options]
        done = run(server_user(self.folder), command, cwd=self.folder)
        already_down = action == "stop" and not self.is_running()  # it died, or somebody else stopped it
        if done.returncode != 0 and not already_down:
            reason = _last_line(self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else "")
            message = f"The database in {self.folder} did not {action}: {reason or _last_line(done.stdout)}"
            raise ClusterError(message)


def _last_line(output: str) -> str:
    """The last line that tells something; PostgreSQL's programs end with what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line or "No space left" in line]
    return (telling or lines or ["no reason was given"])[-1]
