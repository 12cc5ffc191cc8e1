"""The pages served on loopback to a real browser, over a database of the test's own."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from sqlalchemy import Engine

from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, make_test_app
from tests.database import Database
from tests.patience import LONG_S, PATIENT
from tests.web.browsing import Visitor, a_visitor
from tests.web.office import Office, a_person, an_office_at_nine
from tests.web.serving import served

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


PATIENCE_MS = LONG_S * 1000
"""For a page that has much to do on a busy machine; what is there already is not waited for."""

expect.set_options(timeout=PATIENCE_MS)


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
    with served(make_test_app(engine, clock)) as base:
        yield Site(base, engine, clock)
    engine.dispose()


@contextmanager
def chromium(switches: Sequence[str]) -> Iterator[Browser]:
    """A headless Chromium: the distribution's, so that nothing is fetched. It is patient in all that it does."""

    def opened(context: BrowserContext) -> None:
        context.set_default_timeout(PATIENCE_MS)

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=switches, timeout=PATIENCE_MS)
        launched.on("context", opened)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One that draws no maps."""
    with chromium(SWITCHES) as launched:
        yield launched
