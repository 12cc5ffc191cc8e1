"""Every route x every role x things of the own office, of the next office and of another city."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.access.table import ACTIONS
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.users import logged_in, phone_logged_in
from tests.database import Database
from tests.guards.asking import Example, Shows
from tests.guards.route_examples import EXAMPLES
from tests.guards.world import Place, World, a_world
from tests.undone import undone_engine

OFFICE, MOBILE = "/api/office/v1", "/api/mobile/v1"
PUBLIC = {
    f"POST {OFFICE}/sessions",
    f"POST {OFFICE}/sessions/refresh",
    f"POST {MOBILE}/sessions",
    f"POST {MOBILE}/sessions/refresh",
    "GET /health/live",
    "GET /health/ready",
    "GET /health/jobs",
    "GET /health/yesterday",
}

OF_OFFICES = (
    *("office_id", "user_id", "role_id", "absence_id", "version_id"),
    *("draft_id", "handed_in_id", "sample_id", "asked_id", "review_id"),
)
"""Things that belong to an office and to no case."""


@dataclass(frozen=True)
class Route:
    """One method of one rule, and what its view declares: `office:<action>`, `mobile`, `public`, or nothing."""

    method: str
    rule: str
    access: str | None

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def short(self) -> str:
        """As in the table of examples: without the base and without the types of the parameters."""
        return f"{self.method} {re.sub(r'<[^:>]+:', '<', self.rule.removeprefix(OFFICE))}"

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"<[^:>]+:(\w+)>", self.rule)

    def path(self, ids: dict[str, Any]) -> str:
        return re.sub(r"<[^:>]+:(\w+)>", lambda found: str(ids[found[1]]), self.rule)


def routes_of(app: Flask) -> list[Route]:
    """Every route under /api and /health, as the application has registered it."""
    return [
        Route(method, str(rule), _access(app, rule.endpoint, method))
        for rule in app.url_map.iter_rules()
        if str(rule).startswith(("/api/", "/health"))
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _access(app: Flask, endpoint: str, method: str) -> str | None:
    view: Any = app.view_functions[endpoint]
    found = getattr(getattr(view, "view_class", None), method.lower(), view)
    access: str | None = getattr(found, "access", None)
    return access


def _routes(prefix: str) -> list[Route]:
    """Routes by access, for naming the tests: the application is made without a database."""
    from sqlalchemy import create_engine  # noqa: PLC0415  (an engine that never connects)

    app = make_test_app(create_engine("postgresql+psycopg://"), a_clock())
    return [route for route in routes_of(app) if route.access is not None and route.access.startswith(prefix)]


OFFICE_ROUTES, MOBILE_ROUTES = _routes("office:"), _routes("mobile")
TOLD = [route for route in OFFICE_ROUTES if route.short in EXAMPLES]


@pytest.fixture(scope="module")
def walked(walked_database: Database) -> Iterator[Engine]:
    """One world for the whole walk; each step is undone before the next."""
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
def headers(app: Flask, world: World) -> dict[Role, dict[str, str]]:
    return {role: logged_in(app, user) for role, user in world.users.items()}


@pytest.fixture
def client(app: Flask, walked: Engine) -> Iterator[FlaskClient]:
    with app.test_client() as made:
        yield made


def _ids(route: Route, place: Place) -> dict[str, UUID]:
    return {name: place.id_of(name) for name in route.parameters}


class Walk:
    """Asks one route, and takes back what the answer changed."""

    def __init__(self, engine: Engine, client: FlaskClient) -> None:
        self._engine = engine
        self._client = client

    def ask(self, route: Route, example: Example, place: Place, headers: dict[str, str]) -> Any:
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
        driver.execute("SAVEPOINT step")
        try:
            return self._client.open(
                route.path(_ids(route, place)),
                method=route.method,
                json=example.body(place) if example.body else None,
                data=example.form(place) if example.form else None,
                query_string=example.query(place) if example.query else None,
                headers=headers,
            )
        finally:
            driver.execute("ROLLBACK TO SAVEPOINT step")


@pytest.fixture
def walk(walked: Engine, client: FlaskClient) -> Walk:
    return Walk(walked, client)


def test_every_view_says_who_may_call_it(app: Flask) -> None:
    assert [route.name for route in routes_of(app) if route.access is None] == []


def test_nothing_else_is_open_to_everybody(app: Flask) -> None:
    assert {route.name for route in routes_of(app) if route.access == "public"} <= PUBLIC


def test_each_audience_has_its_own_routes(app: Flask) -> None:
    for route in routes_of(app):
        access = (route.access or "").partition(":")[0]
        if access == "office":
            assert route.rule.startswith(OFFICE), route
            assert (route.access or "").removeprefix("office:") in ACTIONS
        if access == "mobile":
            assert route.rule.startswith((MOBILE, "/api/trackers")), route


def test_every_route_has_an_example_and_every_example_a_route() -> None:
    assert sorted(route.short for route in OFFICE_ROUTES) == sorted(EXAMPLES)


@pytest.mark.parametrize("route", TOLD, ids=lambda route: route.short)
def test_the_office_route(route: Route, walk: Walk, world: World, headers: dict[Role, dict[str, str]]) -> None:
    example = EXAMPLES[route.short]
    for role in Role:
        permitted = role in ACTIONS[(route.access or "").removeprefix("office:")]
        for place in world.places:
            answer = walk.ask(route, example, place, headers[role])
            shown = answer.get_data().decode(errors="replace")
            told = f"{route.short} as {role} about {place.name}: {answer.status_code} {shown}"
            if not permitted:
                assert answer.status_code == HTTPStatus.FORBIDDEN, told
            elif example.status:
                assert answer.status_code == example.status, told
            elif example.shows is Shows.SOMEBODY_ELSES:
                assert answer.status_code == HTTPStatus.NOT_FOUND, told
            elif example.shows in {Shows.CASES, Shows.OFFICES, Shows.ONESELF}:
                assert answer.status_code < 300, told
                _shows_nothing_beyond(answer, world, role, case=example.shows is Shows.CASES)
            elif not world.within(role, place, case=example.shows is Shows.CASE):
                assert answer.status_code == HTTPStatus.NOT_FOUND, told
            elif role in example.refuses:
                assert answer.status_code == HTTPStatus.FORBIDDEN, told
            else:
                assert answer.status_code < 300, told


def _shows_nothing_beyond(answer: Any, world: World, role: Role, *, case: bool) -> None:
    shown = answer.get_data().decode(errors="replace")
    for place in world.places:
        if not world.within(role, place, case=case):
            hidden = place.things if case else {name: place.things[name] for name in OF_OFFICES}
            for name, thing in hidden.items():
                assert str(thing) not in shown or _is_shared(world, role, name, thing), (role, place.name, name)


def _is_shared(world: World, role: Role, name: str, thing: UUID) -> bool:
    """Whether a place within reach has the very same thing: two places are one office."""
    return any(
        world.within(role, place, case=name not in OF_OFFICES) and place.things[name] == thing for place in world.places
    )


@pytest.mark.parametrize("route", TOLD, ids=lambda route: route.short)
def test_the_office_route_is_closed_to_others(route: Route, client: FlaskClient, app: Flask, world: World) -> None:
    path = route.path(_ids(route, world.own))
    assert client.open(path, method=route.method).status_code == HTTPStatus.UNAUTHORIZED
    phone = phone_logged_in(app, world.own.subject_id, device_id=world.own.id_of("device_id"))
    assert client.open(path, method=route.method, headers=phone).status_code == HTTPStatus.UNAUTHORIZED


@pytest.mark.parametrize("route", MOBILE_ROUTES, ids=lambda route: route.name)
def test_the_phones_route_is_closed_to_others(
    route: Route, client: FlaskClient, world: World, headers: dict[Role, dict[str, str]]
) -> None:
    path = route.path({name: uuid4() for name in route.parameters})
    assert client.open(path, method=route.method).status_code == HTTPStatus.UNAUTHORIZED
    for role in Role:
        assert client.open(path, method=route.method, headers=headers[role]).status_code == HTTPStatus.UNAUTHORIZED
