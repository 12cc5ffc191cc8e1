"""Announcing a period for everybody below an office, and taking it back."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.deps import Deps
from app.jobs import sweeps
from app.rules.effects import Decision, PlanDuty
from app.rules.facts import DutyKind, Obligor, Reason, Role
from app.store import effects, period_spreading
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised, duty_row
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in

DAY = timedelta(days=1)
URL = "/api/office/v1/announced-periods"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def county(app: Flask, undone: Engine, tree: Tree) -> dict[str, str]:
    with transaction(undone) as tx:
        staff = a_user(tx, tree.county, Role.COUNTY_STAFF)
    return logged_in(app, staff)


def a_body(office_id: UUID, **changes: Any) -> dict[str, Any]:
    body = {"id": str(uuid4()), "office_id": str(office_id), "kind": "sensitive", "title": "省两会"}
    return {**body, "from": "2026-03-10", "to": "2026-03-15", "reason": "县委通知", **changes}


def spread(app: Flask) -> dict[str, int]:
    deps: Deps = app.extensions["deps"]
    return dict(sweeps.announced(deps, MONDAY))


def on_file(undone: Engine) -> dict[UUID, Any]:
    with transaction(undone) as tx:
        rows = tx.execute(text("SELECT * FROM occasions WHERE kind = 'period_announced'")).all()
    return {row.subject_id: row for row in rows}


def test_everybody_below_the_office_has_it_on_file_once(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, county: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        neighbour = a_user(tx, tree.second_office, login="neighbour")
        here = [a_supervised(tx, tree, officer, at=MONDAY - DAY) for _ in range(3)]
        beside = a_supervised(tx, tree, neighbour, at=MONDAY - DAY)
    first = client.post(URL, json=(body := a_body(tree.office.id)), headers=county)
    assert (first.status_code, first.get_json()["spread"]) == (201, False)
    assert client.post(URL, json=body, headers=county).status_code == 200
    assert client.post(URL, json={**body, "title": "另一个"}, headers=county).status_code == 409
    assert spread(app) == {"people": 3}
    assert spread(app) == {}
    found = on_file(undone)
    assert found.keys() == set(here)
    assert beside not in found
    assert {row.happened_at for row in found.values()} == {MONDAY.replace(day=9, hour=16)}
    shown = client.get(f"{URL}/{body['id']}", headers=logged_in(app, officer)).get_json()
    assert (shown["spread"], shown["from"], shown["to"]) == (True, "2026-03-10", "2026-03-15")
    assert client.get(f"{URL}/{body['id']}", headers=logged_in(app, neighbour)).status_code == 404


def test_a_chunk_at_a_time_and_nobody_twice(
    undone: Engine, client: FlaskClient, tree: Tree, officer: Worker, county: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        here = {a_supervised(tx, tree, officer, at=MONDAY - DAY) for _ in range(5)}
    period_id = UUID(client.post(URL, json=a_body(tree.county.id), headers=county).get_json()["id"])
    done = []
    for _ in range(4):
        with transaction(undone) as tx:
            done.append(period_spreading.spread(tx, period_id, now=MONDAY, limit=2))
    assert done == [2, 2, 1, 0]
    assert on_file(undone).keys() == here


def test_whoever_comes_later_has_it_on_file_from_registration_on(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, county: dict[str, str]
) -> None:
    client.post(URL, json=a_body(tree.county.id), headers=county)
    assert spread(app) == {}
    with transaction(undone) as tx:
        during = a_subject(tx, officer, at=MONDAY + 8 * DAY)
        afterwards = a_subject(tx, officer, at=MONDAY + 14 * DAY)
    found = on_file(undone)
    assert during.id in found
    assert afterwards.id not in found


def test_what_follows_from_a_withdrawn_period_falls_away(
    client: FlaskClient, app: Flask, undone: Engine, tree: Tree, officer: Worker, county: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        subject_id = a_supervised(tx, tree, officer, at=MONDAY - DAY)
    body = a_body(tree.county.id)
    client.post(URL, json=body, headers=county)
    spread(app)
    occasion = on_file(undone)[subject_id]
    duty_id, due = uuid4(), MONDAY + 4 * DAY
    plan = PlanDuty(
        *(duty_id, subject_id, DutyKind.TALK, Obligor.OFFICE, "谈5", MONDAY, MONDAY, due, due, due),
        *(tree.office.id, tree.policy_version_id, MONDAY),
        why=Reason("duty_opened"),
        occasion_id=occasion.id,
    )
    with transaction(undone) as tx:
        effects.apply(tx, [Decision((plan,))])
    back = f"{URL}/{body['id']}/withdraw"
    for status, reason in ((200, "活动取消"), (200, "活动取消"), (409, "别的理由")):
        assert client.post(back, json={"reason": reason}, headers=county).status_code == status
    assert spread(app) == {"people": 1}
    assert spread(app) == {}
    assert on_file(undone)[subject_id].withdraw_reason == "活动取消"
    with transaction(undone) as tx:
        assert duty_row(tx, duty_id).state == "cancelled"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "2026-03-09"}, "ends_before_it_begins"),
        ({"from": "2026-02-01", "to": "2026-03-01"}, "period_over"),
        ({"to": str(date(2026, 9, 10))}, "period_too_long"),
    ],
)
def test_what_cannot_be_announced(
    client: FlaskClient, tree: Tree, county: dict[str, str], changes: dict[str, str], code: str
) -> None:
    answer = client.post(URL, json=a_body(tree.county.id, **changes), headers=county)
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)


def test_only_for_offices_within_reach(client: FlaskClient, tree: Tree, county: dict[str, str]) -> None:
    assert client.post(URL, json=a_body(tree.city.id), headers=county).status_code == 404
