"""The door alone, before two replicas that only write down what reaches them."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from app.rules.wording import sentence
from app.simulation.layout.files import proxy_files
from app.simulation.layout.places import APIS, CONFIGURATION, Places, places_of
from tests.patience import eventually

FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "elsewhere.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/office",
    "Forwarded": "for=203.0.113.9;proto=https",
    "X-Real-IP": "203.0.113.9",
    "X-Request-Id": "one-of-my-own",
}


@dataclass
class Replica:
    """Answers 200 to everything and keeps the headers of what was not a health check."""

    port: int
    heard: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def replica(port: int) -> Iterator[Replica]:
    """A replica on that port while the block runs."""
    kept = Replica(port)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith("/health/"):
                kept.heard.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the library's name)
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    """HAProxy on the layout's own file; what it says is in `log`."""
    if shutil.which("haproxy") is None:
        pytest.skip("NOT PROVED: what the door passes on and writes down. Not installed: haproxy")
    found = places_of(tmp_path)
    shutil.copytree(CONFIGURATION, found.scripts)
    (tmp_path / "front").mkdir()
    file = tmp_path / "haproxy.cfg"
    file.write_text(proxy_files(found)["haproxy.cfg"], encoding="utf-8")
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(["haproxy", "-db", "-f", str(file)], stdout=log, stderr=subprocess.STDOUT)
        try:
            yield found
        finally:
            running.kill()
            running.wait()


def status(places: Places, path: str = "/", **headers: str) -> int | None:
    """What the door answers; None while it does not yet."""
    try:
        return requests.get(f"{places.http('proxy')}{path}", headers=headers, timeout=60).status_code
    except requests.ConnectionError:
        return None


def test_the_service_hears_of_the_way_from_the_door_alone(places: Places) -> None:
    with replica(places.ports[APIS[0]]) as api:
        eventually(lambda: status(places) == 200, every_s=0.05)
        eventually(lambda: status(places, **FORGED) == 200)
    heard = api.heard[-1]
    told = {name: value for name, value in heard.items() if name.startswith(("x-", "forwarded"))}
    assert len(told.pop("x-request-id")) == 36
    assert told == {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http"}


def test_the_door_writes_down_neither_who_asks_nor_for_what(places: Places, tmp_path: Path) -> None:
    with replica(places.ports[APIS[0]]):
        eventually(lambda: status(places) == 200, every_s=0.05)
        eventually(lambda: status(places, "/api/trackers/s3cr3t?lon=118.627", **FORGED) == 200)
        eventually(lambda: "GET 200 api/api1" in (tmp_path / "log").read_text(encoding="utf-8"))
    logged = [line for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines() if line.startswith("GET")]
    for word in ("s3cr3t", "118.627", "trackers", "203.0.113.9", "127.0.0.1", "one-of-my-own"):
        assert not any(word in line for line in logged), word


def test_figures_are_not_for_the_world(places: Places) -> None:
    with replica(places.ports[APIS[0]]) as api:
        eventually(lambda: status(places) == 200, every_s=0.05)
        api.heard.clear()
        assert status(places, "/metrics") == 404
    assert api.heard == []


def test_a_replica_that_is_gone_costs_no_request(places: Places) -> None:
    """Until the next health check the door still counts on it: a connection refused goes to the other one. Where the
    machine stands still for some checks, the door counts on none, and nothing is proved.
    """

    def costs_none() -> bool:
        with replica(places.ports[APIS[0]]):
            with replica(places.ports[APIS[1]]):
                eventually(lambda: status(places) == 200, every_s=0.05)
            return [status(places) for _ in range(20)] == [200] * 20

    eventually(costs_none)


def test_without_any_replica_everybody_is_told_when_to_come_again(places: Places) -> None:
    eventually(lambda: status(places) == 503, every_s=0.05)
    program = requests.get(f"{places.http('proxy')}/api/mobile/v1/me", timeout=60)
    assert (program.status_code, program.headers["Retry-After"], program.json()["code"]) == (503, "5", "database_away")
    person = requests.get(f"{places.http('proxy')}/", headers={"Accept": "text/html"}, timeout=60)
    assert (person.status_code, person.headers["Retry-After"]) == (503, "5")
    assert sentence("database_away", {}) in person.content.decode()
