"""How Apprise's plug-ins post for us: to vendors on the open internet and robots that the settings name, nowhere else.

The address is looked at once the connection stands, before a byte is sent, so that a name that leads elsewhere the
second time it is asked for leads nowhere. Redirects, proxies of the environment and unchecked certificates are out.
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

LONGEST_ANSWER = 64 * 1024
PIECE = 4096


@dataclass
class Heard:
    """What came back for one message: status, headers and the beginning of the body, or why nothing did."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    fault: str | None = None


@dataclass(frozen=True)
class Answer:
    """As much of a response as the plug-ins look at."""

    status_code: int
    content: bytes


class NobodySends(requests.RequestException):
    """A plug-in posts in a thread in which no channel is sending."""


class _Guarded:
    """Looks at the other end of a connection as soon as it stands."""

    def _new_conn(self) -> socket.socket:
        made: socket.socket = super()._new_conn()  # type: ignore[misc]
        if not ip_address(made.getpeername()[0]).is_global:
            made.close()
            raise NewConnectionError(self, "address refused")  # type: ignore[arg-type]
        return made


class _GuardedHTTP(_Guarded, HTTPConnection):
    pass


class _GuardedHTTPS(_Guarded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class _GuardedAdapter(HTTPAdapter):
    """An adapter whose connections are guarded. It never tries again by itself."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class VendorPost:
    """Posts for the plug-ins of one channel, and keeps what each thread heard.

    `hosts` (host, or host:port) may lie anywhere; `origin` leads all else to a fake on this machine.
    """

    def __init__(self, hosts: frozenset[str], origin: str | None, timeout_s: float) -> None:
        if origin is not None and urlsplit(origin).hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise ValueError("the origin of channels may only lie on this machine")
        self._hosts = hosts
        self._origin = origin
        self._timeout_s = timeout_s

    @property
    def shared(self) -> "_InPlaceOfRequests":
        """What stands in the plug-ins' modules for `requests`: each thread posts for the channel that is sending."""
        return _SHARED

    @contextmanager
    def listening(self) -> Iterator[Heard]:
        """In the block, whatever a plug-in posts in this thread goes our way, and what came back is heard."""
        heard = Heard()
        _SENDING.now = (self, heard)
        try:
            yield heard
        finally:
            _SENDING.now = None

    def post(self, heard: Heard, method: str, url: str, given: Mapping[str, Any]) -> Answer:
        """One request; notes status, headers and body, or the fault, and lets the plug-in go on or fail with it."""
        target, headers = self._target(url, dict(given.get("headers") or {}))
        free = self._origin is not None or urlsplit(url).netloc.lower() in self._hosts
        with requests.Session() as session:
            session.trust_env = False
            session.mount("https://", HTTPAdapter() if free else _GuardedAdapter())
            session.mount("http://", HTTPAdapter() if free else _GuardedAdapter())
            params = {name: unquote(str(value)) for name, value in (given.get("params") or {}).items()}
            try:
                response = session.request(
                    method,
                    target,
                    data=given.get("data"),
                    params=params,  # the sign of DingTalk comes quoted, and would be quoted twice
                    headers=headers,
                    timeout=(self._timeout_s, self._timeout_s),
                    allow_redirects=False,
                    verify=True,
                    stream=True,
                )
                heard.status, heard.headers = response.status_code, dict(response.headers)
                heard.content = self._body(response)
            except requests.RequestException as error:
                heard.fault = _fault(error)
                raise
        return Answer(heard.status, heard.content)

    def _target(self, url: str, headers: dict[str, str]) -> tuple[str, dict[str, str]]:
        if self._origin is None:
            return url, headers
        asked = urlsplit(url)
        query = f"?{asked.query}" if asked.query else ""
        return f"{self._origin}{asked.path}{query}", headers | {"Host": asked.netloc}

    def _body(self, response: requests.Response) -> bytes:
        """The beginning of the body, as much as comes in time: an answer that drips does not hold a thread."""
        ends = time.monotonic() + self._timeout_s
        content = b""
        while len(content) < LONGEST_ANSWER and time.monotonic() < ends:
            try:
                piece = response.raw.read1(PIECE, decode_content=True)
            except Exception as error:
                raise requests.ConnectionError("torn") from error
            if not piece:
                break
            content += piece
        return content


def _fault(error: requests.RequestException) -> str:
    if "address refused" in str(error):
        return "address_refused"
    return "timeout" if isinstance(error, requests.Timeout) else "connection"


class _InPlaceOfRequests:
    """As much of `requests` as the plug-ins use."""

    codes = requests.codes
    RequestException = requests.RequestException

    def post(self, url: str, **given: Any) -> Answer:
        """POST for the channel that is sending in this thread."""
        return self.request("POST", url, **given)

    def request(self, method: str, url: str, **given: Any) -> Answer:
        """A request for the channel that is sending in this thread; none goes out for anybody else."""
        sending: tuple[VendorPost, Heard] | None = getattr(_SENDING, "now", None)
        if sending is None:
            raise NobodySends
        post, heard = sending
        return post.post(heard, method, url, given)


_SENDING = threading.local()
_SHARED = _InPlaceOfRequests()
