"""What a person reads of what is on record: the own words and entries, nobody's judgment, nobody else's words."""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.rules.effects.known_facts import Source
from app.store.session import transaction
from tests.builders.known_facts import kept_facts
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, phone_logged_in

PATH = "/api/mobile/v1/me/facts"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def person(undone: Engine, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        return a_subject(tx, officer).id


def shown(client: FlaskClient, app: Flask, person: UUID) -> dict[str, dict[str, Any]]:
    answer = client.get(PATH, headers=phone_logged_in(app, person))
    assert answer.status_code == 200, answer.text
    return {fact["field"]: fact for fact in answer.get_json()["items"]}


def test_the_person_reads_what_is_on_record_and_when_it_was_verified(
    undone: Engine, app: Flask, client: FlaskClient, officer: Worker, person: UUID
) -> None:
    with transaction(undone) as tx:
        kept_facts(tx, officer.actor, person, {"health": "高血压", "plan": "找工作"})
    found = shown(client, app, person)
    assert (found["health"]["text"], found["health"]["standing"]) == ("高血压", "known")
    assert found["plan"]["verified_at"] == "2026-03-02T09:00:00+08:00"
    assert found["case"]["standing"] == "missing"


def test_what_others_said_and_what_officers_think_stays_with_them(
    undone: Engine, app: Flask, client: FlaskClient, officer: Worker, person: UUID
) -> None:
    with transaction(undone) as tx:
        judged = {"mood": "low", "risk": "high", "conduct": "poor", "family_strain": "与邻居争吵"}
        kept_facts(tx, officer.actor, person, judged, key="1")
        kept_facts(tx, officer.actor, person, {"workplace": "江山木门厂"}, key="2")
        kept_facts(tx, officer.actor, person, {"workplace": "没有上班"}, key="3", source=Source.COMMUNITY)
    found = shown(client, app, person)
    assert not {"mood", "risk", "conduct", "family_strain", "contact"} & set(found)
    assert (found["workplace"]["standing"], found["workplace"]["text"]) == ("contradicted", None)
