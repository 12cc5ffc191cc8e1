"""A wire to PostgreSQL that is cut at a chosen step, as when the server or the line dies just then.

A step is what the client sends before it waits. It is cut `before` the server gets it, or `after` the server has done
it and before the client hears of it: then nobody knows on this side whether it was done. The client hears of a cut once
the server has given up what that connection held.
"""

import select
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from sqlalchemy.engine import make_url

Moment = Literal["before", "after"]
PORT = 5432
PIECE = 1 << 20
READY = b"Z\x00\x00\x00\x05"
"""How the server's answer to a step ends: ready for the next, and one byte of how the transaction stands."""

UNFINISHED = b"PBDE"
"""Parse, Bind, Describe, Execute: what a Sync ends."""


class Cutter:
    """Passes bytes between a Unix socket in `folder` and the server, until told to cut."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = _through(folder, url)
        self._server = _address(url)
        self._steps = 0
        self._cut: tuple[int, Moment] | None = None
        self._away = False
        self._open: set[socket.socket] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / f".s.PGSQL.{PORT}"))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_at(self, step: int, moment: Moment) -> None:
        """Cut the wire at the step of that number, counted from 1 and from now on."""
        self._steps, self._cut = 0, (step, moment)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Meanwhile every connection is dead, and no new one comes about."""
        self._away = True
        for end in tuple(self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        yield
        self._away = False

    def leave(self) -> bool:
        """Cut no more; whether the wire was cut since it was told to."""
        was_cut, self._cut = self._cut is None, None
        return was_cut

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        family, address = self._server
        with client, socket.socket(family) as server, suppress(OSError):
            server.connect(address)
            self._open |= {client, server}
            while not self._away:
                for ready in select.select([client, server], [], [])[0]:
                    piece = ready.recv(PIECE)
                    if not piece:
                        return
                    if ready is server:
                        client.sendall(piece)
                    elif not self._sent(server, _whole(client, piece)):
                        return

    def _sent(self, server: socket.socket, piece: bytes) -> bool:
        """Pass a step on; False where the wire is cut at it."""
        self._steps += 1
        if self._cut is None or self._cut[0] != self._steps:
            server.sendall(piece)
            return True
        moment, self._cut = self._cut[1], None
        if moment == "after":
            server.sendall(piece)
            _answered(server)
        _ended(server)
        return False


def _whole(client: socket.socket, step: bytes) -> bytes:
    """The step to its end: the driver hands over a long one in several pieces."""
    while not _is_whole(step) and (piece := client.recv(PIECE)):
        step += piece
    return step


def _is_whole(step: bytes) -> bool:
    """Whether the last message is complete, and none of those after which the driver has more to say."""
    if step[0] == 0:  # the first message of a connection has no kind
        return len(step) >= int.from_bytes(step[:4])
    kind, end = 0, 0
    while end + 5 <= len(step):
        kind, end = step[end], end + 1 + int.from_bytes(step[end + 1 : end + 5])
    return end == len(step) and kind not in UNFINISHED


def _answered(server: socket.socket) -> None:
    """Read the answer to the end, for nobody."""
    answer = b""
    while answer[-6:-1] != READY:
        piece = server.recv(PIECE)
        if not piece:
            return
        answer += piece


def _ended(server: socket.socket) -> None:
    """Hang up, and wait until the process at the other end is gone: until then it holds its locks."""
    server.shutdown(socket.SHUT_WR)
    while server.recv(PIECE):
        pass


def _through(folder: Path, url: str) -> str:
    changed = make_url(url).set(host=None, port=None)
    query = {**changed.query, "host": str(folder), "port": str(PORT), "sslmode": "disable"}
    return changed.set(query=query).render_as_string(hide_password=False)


def _address(url: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    parts = make_url(url)
    host = str(parts.query.get("host") or parts.host)
    port = int(str(parts.query.get("port") or parts.port or PORT))
    if host.startswith("/"):
        return socket.AF_UNIX, f"{host}/.s.PGSQL.{port}"
    return socket.AF_INET, (host, port)


@contextmanager
def wire(url: str) -> Iterator[Cutter]:
    """A wire to the database at `url`; its own `url` leads through it."""
    with tempfile.TemporaryDirectory(prefix="wire-", dir="/tmp") as folder:
        cutter = Cutter(Path(folder), url)
        try:
            yield cutter
        finally:
            cutter.close()
