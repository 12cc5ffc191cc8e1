"""The database of a layout: etcd, and two nodes of PostgreSQL under Patroni, one of them the synchronous standby."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

import requests

from app.simulation.layout.files import node_files
from app.simulation.layout.part import LayoutError, Part, children, until
from app.simulation.layout.places import NODES, Places
from app.simulation.postgres import ServerUser, programs, run

ANSWER_S = 2


class Databases:
    """Both nodes and the small store in which they agree who leads."""

    def __init__(self, places: Places, user: ServerUser, environment: dict[str, str], words: list[str]) -> None:
        """`words` stand in front of each command: they change to the server's user."""
        self._places = places
        self._user = user
        folder = places.folder
        self.etcd = Part(folder, "etcd", [*words, "etcd", *_etcd_words(places)], environment=environment, cwd=folder)
        self.nodes = {
            node: Part(
                folder,
                node,
                [*words, "patroni", str(folder / node / "patroni.yml")],
                environment=environment | _role_passwords(places),
                cwd=folder,
            )
            for node in NODES
        }

    def start(self) -> None:
        """Start all of it; does not wait."""
        self.etcd.start()
        for node in NODES:
            self.start_node(node)

    def start_node(self, node: str) -> None:
        """Start a node. One that led before it fell silent follows the new primary, rewound if need be."""
        self.nodes[node].start()

    def stop(self, *, at_once: bool) -> None:
        """Stop the nodes, then the store. `at_once` leaves the tidying to a next start, if there is one."""
        for node in NODES:
            if at_once:
                self.kill_node(node)
            else:
                self.nodes[node].stop(within_s=60)
        self.etcd.kill() if at_once else self.etcd.stop()

    def kill_node(self, node: str) -> None:
        """End at once, by kill -9, Patroni and every process of PostgreSQL there: a machine that lost power."""
        postmaster = self._postmaster(node)
        family = [postmaster, *children(postmaster)] if postmaster else []
        self.nodes[node].kill()
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def destroy(self) -> None:
        """What a fire would do: both nodes killed, their data gone, and who led forgotten."""
        for node in NODES:
            self.kill_node(node)
            shutil.rmtree(self._places.data(node), ignore_errors=True)
        self.forget()

    def forget(self) -> None:
        """Take the cluster out of the store of leaders, as is needed before a restored one starts under its name."""
        command = ["etcdctl", f"--endpoints={self._places.address('etcd')}", "del", "--prefix", "/service/zhifang/"]
        done = run(self._user, ["env", "ETCDCTL_API=3", *command], cwd=self._places.folder)
        if done.returncode != 0:
            message = f"etcd did not forget the cluster: {done.stdout.strip()}"
            raise LayoutError(message)

    def leader(self) -> str | None:
        """The node that holds the leader's key and may be written to."""
        return next((node for node in NODES if self._says(node, "primary")), None)

    def standby(self) -> str | None:
        """The node that acknowledges each commit before the client hears of it."""
        return next((node for node in NODES if self._says(node, "synchronous")), None)

    def await_primary(self, *, within_s: float) -> float:
        """Wait until a node leads; gives the seconds."""
        return until(lambda: self.leader() is not None, within_s=within_s, what="a primary")

    def await_standby(self, *, within_s: float) -> float:
        """Wait until the other node follows in step; gives the seconds."""
        return until(lambda: self.standby() is not None, within_s=within_s, what="a synchronous standby")

    def _says(self, node: str, role: str) -> bool:
        """Whether the node answers 200 when it is asked for that role. A node that is silent does not."""
        with suppress(requests.RequestException):
            address = f"{self._places.http(f'{node}_state')}/{role}"
            return self.nodes[node].alive and requests.get(address, timeout=ANSWER_S).status_code == 200
        return False

    def _postmaster(self, node: str) -> int | None:
        try:
            return int((self._places.data(node) / "postmaster.pid").read_text(encoding="ascii").splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None


def write_node_files(places: Places, node: str) -> dict[Path, str]:
    """What has to lie in a node's folder before it starts."""
    files = node_files(places, node, programs(places.data(node)))
    return {places.folder / node / name: text for name, text in files.items()}


def _role_passwords(places: Places) -> dict[str, str]:
    return {name: places.passwords[name] for name in ("ZHIFANG_OWNER_PASSWORD", "ZHIFANG_APP_PASSWORD")}


def _etcd_words(places: Places) -> list[str]:
    """One member on loopback: three on machines of their own where a county means it (docs/operations.md)."""
    clients, peers = places.http("etcd"), places.http("etcd_peers")
    return [
        f"--data-dir={places.folder / 'etcd'}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--logger=zap",
        "--log-level=warn",
    ]
