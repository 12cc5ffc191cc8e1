"""Two of everything on loopback: `Layout(folder)` starts it, shows it, restarts it piece by piece, and stops it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from app.simulation.layout.database import Databases, write_node_files
from app.simulation.layout.files import backup_file, proxy_files
from app.simulation.layout.part import LayoutError, Part, until
from app.simulation.layout.places import APIS, CONFIGURATION, NODES, ROOT, WORKERS, Places, places_of
from app.simulation.layout.proxy import Proxy
from app.simulation.postgres import ServerUser, server_user

PROGRAMS = ("etcd", "etcdctl", "haproxy", "patroni", "pgbackrest", "pgbouncer", "psql")
START_S = 240.0


def missing_programs() -> list[str]:
    """What the layout needs and this machine has not; ./scripts/test installs it."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Layout:
    """All parts of one layout. Where root starts, everything but our own processes runs as the database's user."""

    def __init__(self, folder: Path, service: Mapping[str, str], *, bound: bool = False) -> None:
        """`service` is the service's own environment: mode and secrets. `bound` parts end with this process."""
        folder.mkdir(mode=0o711, exist_ok=True)
        self.places: Places = places_of(folder.absolute())
        self._user = server_user(self.places.folder / NODES[0])
        words = ["--pdeathsig", "TERM"] if bound else []
        theirs = ["setpriv", *_change_to(self._user), *words, "--"] if words or not self._user.owns_itself() else []
        ours = ["setpriv", *words, "--"] if words else []
        self._plain = plain = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LC_ALL": "C.UTF-8",
            "HOME": str(self.places.folder),
        }
        self.databases = Databases(self.places, self._user, plain, theirs)
        self.proxy = Proxy(self.places, plain, theirs)
        self._service = {**plain, **service, **service_settings(self.places)}
        self.service = {name: self._of_service(name, ours) for name in (*APIS, *WORKERS)}

    def __enter__(self) -> Self:
        try:
            self.up()
        except BaseException:
            self.down(at_once=True)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.down(at_once=True)

    def up(self) -> None:
        """Start what does not run, and wait until the door is open and every commit is on two disks."""
        if missing := missing_programs():
            message = f"Not installed: {', '.join(missing)}. ./scripts/install test brings them."
            raise LayoutError(message)
        self._write_files()
        self.databases.start()
        self.proxy.start()
        self.databases.await_primary(within_s=START_S)
        self._prepare()
        for part in self.service.values():
            part.start()
        self.databases.await_standby(within_s=START_S)
        until(self._is_open, within_s=START_S, what="both API replicas")

    def down(self, *, at_once: bool = False) -> None:
        """Stop everything, the door last of what clients see."""
        for part in reversed(self.service.values()):
            part.kill() if at_once else part.stop()
        self.proxy.stop(at_once=at_once)
        self.databases.stop(at_once=at_once)

    def parts(self) -> dict[str, Part]:
        """Every process by name."""
        return {
            "etcd": self.databases.etcd,
            **self.databases.nodes,
            **self.proxy.parts,
            **self.service,
        }

    def roll(self) -> None:
        """Restart both API replicas and both schedulers, one after the other, while the other one works."""
        for name in APIS:
            self.proxy.drain(name)
            self.service[name].stop()
            self.service[name].start()
            until(lambda name=name: self._is_ready(name), within_s=START_S, what=f"{name} to be ready")  # type: ignore[misc]
            self.proxy.admit(name)
        for name in WORKERS:
            worker = self.service[name]
            worker.stop()
            said = worker.log.stat().st_size
            worker.start()
            until(lambda: b"scheduler started" in worker.log.read_bytes()[said:], within_s=START_S, what=name)  # noqa: B023

    def backup(self, kind: str) -> str:
        """Make a backup (`full`, `diff`, `incr`) with scripts/backup; gives what it said."""
        return self.script("backup", kind, config=self.places.folder / "backup" / "pgbackrest.conf")

    def restore(self, to: datetime) -> str:
        """Bring a destroyed database back as it was at `to`: the first node from the repository, the other from it."""
        first = NODES[0]
        words = ("--to", to.isoformat(), "--into", str(self.places.data(first)))
        said = self.script("restore", *words, config=self.places.folder / first / "pgbackrest.conf")
        self.databases.forget()
        self.databases.start_node(first)
        self.databases.await_primary(within_s=START_S)
        for node in NODES:
            self.databases.start_node(node)  # the other one is copied from the first, while the service works again
        return said

    def script(self, name: str, *words: str, config: Path) -> str:
        """Run backup.sh or restore.sh as the database's user on the file `config`; gives what it said."""
        command = [*self._user.prefix(), str(self.places.scripts / f"{name}.sh"), *words]
        environment = self._plain | {"BACKUP_CONFIG": str(config)}
        done = subprocess.run(  # noqa: S603 the words are ours, no shell reads them
            command,
            check=False,
            cwd=self.places.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            message = f"{name} failed: {done.stdout.strip()}"
            raise LayoutError(message)
        return done.stdout

    def _prepare(self) -> None:
        """The newest schema, by the owner, past PgBouncer; and a place for backups."""
        self.script("backup", "prepare", config=self.places.folder / self._leader() / "pgbackrest.conf")
        environment = self._service | {"MIGRATION_DATABASE_URL": self.places.direct_url("zhifang_owner")}
        done = subprocess.run(
            [sys.executable, "-m", "app.cli", "migrate"], cwd=ROOT, env=environment, capture_output=True, check=False
        )
        if done.returncode != 0:
            message = f"The schema could not be made: {done.stderr.decode(errors='replace').strip()[-500:]}"
            raise LayoutError(message)

    def _is_open(self) -> bool:
        """Whether both replicas are ready; LayoutError at once when a part has ended instead."""
        for name, part in self.parts().items():
            if not part.alive:
                message = f"{name} ended: {part.last_line()} All that it said is in {part.log}."
                raise LayoutError(message)
        return self.proxy.is_open()

    def _leader(self) -> str:
        leader = self.databases.leader()
        if leader is None:
            message = "No database node leads."
            raise LayoutError(message)
        return leader

    def _is_ready(self, api: str) -> bool:
        try:
            return requests.get(f"{self.places.http(api)}/health/ready", timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def _of_service(self, name: str, words: list[str]) -> Part:
        port = str(self.places.ports.get(name, 0))
        command = ["serve", "--port", port, "--workers", "1"] if name in APIS else ["worker"]
        return Part(
            self.places.folder,
            name,
            [*words, sys.executable, "-m", "app.cli", *command],
            environment=self._service,
            cwd=ROOT,
        )

    def _write_files(self) -> None:
        folder = self.places.folder
        (folder / "log").mkdir(exist_ok=True)
        shutil.copytree(CONFIGURATION, self.places.scripts, dirs_exist_ok=True)
        for name in ("etcd", *NODES, "front", "backup", "repository"):
            _private_folder(folder / name, self._user)
        files = {folder / "front" / name: text for name, text in proxy_files(self.places).items()}
        for node in NODES:
            files |= write_node_files(self.places, node)
        files[folder / "backup" / "pgbackrest.conf"] = backup_file(self.places, list(NODES), folder / "backup")
        for file, text in files.items():
            file.touch(mode=0o600)
            file.write_text(text, encoding="utf-8")
            os.chown(file, self._user.uid, self._user.gid)


def service_settings(places: Places) -> dict[str, str]:
    """What the service is told so that it works behind a proxy and a pooler."""
    return {
        "DATABASE_URL": places.pooled_url,
        "ZHIFANG_DIRECT_DATABASE_URL": places.direct_url("zhifang_app"),
        "ZHIFANG_PREPARED_STATEMENTS": "off",
        "ZHIFANG_TRUSTED_PROXIES": "1",
    }


def _change_to(user: ServerUser) -> list[str]:
    return [] if user.owns_itself() else [f"--reuid={user.uid}", f"--regid={user.gid}", "--clear-groups"]


def _private_folder(folder: Path, user: ServerUser) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, user.uid, user.gid)
