"""A store that speaks S3 on loopback: objects by path, listed in pages, every request's signature checked (SigV4)."""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from app.config import BucketSettings

ACCESS, SECRET, REGION, BUCKET = "test-access", "test-secret", "cn-east-1", "zhifang"
STORED_AT = datetime(2026, 2, 1, tzinfo=UTC)


@dataclass
class Bucket:
    """What lies in the store, what was asked, and how it misbehaves: `busy`, or `cut` after the work was done."""

    port: int = 0
    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fault: str | None = None
    page: int = 1000

    def settings(self, **changes: Any) -> BucketSettings:
        usual = {"bucket": BUCKET, "access_key": ACCESS, "secret_key": SECRET, "region": REGION, "prefix": "case/"}
        return BucketSettings(**{**usual, "endpoint": f"http://127.0.0.1:{self.port}", **changes})


@contextmanager
def a_bucket() -> Iterator[Bucket]:
    """The store for as long as the block lasts."""
    bucket = Bucket()

    class Handler(_Handler):
        store = bucket

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    bucket.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Bucket

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class gives the name)
        pass

    def handle_one_request(self) -> None:
        """One request of any method that S3 has."""
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def do_PUT(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        self.store.asked.append(f"{self.command} {key}")
        if self.store.fault == "busy":
            return self._say(503, _error("SlowDown"))
        if not self._is_signed(parts.path, parts.query, body):
            return self._say(403, _error("SignatureDoesNotMatch"))
        if bucket != BUCKET:
            return self._say(404, _error("NoSuchBucket"))
        status, content = self._do(key, dict(parse_qsl(parts.query)), body)
        if self.store.fault == "cut":
            self.close_connection = True
            return None
        return self._say(status, content)

    def _do(self, key: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        objects = self.store.objects
        if self.command == "PUT":
            objects[key] = body
            return 200, b""
        if self.command == "DELETE":
            objects.pop(key, None)
            return 204, b""
        if not key:
            return 200, self._listing(query)
        return (200, objects[key]) if key in objects else (404, _error("NoSuchKey"))

    def _listing(self, query: dict[str, str]) -> bytes:
        after = query.get("continuation-token", "")
        keys = sorted(key for key in self.store.objects if key.startswith(query.get("prefix", "")) and key > after)
        shown, more = keys[: self.store.page], len(keys) > self.store.page
        at = STORED_AT.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{at}</LastModified></Contents>" for key in shown
        )
        token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
        told = f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}"
        return f'<?xml version="1.0"?><ListBucketResult>{told}</ListBucketResult>'.encode()

    def _say(self, status: int, content: bytes) -> None:
        self.send_response_only(status)
        self.send_header("Content-Length", str(0 if status == 204 else len(content)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(content)

    def _is_signed(self, path: str, query: str, body: bytes) -> bool:
        """AWS Signature Version 4, computed anew from what came."""
        scheme, _, rest = self.headers.get("Authorization", "").partition(" ")
        told = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "AWS4-HMAC-SHA256" or not told.get("Credential", "").startswith(f"{ACCESS}/"):
            return False
        sent = self.headers.get("x-amz-content-sha256", "")
        if sent not in {hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"}:
            return False
        scope = told["Credential"].partition("/")[2]
        names = told["SignedHeaders"]
        heads = "".join(f"{name}:{' '.join((self.headers.get(name) or '').split())}\n" for name in names.split(";"))
        pairs = sorted((quote(k, "-_.~"), quote(v, "-_.~")) for k, v in parse_qsl(query, keep_blank_values=True))
        request = "\n".join((self.command, path, "&".join(f"{k}={v}" for k, v in pairs), heads, names, sent))
        hashed = hashlib.sha256(request.encode()).hexdigest()
        to_sign = "\n".join((scheme, self.headers["x-amz-date"], scope, hashed))
        key = f"AWS4{SECRET}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.compare_digest(hmac.digest(key, to_sign.encode(), "sha256").hex(), told["Signature"])


def _error(code: str) -> bytes:
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'.encode()
