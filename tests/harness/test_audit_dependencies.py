"""The audit of the pinned packages against an advisory source that speaks OSV's protocol on loopback."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.database import ROOT

ADVISORY = {
    "id": "PYSEC-2031-7",
    "aliases": ["CVE-2031-0007"],
    "schema_version": "1.6.0",
    "published": "2031-01-02T03:04:05Z",
    "modified": "2031-01-02T03:04:05Z",
    "summary": "Reads past the end",
    "affected": [
        {
            "package": {"name": "click", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999.1"}]}],
        }
    ],
}


class Source:
    """What the fake was asked, and what it knows: advisories by the name of the package."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.known: dict[str, Any] = {}
        self.status = 200
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(asked)
                found = outer.known.get(asked["package"]["name"])
                body = json.dumps({"vulns": [found]} if found else {}).encode()
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's own name)
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1/query"


@pytest.fixture
def source() -> Iterator[Source]:
    fake = Source()
    running = threading.Thread(target=fake.server.serve_forever)
    running.start()
    yield fake
    fake.server.shutdown()
    running.join()
    fake.server.server_close()


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Two packages out of the real lock file, with their hashes."""
    whole = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    wanted = [re.search(rf"(?m)^{name}==.*(\n    --hash.*)+", whole) for name in ("click", "alembic")]
    file = tmp_path / "some.txt"
    file.write_text("\n".join(found[0] for found in wanted if found) + "\n", encoding="utf-8")
    return file


def audit(url: str, *locks: Path) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "NO_PROXY": "127.0.0.1",
        "PIP_AUDIT_OSV_URL": url,
        "VENV": str(Path(sys.executable).parents[1]),
    }
    command = [str(ROOT / "scripts" / "audit-dependencies"), *map(str, locks)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)


def test_a_known_fault_is_named_with_its_package_and_fails(source: Source, lock: Path) -> None:
    source.known["click"] = ADVISORY
    done = audit(source.url, lock)
    assert done.returncode == 1, done
    assert re.search(r"click 8\.\S+: PYSEC-2031-7, CVE-2031-0007; fixed in 999\.1", done.stdout)
    assert "alembic" not in done.stdout


def test_every_pinned_package_is_asked_about_and_clean_ones_pass(source: Source, lock: Path) -> None:
    done = audit(source.url, lock)
    assert (done.returncode, done.stdout) == (0, "some.txt: 2 packages audited, 0 known faults.\n"), done
    asked = {(one["package"]["ecosystem"], one["package"]["name"], one["version"]) for one in source.asked}
    pinned = set(re.findall(r"(?m)^([\w-]+)==(\S+)", lock.read_text(encoding="utf-8")))
    assert asked == {("PyPI", name, version) for name, version in pinned}


def test_a_source_that_cannot_answer_is_never_taken_for_a_pass(source: Source, lock: Path) -> None:
    source.status = 503
    done = audit(source.url, lock)
    assert (done.returncode, done.stdout) == (3, ""), done
    assert "some.txt: NOT AUDITED" in done.stderr


def test_a_source_that_is_away_is_told(lock: Path) -> None:
    done = audit("http://127.0.0.1:9/v1/query", lock)
    assert (done.returncode, done.stdout) == (3, ""), done
    assert "NOT AUDITED: http://127.0.0.1:9/v1/query gave no answer" in done.stderr
