"""The policy as versioned data, over the office's interface."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import Role
from app.rules.policy import to_mapping
from app.simulation.clock import TestClock
from app.store.session import transaction
from app.store.shipped_policies import shipped
from tests.builders.app import MONDAY
from tests.builders.offices import Tree, shipped_policy, whole_table
from tests.builders.users import Worker, a_user, logged_in

BASE = "/api/office/v1"
DAY = timedelta(days=1)
Headers = dict[str, str]
Json = dict[str, Any]


@pytest.fixture
def head(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.COUNTY_HEAD, name="毛敏")


@pytest.fixture
def headers(app: Flask, head: Worker) -> Headers:
    return logged_in(app, head)


def a_version(tree: Tree, content: Any = None, effective_from: datetime | None = None) -> Json:
    body = {"id": str(uuid4()), "office_id": str(tree.county.id), "content": content or shipped("demo")}
    return body | ({"effective_from": effective_from.isoformat()} if effective_from else {})


def test_a_version_takes_effect_and_ends_the_one_before(
    client: FlaskClient, headers: Headers, tree: Tree, clock: TestClock
) -> None:
    first = a_version(tree)
    answer = client.post(f"{BASE}/policies", json=first, headers=headers)
    assert answer.status_code == 201
    made = answer.get_json()
    assert (made["name"], made["created_by"], made["office_name"]) == ("demo", "毛敏", "江山市社区矫正管理局")
    assert (made["effective_from"], made["effective_to"]) == ("2026-03-02T09:00:00+08:00", None)
    assert made["content"]["silence_h"] == 0.1
    again = client.post(f"{BASE}/policies", json=first, headers=headers)
    assert (again.status_code, again.get_json()) == (200, made)
    second = a_version(tree, to_mapping(shipped_policy()), MONDAY + 7 * DAY)
    assert client.post(f"{BASE}/policies", json=second, headers=headers).status_code == 201
    listed = client.get(f"{BASE}/policies", headers=headers).get_json()["items"]
    assert [(version["id"], version["effective_to"]) for version in listed] == [
        (second["id"], None),
        (first["id"], "2026-03-09T09:00:00+08:00"),
        (str(tree.policy_version_id), None),
    ], "the province's is shown too: it holds where the county has none"


def test_an_object_and_its_text_are_one_policy(client: FlaskClient, headers: Headers, tree: Tree) -> None:
    as_text = a_version(tree, shipped("jiangshan"))
    as_object = as_text | {"content": to_mapping(whole_table())}
    assert client.post(f"{BASE}/policies", json=as_text, headers=headers).status_code == 201
    assert client.post(f"{BASE}/policies", json=as_object, headers=headers).status_code == 200
    other = client.post(f"{BASE}/policies", json=as_text | {"content": shipped("demo")}, headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")


def test_problems_are_told_with_their_lines(client: FlaskClient, headers: Headers, tree: Tree) -> None:
    faulty = shipped("jiangshan").replace("silence_h = 24", "silence_h = -1").replace("remind_min = 30", "")
    answer = client.post(f"{BASE}/policies", json=a_version(tree, faulty), headers=headers)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (422, "policy_faulty")
    line = next(n for n, row in enumerate(faulty.splitlines(), 1) if row.startswith("silence_h"))
    found = {(error["field"], error.get("line")) for error in problem["errors"]}
    assert found == {("content.silence_h", line), ("content.remind_min", 1)}
    assert all(error["detail"] for error in problem["errors"])


@pytest.mark.parametrize("content", ["not = = toml", "", {"name": "x"}, {}, "x = 1\n" * 30_000])
def test_what_is_no_policy_is_refused(client: FlaskClient, headers: Headers, tree: Tree, content: Any) -> None:
    body = a_version(tree) | {"content": content}
    answer = client.post(f"{BASE}/policies", json=body, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "policy_faulty")


@pytest.mark.parametrize("content", [1, None, [], True])
def test_what_is_neither_text_nor_object_cannot_be_read(
    client: FlaskClient, headers: Headers, tree: Tree, content: Any
) -> None:
    body = a_version(tree) | {"content": content}
    answer = client.post(f"{BASE}/policies", json=body, headers=headers)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "unreadable")


def test_the_past_is_not_rewritten(client: FlaskClient, headers: Headers, tree: Tree) -> None:
    late = client.post(
        f"{BASE}/policies", json=a_version(tree, effective_from=MONDAY - timedelta(seconds=61)), headers=headers
    )
    assert (late.status_code, late.get_json()["code"]) == (422, "policy_in_past")
    on_the_way = a_version(tree, effective_from=MONDAY - timedelta(seconds=59))
    made = client.post(f"{BASE}/policies", json=on_the_way, headers=headers).get_json()
    assert made["effective_from"] == "2026-03-02T09:00:00+08:00"


def test_what_is_planned_stays_and_what_comes_before_holds_until_then(
    client: FlaskClient, headers: Headers, tree: Tree
) -> None:
    week = MONDAY + 7 * DAY
    planned = a_version(tree, effective_from=week)
    assert client.post(f"{BASE}/policies", json=planned, headers=headers).status_code == 201
    same = client.post(f"{BASE}/policies", json=a_version(tree, effective_from=week), headers=headers)
    assert (same.status_code, same.get_json()["code"]) == (409, "policy_planned_later")
    before = client.post(f"{BASE}/policies", json=a_version(tree, effective_from=MONDAY + DAY), headers=headers)
    assert (before.status_code, datetime.fromisoformat(before.get_json()["effective_to"])) == (201, week)


def test_only_the_own_county(client: FlaskClient, headers: Headers, tree: Tree) -> None:
    for office in (tree.city, tree.other_county, tree.other_office):
        body = a_version(tree) | {"office_id": str(office.id)}
        assert client.post(f"{BASE}/policies", json=body, headers=headers).status_code == 404


def test_versions_that_can_concern_an_office(client: FlaskClient, headers: Headers, tree: Tree) -> None:
    for office in (tree.county, tree.office, tree.second_office):
        client.post(f"{BASE}/policies", json=a_version(tree) | {"office_id": str(office.id)}, headers=headers)
    page = client.get(f"{BASE}/policies", query_string={"office_id": str(tree.office.id)}, headers=headers).get_json()
    assert {version["office_name"] for version in page["items"]} == {
        "双塔司法所",
        "江山市社区矫正管理局",
        "浙江省司法厅",
    }
    first = client.get(f"{BASE}/policies", query_string={"limit": 3}, headers=headers).get_json()
    rest = client.get(
        f"{BASE}/policies", query_string={"limit": 3, "cursor": first["next_cursor"]}, headers=headers
    ).get_json()
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [3, 1, None]


def test_the_content_of_a_version_never_changes(
    client: FlaskClient, headers: Headers, tree: Tree, undone: Engine
) -> None:
    client.post(f"{BASE}/policies", json=a_version(tree), headers=headers)
    with pytest.raises(Exception, match="a policy version keeps its content"), transaction(undone) as tx:
        tx.execute(text("UPDATE policy_versions SET content = '{}'"))


def test_adopting_is_recorded(client: FlaskClient, headers: Headers, head: Worker, tree: Tree, undone: Engine) -> None:
    body = a_version(tree)
    client.post(f"{BASE}/policies", json=body, headers=headers)
    with transaction(undone) as tx:
        act = tx.execute(text("SELECT actor_id, action, object_id::text FROM audit")).one()
    assert tuple(act) == (head.id, "policy.adopt", body["id"])
