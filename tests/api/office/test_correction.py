"""Groups and plans from intake until they are complete, and the list of those who lack one."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.exc import DBAPIError

from app.actions.change_class import ClassChange, change_class
from app.deps import Deps
from app.jobs import sweeps
from app.models.subject import Subject
from app.queries import correction, correction_gaps
from app.rules.calendar import end_of_day
from app.rules.correction import MemberKind
from app.rules.facts import DutyKind, Role, SupervisionClass
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.correction import a_member, a_plan
from tests.builders.duties import KEY, a_supervised, api_up
from tests.builders.offices import Tree, a_policy, a_tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user, logged_in
from tests.guards.correction_examples import A_PLAN
from tests.statements import counted

DAY = timedelta(days=1)
URL = "/api/office/v1/subjects/{}/{}"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def county(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.COUNTY_STAFF)


@pytest.fixture
def person(undone: Engine, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        found = a_subject(tx, officer)
        tx.execute(update(Subject).where(Subject.id == found.id).values(sex="female"))
        return found.id


def states(engine: Engine, person: UUID) -> dict[str, list[str]]:
    with transaction(engine) as tx:
        rows = tx.execute(
            text(
                "SELECT rule_code, state FROM duties "
                "WHERE subject_id = :id AND kind LIKE 'correction%' ORDER BY slot_start"
            ),
            {"id": person},
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row.rule_code, []).append(row.state)
        return found


def in_order(shown: dict[str, Any]) -> list[dict[str, Any]]:
    """The members by code: those of one instant come in any order."""
    return sorted(shown["members"], key=lambda one: str(one["code"]))


def test_a_group_is_owed_until_it_is_complete(
    undone: Engine, app: Flask, client: FlaskClient, clock: TestClock, officer: Worker, person: UUID
) -> None:
    clock.set(MONDAY + DAY)
    headers, url = logged_in(app, officer), URL.format(person, "group")
    shown = client.get(url, headers=headers).get_json()
    assert (shown["completeness"], shown["lacks"], shown["owed"][0]["rule_code"]) == (
        "lacks",
        ["members"],
        "correction_group",
    )

    def add(**fields: Any) -> dict[str, Any]:
        body = {"id": str(uuid4()), "name": "成员", "sex": "male", **fields}
        answer = client.post(f"{url}/members", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        assert client.post(f"{url}/members", json=body, headers=headers).status_code == 200
        told: dict[str, Any] = answer.get_json()
        return told

    assert add(kind="justice_office", user_id=str(officer.id))["lacks"] == ["woman"]
    shown = add(kind="village", sex="female", name="周主任")
    assert shown["lacks"] == ["letters"]
    assert [(one["code"], one["code_version"]) for one in in_order(shown)] == [("01", "SF0015"), ("04", "SF0015")]
    her = in_order(shown)[1]["id"]
    shown = client.post(f"{url}/members/{her}/letter", json={}, headers=headers).get_json()
    assert (shown["completeness"], shown["owed"]) == ("complete", [])
    assert states(undone, person)["correction_group"] == ["fulfilled"]

    shown = client.post(f"{url}/members/{her}/end", json={"reason": "调离"}, headers=headers).get_json()
    assert (shown["completeness"], shown["lacks"], shown["owed"][0]["state"]) == ("lacks", ["woman"], "open")
    assert states(undone, person)["correction_group"] == ["fulfilled", "open"]
    assert [one["present"] for one in shown["members"]] == [True, False], "who left is not forgotten"
    assert client.post(f"{url}/members/{her}/letter", json={}, headers=headers).status_code == 409


def test_a_plan_needs_a_second_person_and_is_never_written_over(
    undone: Engine, app: Flask, client: FlaskClient, officer: Worker, county: Worker, person: UUID
) -> None:
    mine, theirs, url = logged_in(app, officer), logged_in(app, county), URL.format(person, "plan")
    body = {"id": str(uuid4()), **A_PLAN}
    (version,) = client.post(url, json=body, headers=mine).get_json()["versions"]
    decision = f"{url}/{version['id']}/decision"
    assert client.post(decision, json={"approve": True}, headers=mine).get_json()["code"] == "plan_second_person"
    shown = client.post(decision, json={"approve": True}, headers=theirs).get_json()
    assert [(one["state"], one["measures"]) for one in shown["versions"]] == [("in_force", ["每月走访一次"])]
    assert [one["rule_code"] for one in shown["owed"]] == ["correction_plan.review"]

    changed = {**body, "id": str(uuid4()), "measures": ["每月走访两次"], "because": "表现波动"}
    shown = client.post(url, json=changed, headers=mine).get_json()
    assert [(one["version"], one["state"]) for one in shown["versions"]] == [(2, "waiting"), (1, "in_force")]
    answer = client.post(f"{url}/{changed['id']}/decision", json={"approve": True}, headers=theirs)
    assert [(one["version"], one["state"]) for one in answer.get_json()["versions"]] == [
        (2, "in_force"),
        (1, "replaced"),
    ]
    for n, word in enumerate(("每周走访一次", "每旬走访一次")):
        client.post(url, json={**changed, "id": str(UUID(int=n)), "measures": [word]}, headers=mine)
    back = {"approve": False, "note": "先评估"}
    shown = client.post(f"{url}/{UUID(int=1)}/decision", json=back, headers=theirs).get_json()
    assert [one["state"] for one in shown["versions"]] == ["given_back", "replaced", "in_force", "replaced"], (
        "a version that was written over waits for nobody"
    )
    with transaction(undone) as tx, pytest.raises(DBAPIError, match="correction_plans"), tx.begin_nested():
        tx.execute(text("UPDATE correction_plans SET measures = '[]'"))


def test_a_plan_of_an_earlier_correction_is_decided_on_no_more(
    undone: Engine, app: Flask, client: FlaskClient, officer: Worker, county: Worker, person: UUID
) -> None:
    with transaction(undone) as tx:
        left = a_plan(tx, officer, person, at=MONDAY - DAY)  # registered, this time, on Monday
    url = URL.format(person, "plan")
    answer = client.post(f"{url}/{left}/decision", json={"approve": True}, headers=logged_in(app, county))
    assert (answer.status_code, answer.get_json()["code"]) == (409, "plan_decided")
    made = client.post(url, json={"id": str(uuid4()), **A_PLAN}, headers=logged_in(app, officer)).get_json()
    assert [(one["version"], one["state"]) for one in made["versions"]] == [(2, "waiting")]


def test_a_change_of_class_asks_for_a_review_that_another_look_settles(
    undone: Engine, app: Flask, client: FlaskClient, officer: Worker, county: Worker, person: UUID
) -> None:
    with transaction(undone) as tx:
        a_plan(tx, officer, person, at=MONDAY, approved_by=county)
        change = ClassChange(uuid4(), person, SupervisionClass.STRICT, "两次未签到")
        change_class(tx, officer.actor, change, KEY, now=MONDAY + DAY)
    assert states(undone, person)["correction_plan.review"] == ["cancelled", "open"]
    with transaction(undone) as tx:
        shown = correction.plan(tx, officer.actor, person)
    assert [one.due_at - MONDAY for one in shown.owed] == [timedelta(days=8, hours=15)], "five working days"


def test_nobody_is_blamed_before_the_end_of_the_fifth_day(
    undone: Engine, app: Flask, clock: TestClock, person: UUID
) -> None:
    deps: Deps = app.extensions["deps"]
    end = MONDAY + timedelta(days=7, hours=15)
    with transaction(undone) as tx:
        api_up(tx, MONDAY - DAY, end + DAY)
    clock.set(end)
    sweeps.open_windows(deps, end)
    sweeps.judge(deps, end)
    assert states(undone, person) == {"correction_group": ["open"], "correction_plan": ["open"]}
    sweeps.judge(deps, end + timedelta(minutes=1))
    assert states(undone, person) == {"correction_group": ["missed"], "correction_plan": ["missed"]}


def test_the_list_of_gaps_seals_minors_and_takes_few_statements(tx: Connection) -> None:
    tree = a_tree(tx)
    officer, county = a_user(tx, tree.office), a_user(tx, tree.county, Role.COUNTY_STAFF)
    people = [a_subject(tx, officer, name=f"王小{n}").id for n in range(3)]
    tx.execute(update(Subject).where(Subject.id == people[0]).values(minor_regime=True, sex=None))
    a_member(tx, officer, people[1], at=MONDAY)
    a_plan(tx, officer, people[2], at=MONDAY)
    with counted(tx) as sent:
        page = correction_gaps.gaps(tx, county.actor, now=MONDAY)
    assert len(sent) <= 4
    found = {(one.subject_id, one.rule_code): one for one in page.items}
    assert len(found) == 6
    assert "王小" not in found[people[0], "correction_group"].subject_name, "sealed above the own office"
    assert found[people[1], "correction_group"].lacks == ("justice_office", "letters")
    assert [one.waiting for one in page.items if one.rule_code == "correction_plan"].count(True) == 1
    only = correction_gaps.gaps(tx, county.actor, now=MONDAY, kind=DutyKind.CORRECTION_PLAN, limit=2)
    assert len(only.items) == 2
    rest = correction_gaps.gaps(tx, county.actor, now=MONDAY, kind=DutyKind.CORRECTION_PLAN, after=only.next_key)
    assert len(rest.items) == 1
    elsewhere = a_user(tx, tree.second_office)
    assert correction_gaps.gaps(tx, elsewhere.actor, now=MONDAY).items == ()


def test_who_came_before_the_rule_is_found_once(undone: Engine, app: Flask, tree: Tree, officer: Worker) -> None:
    deps: Deps = app.extensions["deps"]
    with transaction(undone) as tx:
        early = a_supervised(tx, tree, officer, at=MONDAY - 99 * DAY)
        late = a_subject(tx, officer).id
    assert sweeps.correction_owed(deps, MONDAY)["subjects"] == 1
    assert sweeps.correction_owed(deps, MONDAY + DAY).get("subjects", 0) == 0
    assert states(undone, early) == {"correction_group": ["open"], "correction_plan": ["open"]}
    assert states(undone, late) == {"correction_group": ["planned"], "correction_plan": ["planned"]}


def test_each_version_that_asks_for_groups_looks_once_at_who_came_before(
    undone: Engine, app: Flask, tree: Tree, officer: Worker
) -> None:
    deps: Deps = app.extensions["deps"]
    without = replace(tree.policy, correction=None)
    with transaction(undone) as tx:
        a_policy(tx, tree.county, without, from_at=MONDAY - 100 * DAY)
        early = a_supervised(tx, tree, officer, at=MONDAY - 99 * DAY)
    with counted(undone) as statements:
        sweeps.correction_owed(deps, MONDAY)
    assert states(undone, early) == {}
    with counted(undone) as again:
        sweeps.correction_owed(deps, MONDAY + DAY)
    assert len(again) < len(statements)
    with transaction(undone) as tx:
        a_policy(tx, tree.county, tree.policy, from_at=MONDAY + 2 * DAY)
    sweeps.correction_owed(deps, MONDAY + DAY)
    assert states(undone, early) == {}
    sweeps.correction_owed(deps, MONDAY + 2 * DAY)
    assert states(undone, early) == {"correction_group": ["open"], "correction_plan": ["open"]}


def test_who_comes_of_age_needs_no_guardian_any_more(
    undone: Engine, app: Flask, clock: TestClock, officer: Worker
) -> None:
    deps: Deps = app.extensions["deps"]
    with transaction(undone) as tx:
        boy = a_subject(tx, officer, born=date(2008, 3, 4)).id
        tx.execute(update(Subject).where(Subject.id == boy).values(sex="male", minor_regime=True))
        for kind, knows in ((MemberKind.JUSTICE_OFFICE, False), (MemberKind.VOLUNTEER, True)):
            a_member(tx, officer, boy, kind, at=MONDAY, knows_minors=knows, letter_at=MONDAY, from_at=MONDAY)
    the_day_after = end_of_day(date(2026, 3, 4))
    sweeps.correction_owed(deps, the_day_after - timedelta(seconds=1))
    assert states(undone, boy)["correction_group"] == ["planned"]
    sweeps.correction_owed(deps, the_day_after + 7 * DAY)
    with transaction(undone) as tx:
        duty = tx.execute(
            text("SELECT * FROM duties WHERE subject_id = :id AND rule_code = 'correction_group'"), {"id": boy}
        ).one()
    assert (duty.state, duty.fulfilled_at) == ("fulfilled", the_day_after)
