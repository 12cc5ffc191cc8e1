"""Both APIs keep what their documents say: schemathesis asks them, with good and bad input, on a real database."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from schemathesis import Case
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema
from sqlalchemy import Connection, Engine

from app.rules.facts import Role, TrackerClient
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.checkins import a_check_in
from tests.builders.positions import a_sent_batch, a_sent_report
from tests.builders.subjects import a_subject
from tests.builders.trackers import a_tracker
from tests.builders.users import PASSWORD, logged_in, phone_logged_in
from tests.database import ROOT, Database
from tests.guards.route_examples import EXAMPLES
from tests.guards.world import REGISTERED, THINGS, World, a_world
from tests.undone import undone_engine

Json = dict[str, Any]

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PHONES_BODIES: dict[str, Json] = {
    "POST /checkins": a_check_in(MONDAY),
    "POST /positions": a_sent_batch(a_sent_report(MONDAY)),
    "POST /sessions": {
        "login": "subject-neighbour",
        "password": PASSWORD,
        "device": {"id": str(UUID(int=2)), "platform": "android"},
    },
    "POST /device-health": {"id": str(UUID(int=1)), "battery_percent": 80, "network": "wifi"},
}
CONFIG = {
    "suppress-health-check": ["too_slow"],  # a slow machine is no fault
    "seed": int(os.environ.get("ZHIFANG_CONTRACT_SEED", "20260302")),
    "generation": {
        "deterministic": "ZHIFANG_CONTRACT_SEED" not in os.environ,
        "max-examples": int(os.environ.get("ZHIFANG_CONTRACT_EXAMPLES", "8")),
        "with-security-parameters": False,
        "no-shrink": True,
        "database": "none",
    },
    # A body that is too large is refused before anybody reads whether it is right.
    "checks": {
        "negative_data_rejection": {
            "expected-statuses": [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429, "5xx"]
        }
    },
}
"""Few examples for each run of the tests; with another seed and more examples the same test hunts for longer."""


def document(audience: str) -> OpenApiSchema:
    written = (ROOT / "mobile_api_docs" / f"openapi-{audience}.json").read_text(encoding="utf-8")
    return schemathesis.openapi.from_dict(json.loads(written), config=SchemathesisConfig.from_dict(CONFIG))


MOBILE, OFFICE, TRACKERS = document("mobile"), document("office"), document("trackers")


class Client:
    """Somebody of a small world asks, and what the answer changed is taken back.

    Every other time the request is one that works, with a single value of what was generated: else nearly all would be
    refused at the door. Ids are then of things that exist.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._app = make_test_app(engine, a_clock())
        with transaction(engine) as tx:
            world = a_world(tx)
            self._trackers = {
                client: a_tracker(tx, world.users[Role.OFFICER], _somebody(tx, world, client), client, now=MONDAY)
                for client in TrackerClient
            }
            self._known = {name: str(world.own.id_of(name)) for name in THINGS}
        self._bodies = {name: example.body(world.own) for name, example in EXAMPLES.items() if example.body}
        self._bodies["POST /sessions"] = {"login": "walker-officer", "password": PASSWORD}
        self._users = {role: logged_in(self._app, user) for role, user in world.users.items()}
        phone = world.own.id_of("device_id")
        self._phone = phone_logged_in(self._app, world.own.subject_id, device_id=phone)
        self._asked = Counter[str]()

    def ask_as_phone(self, case: Case[Any]) -> None:
        self._ask(case, self._phone, PHONES_BODIES)

    def ask_as_user(self, case: Case[Any]) -> None:
        """As a role that the document names, and that no rule refuses."""
        told = case.operation.definition.raw.get("description", "")
        refuses = EXAMPLES[_name(case)].refuses if _name(case) in EXAMPLES else frozenset()
        role = next((role for role in Role if f"`{role}`" in told and role not in refuses), Role.OFFICER)
        self._ask(case, self._users[role], self._bodies)

    def ask_as_tracker(self, case: Case[Any]) -> None:
        """Every other time as nobody: then it is refused, and guessing is slowed."""
        asked = self._number(case)
        headers: dict[str, str] = {}
        if asked % 2:
            case.path_parameters.update(
                dict.fromkeys(case.path_parameters, self._trackers[TrackerClient.TRACCAR].secret)
            )
            headers = self._trackers[TrackerClient.OWNTRACKS].basic
        with self._undone():
            response = case.call(app=self._app, headers=headers)
            case.validate_response(response, checks=CHECKS)
        assert not asked % 2 or response.status_code in {200, 405}

    def _ask(self, case: Case[Any], headers: dict[str, str], bodies: Mapping[str, Json]) -> None:
        asked = self._number(case)
        checks = [*CHECKS, negative_data_rejection]
        if asked % 2:
            case.path_parameters.update({name: self._known[name] for name in case.path_parameters})
            if _name(case) in bodies and isinstance(case.body, dict):
                case.body = {**bodies[_name(case)], **_one_of(case.body, asked)}
            checks = CHECKS
        if str(case.query.get("wait", "")).isdigit():
            case.query["wait"] = "0"
        with self._undone():
            response = case.call(app=self._app, headers=headers)
            case.validate_response(response, checks=checks)

    def _number(self, case: Case[Any]) -> int:
        """Which request for its operation this is, from 1 on: what is asked does not hang on other tests."""
        self._asked[case.operation.label] += 1
        return self._asked[case.operation.label]

    @contextmanager
    def _undone(self) -> Iterator[None]:
        with self._engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
        driver.execute("SAVEPOINT step")
        try:
            yield
        finally:
            driver.execute("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step")


def _somebody(tx: Connection, world: World, client: TrackerClient) -> UUID:
    """Somebody whose phone has that client."""
    subject = a_subject(tx, world.users[Role.OFFICER], key=f"with-{client}", at=REGISTERED)
    return subject.id


def _name(case: Case[Any]) -> str:
    """The operation as the table of examples writes it."""
    return re.sub(r"/api/\w+/v1|[{}]", lambda found: {"{": "<", "}": ">"}.get(found[0], ""), case.operation.label)


def _one_of(body: Json, number: int) -> Json:
    """One of the body's fields, another one with each number."""
    name = sorted(body)[number // 2 % len(body)] if body else None
    return {} if name is None else {name: body[name]}


@pytest.fixture(scope="module")
def client(walked_database: Database) -> Iterator[Client]:
    with undone_engine(walked_database.url) as engine:
        yield Client(engine)


@MOBILE.parametrize()
def test_the_phones_interface(case: Case[Any], client: Client) -> None:
    client.ask_as_phone(case)


@TRACKERS.parametrize()
def test_the_trackers_interface(case: Case[Any], client: Client) -> None:
    client.ask_as_tracker(case)


@OFFICE.parametrize()
def test_the_offices_interface(case: Case[Any], client: Client) -> None:
    client.ask_as_user(case)
