"""The pages served on loopback to a real browser, over a database of the test's own."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine
from werkzeug.serving import make_server

from app.simulation.clock import TestClock
from app.store.session import make_engine
from tests.builders.app import MONDAY, make_test_app
from tests.database import Database
from tests.undone import undone_engine

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


@dataclass(frozen=True)
class Site:
    """The pages at `base`, the database behind them, and the clock that both follow."""

    base: str
    engine: Engine
    clock: TestClock


class Watch(TestClock):
    """A clock that is set back between tests, as the database is."""

    def back(self) -> None:
        self._at = MONDAY


@dataclass(frozen=True)
class Pages:
    """The application that the tests of one file share: making it takes longer than most of them."""

    engine: Engine
    clock: Watch
    app: Flask


@pytest.fixture(scope="module")
def pages(worker_database: Database) -> Iterator[Pages]:
    with undone_engine(worker_database.url) as engine:
        clock = Watch(MONDAY)
        yield Pages(engine, clock, make_test_app(engine, clock))


@pytest.fixture
def undone(pages: Pages) -> Iterator[Engine]:
    """An engine on which the service may commit: all of it is undone after the test."""
    with pages.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT test")
    yield pages.engine
    driver.execute("ROLLBACK TO SAVEPOINT test")
    pages.clock.back()


@pytest.fixture
def app(undone: Engine, pages: Pages) -> Flask:
    return pages.app


@pytest.fixture
def clock(pages: Pages) -> TestClock:
    return pages.clock


@pytest.fixture
def site(fresh_database: Database) -> Iterator[Site]:
    engine = make_engine(fresh_database.url)
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
