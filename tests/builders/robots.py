"""Robots of DingTalk, WeCom and Feishu, one within the house, and a mail server: on loopback, in the vendors' words."""

import base64
import hmac
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller

from app.simulation.ports import HOST, free_ports
from tests.patience import LONG_S

DINGTALK, WECOM, FEISHU = "oapi.dingtalk.com", "qyapi.weixin.qq.com", "open.feishu.cn"
OK: dict[str, Any] = {
    DINGTALK: {"errcode": 0, "errmsg": "ok"},
    WECOM: {"errcode": 0, "errmsg": "ok"},
    FEISHU: {"code": 0, "data": {}, "msg": "success"},
}


@dataclass(frozen=True)
class Reply:
    """What a robot answers; `body` as JSON, unless it is bytes. `status` 0 cuts the connection, -1 says nothing."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """A message that a robot took: to which vendor, with which token, in which words."""

    vendor: str
    token: str
    text: str


class Robots:
    """The vendors' robots. What is scripted for a token is answered in turn, the last for ever."""

    def __init__(self) -> None:
        self.taken: list[Said] = []
        self.asked: list[str] = []
        self.outage: Reply | None = None
        self.secrets: dict[str, str] = {}
        self.released = threading.Event()
        self._scripts: dict[str, list[Reply]] = defaultdict(list)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def script(self, token: str, *replies: Reply) -> None:
        self._scripts[token] = list(replies)

    def texts_to(self, token: str) -> list[str]:
        return [said.text for said in self.taken if said.token == token]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, vendor: str, path: str, body: bytes) -> Reply:
        asked = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        token, content = _read(vendor, asked.path, query, json.loads(body))
        self.asked.append(token)
        if self.outage:
            return self.outage
        script = self._scripts[token]
        if script:
            reply = script.pop(0) if len(script) > 1 else script[0]
            if reply.body is not None or reply.status != 200:
                return reply
        if vendor == DINGTALK and token in self.secrets and not self._signed(token, query):
            return Reply(body={"errcode": 310000, "errmsg": "sign not match"})
        self.taken.append(Said(vendor, token, content))
        return Reply(body=OK.get(vendor, {"ok": True}))

    def _signed(self, token: str, query: dict[str, str]) -> bool:
        """As DingTalk documents it: HMAC-SHA256 of time stamp, line end and secret, in base64, quoted once."""
        secret, stamp = self.secrets[token], query.get("timestamp", "")
        signed = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")
        return query.get("sign") == base64.b64encode(signed).decode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        robots = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["Content-Type"].startswith("application/json")
                reply = robots.answer(self.headers["Host"], self.path, body)
                if reply.status == -1:
                    robots.released.wait(LONG_S)
                if reply.status <= 0:
                    self.close_connection = True
                    return
                content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(content)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def _read(vendor: str, path: str, query: dict[str, str], body: Any) -> tuple[str, str]:
    """Token and text of a message, where it is one as the vendor documents it."""
    if vendor == DINGTALK:
        assert (path, body["msgtype"]) == ("/robot/send", "text")
        return query["access_token"], body["text"]["content"]
    if vendor == WECOM:
        assert (path, body["msgtype"]) == ("/cgi-bin/webhook/send", "text")
        return query["key"], body["text"]["content"]
    if vendor == FEISHU:
        assert path.startswith("/open-apis/bot/v2/hook/")
        assert body["msg_type"] == "text"
        return path.strip("/").rpartition("/")[2], body["content"]["text"]
    return path, body["message"]


@contextmanager
def the_robots() -> Iterator[Robots]:
    robots = Robots()
    robots.start()
    yield robots
    robots.stop()


@dataclass
class Mailbox:
    """What a mail server took: (recipient, subject, text)."""

    received: list[tuple[str, str, str]] = field(default_factory=list)
    refuse: str | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        if self.refuse:
            return self.refuse
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body else ""
        self.received += [(to, str(message["Subject"]), text) for to in envelope.rcpt_tos]
        return "250 OK"


@contextmanager
def a_mail_server() -> Iterator[tuple[Mailbox, str]]:
    """A running SMTP server, and the relay as the settings name it."""
    mailbox = Mailbox()
    (port,) = free_ports(1)
    controller = Controller(mailbox, hostname=HOST, port=port, ready_timeout=LONG_S)
    controller.start()
    yield mailbox, f"mailto://{HOST}:{port}?from=zhifang@example.gov.cn&mode=insecure"
    controller.stop()
