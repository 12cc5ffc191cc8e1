"""Each request has an id that its answer and its log lines carry; what it leaves in the log names no address."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.api import tracing
from app.api.tracing import HEADER
from app.logs import set_up_logs
from app.metrics import REQUESTS
from app.simulation.clock import TestClock
from tests.builders.app import deps_for_tests, wired_test_app
from tests.patience import LONG_S


@pytest.fixture
def logs() -> Iterator[StringIO]:
    root, written = logging.getLogger(), StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logs()
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    """With a route that fails: nothing in the service does so when asked."""
    app = wired_test_app(deps_for_tests(undone, clock))

    def fail(what: str) -> str:
        logging.getLogger("app.test").warning("before the fault")
        raise ZeroDivisionError(what)

    app.add_url_rule("/api/fails/<what>", "fails", fail)
    return app


def test_every_answer_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = {client.get("/health/live").headers[HEADER] for _ in range(3)}
    assert len(ids) == 3


def test_a_proxy_s_id_is_kept(client: FlaskClient) -> None:
    given = str(uuid4())
    assert client.get("/health/live", headers={HEADER: given}).headers[HEADER] == given


@pytest.mark.parametrize("given", ["short", "a" * 65, 'quoted" id', "名字名字名字名字"])
def test_what_is_no_id_is_not_kept(client: FlaskClient, given: str) -> None:
    answer = client.get("/health/live", headers={HEADER: given.encode().decode("latin-1")})
    assert answer.headers[HEADER] != given
    assert len(answer.headers[HEADER]) == 32


def test_a_fault_can_be_found_by_the_id_and_shows_no_address(client: FlaskClient, logs: StringIO) -> None:
    answer = client.get("/api/fails/118.62731?lat=28.73857")
    lines = [json.loads(line) for line in logs.getvalue().splitlines()]
    assert answer.status_code == 500
    assert len(lines) == 3
    assert {line["request_id"] for line in lines} == {answer.headers[HEADER]}
    assert (lines[-1]["route"], lines[-1]["status"]) == ("/api/fails/<what>", 500)
    assert "118.62731" not in logs.getvalue()
    assert "28.73857" not in logs.getvalue()


def test_what_went_well_leaves_no_line_and_is_counted_by_route(
    client: FlaskClient, logs: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "SLOW_S", LONG_S)  # what is slow leaves one, too: also where it is the machine

    def counted() -> float:
        found = (s for metric in REQUESTS.collect() for s in metric.samples if s.name.endswith("_count"))
        return sum(s.value for s in found if s.labels == {"route": "/health/live", "method": "GET", "status": "200"})

    before = counted()
    client.get("/health/live?name=somebody")
    assert counted() == before + 1
    assert logs.getvalue() == ""


def test_addresses_that_nobody_serves_share_one_label(client: FlaskClient) -> None:
    for _ in range(3):
        client.get(f"/api/{uuid4()}")
    routes = {s.labels["route"] for metric in REQUESTS.collect() for s in metric.samples}
    assert not [route for route in routes if route.startswith("/api/") and "-" in route.split("/")[2]]
