"""Every page x every role x things of the own office, of the next office and of another city."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine
from werkzeug.test import TestResponse

from app.access.table import ACTIONS
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.database import Database
from tests.guards.asking import Shows
from tests.guards.test_every_route import _shows_nothing_beyond
from tests.guards.world import Place, World, a_world
from tests.undone import undone_engine
from tests.web.browsing import Visitor, a_visitor
from tests.web.page_asking import PageExample
from tests.web.page_examples import PAGES

OPEN = {
    *("GET /login", "POST /login", "POST /login/code", "GET /<anything>", "GET /static/<filename>"),
    *("GET /field/", "GET /field/worker.js"),
}
"""Open to everybody; the files are Flask's own view, the page for no network holds nobody's data."""
OF_ONESELF = {"POST /logout", "POST /security/password"}
"""Who does this is logged out by it: the walk would end there."""


def pages_of(app: Flask) -> dict[str, str | None]:
    """Each method of each rule of the pages, and what its view declares."""
    return {
        f"{method} {re.sub(r'<[^:>]+:', '<', str(rule))}": getattr(app.view_functions[rule.endpoint], "access", None)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("pages.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


ACCESS = pages_of(make_test_app(create_engine("postgresql+psycopg://"), a_clock()))


@pytest.fixture(scope="module")
def walked(walked_database: Database) -> Iterator[Engine]:
    with undone_engine(walked_database.url) as engine:
        yield engine


@pytest.fixture(scope="module")
def app(walked: Engine) -> Flask:
    return make_test_app(walked, a_clock())


@pytest.fixture(scope="module")
def world(walked: Engine, app: Flask) -> World:
    with transaction(walked) as tx:
        return a_world(tx)


@pytest.fixture(scope="module")
def visitors(app: Flask, world: World) -> dict[Role, tuple[Visitor, str]]:
    """Each role in a browser, and the token of its forms."""
    made = {role: a_visitor(app, user) for role, user in world.users.items()}
    return {role: (visitor, visitor.token("/")) for role, visitor in made.items()}


def test_every_page_says_who_may_see_it() -> None:
    assert {name for name, access in ACCESS.items() if access is None} == {"GET /static/<filename>"}
    assert {name for name, access in ACCESS.items() if access == "public"} == OPEN - {"GET /static/<filename>"}


def test_every_page_has_an_example_and_every_example_a_page() -> None:
    assert sorted(PAGES) == sorted(ACCESS.keys() - OPEN - OF_ONESELF)


def _ask(engine: Engine, visitor: tuple[Visitor, str], name: str, example: PageExample, place: Place) -> TestResponse:
    """Ask for one page, and take back what that changed."""
    browser, token = visitor
    method, _, rule = name.partition(" ")
    path = re.sub(r"<(\w+)>", lambda found: str(place.id_of(found[1])), rule)
    form = {"csrf_token": token, **example.form(place)} if method == "POST" else None
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT step")
    try:
        return browser.client.open(path, method=method, data=form, query_string=example.query)
    finally:
        driver.execute("ROLLBACK TO SAVEPOINT step")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page(name: str, walked: Engine, world: World, visitors: dict[Role, tuple[Visitor, str]]) -> None:
    example = PAGES[name]
    for role in Role:
        permitted = role in ACTIONS[(ACCESS[name] or "").removeprefix("office:")]
        for place in world.places:
            answer = _ask(walked, visitors[role], name, example, place)
            shown = answer.get_data().decode(errors="replace")
            told = f"{name} as {role} about {place.name}: {answer.status_code} {shown[-1500:]}"
            assert answer.mimetype == (example.mimetype if answer.status_code < 300 else "text/html"), told
            if not permitted:
                assert answer.status_code == 403, told
            elif example.shows in {Shows.CASE, Shows.OFFICE} and not world.within(
                role, place, case=example.shows is Shows.CASE
            ):
                assert answer.status_code == 404, told
            elif role in example.refuses:
                assert answer.status_code == 403, told
            else:
                assert answer.status_code == example.status, told
            if example.shows in {Shows.CASES, Shows.OFFICES, Shows.ONESELF} and permitted:
                _shows_nothing_beyond(answer, world, role, case=example.shows is not Shows.OFFICES)


@pytest.mark.parametrize("name", sorted(PAGES.keys() | OF_ONESELF))
def test_the_page_is_closed_before_the_log_in(name: str, app: Flask, world: World) -> None:
    visitor = Visitor(app)
    method, _, rule = name.partition(" ")
    path = re.sub(r"<(\w+)>", lambda found: str(world.own.id_of(found[1])), rule)
    form = {"csrf_token": visitor.token()} if method == "POST" else None
    answer = visitor.client.open(path, method=method, data=form)
    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/login")
