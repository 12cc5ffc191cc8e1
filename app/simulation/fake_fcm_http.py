"""The HTTP side of the fake FCM: threads, keep-alive, and the rude things a connection can do."""

import json
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from app.simulation.fake_fcm_answers import Answer


@dataclass(frozen=True)
class Reply:
    """An answer, and the JSON of its body where it is a success; or a page as it is, with its type."""

    answer: Answer
    success: Mapping[str, Any] = field(default_factory=dict)
    page: bytes | None = None
    content_type: str = "application/json; charset=UTF-8"

    def body(self) -> bytes:
        """The bytes of the body."""
        if self.page is not None:
            return self.page
        if self.answer.body is not None:
            return self.answer.body
        return json.dumps(self.success).encode() if self.answer.status == 200 else self.answer.error_body()


Respond: TypeAlias = Callable[[str, str, dict[str, str], str | None, bytes], Reply]
"""Method, path, query, bearer token and body to a reply."""


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1. Knows its open connections, so that it can cut them when it ends."""

    daemon_threads = True

    def __init__(self, port: int, respond: Respond) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.respond = respond
        self.ended = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Note the connection, then serve it in a thread."""
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a sender that hung up, which is what timeouts are about; report all else."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Stop listening, release slow answers, cut what is open."""
        self.ended.set()
        self.shutdown()
        self.server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def listen(port: int, respond: Respond) -> Server:
    """A server that already serves, in a thread of its own. Raises OSError where the port is taken."""
    server = Server(port, respond)
    threading.Thread(target=server.serve_forever, args=(0.05,), name="fake-fcm", daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept alive between requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        """Answer a GET."""
        self._handle()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class gives the name
        """Say nothing: the inbox tells what came."""

    def _handle(self) -> None:
        """Read the request whole, wait as scripted, answer as scripted."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        bearer = token if scheme == "Bearer" else None
        reply = self.server.respond(self.command, parts.path, dict(parse_qsl(parts.query)), bearer, body)
        ended = self.server.ended.wait(reply.answer.delay_s) if reply.answer.delay_s else False
        if ended or reply.answer.cut == "before":
            self.close_connection = True
            return
        self._write(reply)

    def _write(self, reply: Reply) -> None:
        """Write head and body, or only half of the body."""
        answer, body = reply.answer, reply.body()
        self.send_response_only(answer.status)
        head = {"Date": answer.date, "Retry-After": answer.retry_after, "Location": answer.location}
        for name, value in head.items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if answer.cut == "within":
            self.close_connection = True
            body = body[: len(body) // 2]
        self.wfile.write(body)
