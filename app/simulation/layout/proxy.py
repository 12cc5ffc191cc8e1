"""The door of a layout: HAProxy before the API replicas and before the database nodes, PgBouncer between them."""

import csv
import socket

from app.simulation.layout.part import LayoutError, Part, until
from app.simulation.layout.places import APIS, Places

QUIET_S = 60.0
"""How long a replica may still have requests after it gets no new ones: a long poll takes 25 s."""


class Proxy:
    """HAProxy with its admin socket, and PgBouncer."""

    def __init__(self, places: Places, environment: dict[str, str], words: list[str]) -> None:
        folder = places.folder
        self._admin = folder / "front" / "admin.sock"
        commands = {
            "haproxy": ["haproxy", "-db", "-f", str(folder / "front" / "haproxy.cfg")],
            "pgbouncer": ["pgbouncer", "--quiet", str(folder / "front" / "pgbouncer.ini")],
        }
        self.parts = {
            name: Part(folder, name, [*words, *command], environment=environment, cwd=folder)
            for name, command in commands.items()
        }

    def start(self) -> None:
        """Start both; does not wait."""
        for part in self.parts.values():
            part.start()

    def stop(self, *, at_once: bool) -> None:
        """Stop both, HAProxy first."""
        for part in self.parts.values():
            part.kill() if at_once else part.stop()

    def drain(self, api: str) -> None:
        """Give the replica no new request, and wait until it has answered those that it has."""
        self._say(f"set server api/{api} state drain")
        until(lambda: self.stat(api, "scur") == "0", within_s=QUIET_S, what=f"the last request of {api}")

    def admit(self, api: str) -> None:
        """Give the replica requests again, as soon as it says that it is ready."""
        self._say(f"set server api/{api} state ready")
        until(lambda: self.stat(api, "status") == "UP", within_s=QUIET_S, what=f"{api} to be ready")

    def is_open(self) -> bool:
        """Whether every replica is ready for requests."""
        return all(self.stat(api, "status") == "UP" for api in APIS)

    def stat(self, api: str, column: str) -> str:
        """What HAProxy counts of a replica: `scur` requests under way, `status`, …; empty where it does not run."""
        try:
            rows = csv.DictReader(self._say("show stat").removeprefix("# ").splitlines())
        except OSError:
            return ""
        return next((row[column] for row in rows if (row["pxname"], row["svname"]) == ("api", api)), "")

    def _say(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._admin))
            connection.sendall(f"{command}\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        if command.startswith("set ") and answer.strip():
            message = f"HAProxy did not {command}: {answer.strip()}"
            raise LayoutError(message)
        return answer
