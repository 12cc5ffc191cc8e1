"""The pages served on loopback to a real browser, over a database of the test's own."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Engine
from werkzeug.serving import make_server

from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, make_test_app
from tests.database import Database
from tests.patience import PATIENT
from tests.web.browsing import Visitor, a_visitor
from tests.web.office import Office, a_person, an_office_at_nine

CHROMIUM = os.environ.get("ZHIFANG_CHROMIUM", "/usr/bin/chromium")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=60_000)
"""For a page that has much to do on a busy machine; what is there already is not waited for."""


@dataclass(frozen=True)
class Site:
    """The pages at `base`, the database behind them, and the clock that both follow."""

    base: str
    engine: Engine
    clock: TestClock


@pytest.fixture
def clock() -> TestClock:
    return TestClock(MONDAY)


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    return make_test_app(undone, clock)


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.fixture
def person(undone: Engine, office: Office) -> UUID:
    with transaction(undone) as tx:
        return a_person(tx, office, "王立新")


@pytest.fixture
def visitor(app: Flask, office: Office) -> Visitor:
    return a_visitor(app, office.officer)


@pytest.fixture
def site(fresh_database: Database) -> Iterator[Site]:
    engine = make_engine(fresh_database.url, limits=PATIENT)
    clock = TestClock(MONDAY)
    server = make_server("127.0.0.1", 0, make_test_app(engine, clock), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", engine, clock)
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium: the distribution's, so that nothing is fetched."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield launched
        launched.close()
