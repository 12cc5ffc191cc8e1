"""Whoever is shown a place, a picture or an identity number leaves a row in the audit: told route by route.

Which routes those are is read from the document of the offices' interface, so that a new one cannot forget to.
"""

import ast
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.access.table import ACTIONS
from app.rules.access_log import MAP_READ, READS
from app.rules.facts import Role
from app.rules.wording.access_log import ACTS
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.users import logged_in
from tests.database import ROOT, Database
from tests.guards.route_examples import EXAMPLES
from tests.guards.source import calls, modules
from tests.guards.test_every_route import OFFICE_ROUTES, Route, _ids
from tests.guards.world import World, a_world
from tests.undone import undone_engine

SHOWING = {"lon", "lat", "coordinates", "home", "id_number", "position", "geometry"}
"""Names of fields that hold where somebody is or lives, or who they are for life."""

NO_PLACE = {
    "GET /duties": "whether a check-in asks for a place, not where",
    "GET /duties/<duty_id>": "whether a check-in asks for a place, not where",
    "GET /rosters/template": "an empty form",
    "GET /visit-points": "communities and police stations, nobody's own place",
    "GET /zones": "bounds that were set for somebody, not where they are or live",
    "GET /zones/<zone_id>": "the same",
    "POST /zones": "the same, as they were just sent",
    "POST /zones/import": "the same",
    "POST /zones/<zone_id>/remove": "the same",
}
"""Routes whose field of such a name holds no place, and what it holds."""


def _fields(document: dict[str, Any], schema: Any, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """All names of fields at any depth of a schema."""
    if isinstance(schema, list):
        for inner in schema:
            yield from _fields(document, inner, seen)
    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen:
        yield from _fields(document, document["components"]["schemas"][name], seen | {name})
    yield from schema.get("properties", {})
    for key, inner in schema.items():
        if key != "$ref":
            yield from _fields(document, inner, seen)


def _showing() -> dict[str, Route]:
    """The routes whose answer holds such a field, whatever else they do; and those that read what is no JSON at all."""
    document = json.loads((ROOT / "mobile_api_docs" / "openapi-office.json").read_text(encoding="utf-8"))
    found = {}
    for route in OFFICE_ROUTES:
        path = route.rule.replace("<uuid:", "{").replace(">", "}")
        answers = document["paths"][path][route.method.lower()]["responses"]
        content = [answer.get("content", {}) for status, answer in answers.items() if status in {"200", "201"}]
        schemas = [kinds["application/json"].get("schema") for kinds in content if "application/json" in kinds]
        reads_no_json = route.method == "GET" and not schemas
        if set(_fields(document, schemas)) & SHOWING or reads_no_json:
            found[route.short] = route
    return found


READING = {name: route for name, route in _showing().items() if name not in NO_PLACE}


@pytest.fixture(scope="module")
def walked(walked_database: Database) -> Iterator[Engine]:
    with undone_engine(walked_database.url) as engine:
        yield engine


@pytest.fixture(scope="module")
def app(walked: Engine) -> Flask:
    return make_test_app(walked, a_clock())


@pytest.fixture(scope="module")
def world(walked: Engine) -> World:
    with transaction(walked) as tx:
        return a_world(tx)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_the_routes_are_found() -> None:
    """The guard itself: these show places and pictures today."""
    assert set(READING) >= {
        "GET /subjects/<subject_id>",
        "GET /subjects/<subject_id>/track",
        "GET /subjects/<subject_id>/last-position",
        "GET /visits/<visit_id>",
        "GET /talks/<talk_id>",
        "GET /records/<record_id>",
        "GET /records/<record_id>/paper",
        "PATCH /subjects/<subject_id>",
        "POST /day/way",
    }


@pytest.mark.parametrize("name", sorted(READING))
def test_what_shows_a_place_or_a_picture_is_recorded(
    name: str, walked: Engine, world: World, app: Flask, client: FlaskClient
) -> None:
    route, example = READING[name], EXAMPLES[name]
    permitted = ACTIONS[(route.access or "").removeprefix("office:")]
    role = next(role for role in (Role.COUNTY_HEAD, Role.PROCURATOR, *Role) if role in permitted)
    user = world.users[role]
    headers = logged_in(app, user)
    with walked.connect() as connection:
        before = connection.execute(text("SELECT coalesce(max(id), 0) FROM audit")).scalar_one()
    answer = client.open(
        route.path(_ids(route, world.own)),
        method=route.method,
        json=example.body(world.own) if example.body else None,
        query_string=example.query(world.own) if example.query else None,
        headers=headers,
    )
    assert answer.status_code in {200, 201}, answer.get_data(as_text=True)
    with walked.connect() as connection:
        newest = connection.execute(
            text(
                "SELECT action, subject_id FROM audit WHERE actor_id = :user AND id > :before ORDER BY id DESC LIMIT 1"
            ),
            {"user": user.id, "before": before},
        ).one_or_none()
    assert newest is not None
    assert newest.action in READS
    assert newest.subject_id == (None if newest.action == MAP_READ else world.own.subject_id)


def _written() -> set[str]:
    """The code of every act that our source writes down, where it stands as a literal."""
    return {
        str(argument.value)
        for tree in modules().values()
        for called, call in calls(tree)
        if called in {"WriteAudit", "note_reading", "_audit", "_note"}
        for argument in call.args[1:4]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "." in argument.value
    }


def test_every_act_has_a_word() -> None:
    """Somebody who oversees reads words, not codes."""
    assert _written() | set(READS) <= ACTS.keys()
    assert len(_written()) > 30
