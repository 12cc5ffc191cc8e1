"""Pages on loopback as a browser asks for them, until nobody asks any more."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer


class _Server(ThreadedWSGIServer):
    """Waits at its end for whatever it is still answering: an answer that came later would need a database that is
    gone, and leave a connection behind, for which another test would be blamed.
    """

    daemon_threads = False

    def __init__(self, app: Flask) -> None:
        self._open: set[socket.socket] = set()
        super().__init__("127.0.0.1", 0, app)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def end(self) -> None:
        """Hear nobody any more; what was asked is answered to the end."""
        self.shutdown()
        for connection in self._open.copy():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of the pages."""
    server = _Server(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.end()
    thread.join()
