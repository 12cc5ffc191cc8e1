"""The service's HTTP interface in process: a request is handed to the application as a server would hand it over.

A county of thirty days asks several hundred thousand times. What a test client does around each request (cookies,
redirects, a response object) costs as much as many of the requests themselves, so it is left out; everything from
the first line of the application to the last is the same.
"""

import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import msgspec
from flask import Flask

SERVER: Mapping[str, Any] = {
    "SCRIPT_NAME": "",
    "SERVER_NAME": "localhost",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "localhost",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": False,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


def ask(app: Flask, method: str, path: str, token: str, body: Mapping[str, Any] | None) -> tuple[int, dict[str, Any]]:
    """One request with a bearer token and a JSON body, if any: the status, and the JSON object of the answer."""
    where, _, query = path.partition("?")
    content = b"" if body is None else msgspec.json.encode(body)
    environ = {
        **SERVER,
        "REQUEST_METHOD": method,
        "PATH_INFO": where,
        "QUERY_STRING": query,
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": BytesIO(content),
        "wsgi.errors": sys.stderr,
    }
    if body is not None:
        environ["CONTENT_TYPE"] = "application/json"
    statuses: list[str] = []
    answer = _through(app, environ, lambda status, _headers, _fault=None: statuses.append(status))
    return int(statuses[0][:3]), _object(answer)


def _through(app: Flask, environ: dict[str, Any], start: Callable[..., Any]) -> bytes:
    parts = app.wsgi_app(environ, start)
    try:
        return b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()


def _object(answer: bytes) -> dict[str, Any]:
    """The answer as an object; an empty one where it holds none."""
    try:
        read = msgspec.json.decode(answer)
    except msgspec.DecodeError:
        return {}
    return read if isinstance(read, dict) else {}
