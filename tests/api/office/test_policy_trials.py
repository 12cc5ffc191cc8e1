"""A trial of a draft: asked for on record, made by the worker in the background, told as sums without people."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.deps import Deps
from app.jobs import policy_trials
from app.rules.facts import Role
from app.store.session import transaction
from app.store.shipped_policies import shipped
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_policy
from tests.builders.users import a_user, logged_in

URL = "/api/office/v1/policy-drafts"
DAY = timedelta(days=1)


@pytest.fixture
def headers(app: Flask, undone: Engine, tree: Tree) -> dict[str, str]:
    with transaction(undone) as tx:
        officer = a_user(tx, tree.office, login="officer")
        for days in (100, 40):
            a_supervised(tx, tree, officer, at=MONDAY - days * DAY)
        a_policy(tx, tree.second_office, tree.policy, from_at=MONDAY - 200 * DAY)
        next_door = replace(tree, office=tree.second_office)
        a_supervised(tx, next_door, a_user(tx, tree.second_office), at=MONDAY - 40 * DAY)
        return logged_in(app, a_user(tx, tree.county, Role.COUNTY_STAFF, login="writer"))


@pytest.fixture
def draft(app: Flask, headers: dict[str, str], tree: Tree) -> str:
    content = shipped("jiangshan").replace("strict = 4\nnormal = 2", "strict = 6\nnormal = 2")
    body = {"id": str(uuid4()), "office_id": str(tree.county.id), "content": content}
    answer = app.test_client().post(URL, json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return f"{URL}/{body['id']}/trials"


def test_from_the_question_to_the_sums(app: Flask, undone: Engine, headers: dict[str, str], draft: str) -> None:
    client, deps = app.test_client(), app.extensions["deps"]
    assert isinstance(deps, Deps)
    asked = {"id": str(uuid4())}
    assert client.post(draft, json=asked, headers=headers).get_json()["items"][0]["state"] == "waiting"
    assert client.post(draft, json=asked, headers=headers).status_code == 202, "a repeat asks for nothing new"
    second = client.post(draft, json={"id": str(uuid4())}, headers=headers)
    assert (second.status_code, second.get_json()["code"]) == (409, "trial_running")

    assert policy_trials.make(deps, MONDAY) == {"trials": 1, "failed": 0}
    assert policy_trials.make(deps, MONDAY) == {"trials": 0, "failed": 0}

    (trial,) = client.get(draft, headers=headers).get_json()["items"]
    result = trial["result"]
    assert (trial["state"], result["people"], result["of"]) == ("done", 2, 2), "next door has a version of its own"
    assert (result["from"], result["to"]) == ("2026-01-31", "2026-03-01")
    checks = next(line for line in result["items"] if line["code"] == "location_check")
    assert (checks["before"]["strict"], checks["after"]["strict"]) == (2 * 30 * 4, 2 * 30 * 6)
    visits = next(line for line in result["items"] if line["code"] == "访1")
    assert visits["before"] == visits["after"]
    due = sum(visits["before"].values())
    assert (due > 0, visits["overdue_before"], visits["overdue_after"]) == (True, due, due), "nobody wrote a record"
    assert (checks["overdue_before"], checks["overdue_after"]) == (None, None)
    with transaction(undone) as tx:
        ids = [str(one) for one in tx.execute(text("SELECT id FROM subjects")).scalars()]
        acts = tx.execute(text("SELECT details FROM audit WHERE action = 'policies.try'")).scalars().all()
    assert [act["pseudonymous"] for act in acts] == [True]
    assert not any(one in json.dumps(trial) for one in ids)


def test_one_that_cannot_be_made_says_so_and_one_that_was_broken_off_is_made_again(
    app: Flask, undone: Engine, headers: dict[str, str], draft: str
) -> None:
    client, deps = app.test_client(), app.extensions["deps"]
    client.post(draft, json={"id": str(UUID(int=1))}, headers=headers)
    with transaction(undone) as tx:
        tx.execute(text("UPDATE policy_trials SET content = '{}'"))
    assert policy_trials.make(deps, MONDAY) == {"trials": 0, "failed": 1}
    assert client.get(draft, headers=headers).get_json()["items"][0]["state"] == "failed"

    client.post(draft, json={"id": str(UUID(int=2))}, headers=headers)
    with transaction(undone) as tx:
        tx.execute(
            text("UPDATE policy_trials SET state = 'running', started_at = :at WHERE state = 'waiting'"), {"at": MONDAY}
        )
    assert policy_trials.make(deps, MONDAY + DAY) == {"trials": 1, "failed": 0}
