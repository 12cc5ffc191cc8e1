"""The tree of offices over the office's interface."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.users import a_user, logged_in

BASE = "/api/office/v1"
Json = dict[str, Any]


@pytest.fixture
def admin(app: Flask, undone: Engine, tree: Tree) -> dict[str, str]:
    """The headers of the county's admin."""
    with transaction(undone) as tx:
        return logged_in(app, a_user(tx, tree.county, Role.ADMIN))


def an_office(parent_id: UUID, **changes: Any) -> Json:
    body = {"id": str(uuid4()), "parent_id": str(parent_id), "level": "justice_office", "code": "he-cun"}
    return body | {"name": "贺村司法所", "phone": "0570-4550000"} | changes


def test_an_admin_adds_an_office(client: FlaskClient, admin: dict[str, str], tree: Tree, undone: Engine) -> None:
    body = an_office(tree.county.id)
    answer = client.post(f"{BASE}/offices", json=body, headers=admin)
    assert answer.status_code == 201
    made = answer.get_json()
    assert made["path"] == "330000.330800.330881.he-cun"
    assert made["created_at"] == "2026-03-02T09:00:00+08:00"
    again = client.post(f"{BASE}/offices", json=body, headers=admin)
    assert (again.status_code, again.get_json()) == (200, made)
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT action, object_id FROM audit")).all()
    assert [tuple(act) for act in acts] == [("office.add", UUID(body["id"]))]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"code": "jiangshan-hushan"}, 409, "office_exists"),
        ({"level": "county", "code": "330881"}, 422, "office_parent_unfit"),
        ({"code": "a.b"}, 422, "office_code_unfit"),
        ({"parent_id": str(uuid4())}, 404, "not_found"),
        ({"level": "town"}, 422, "unreadable"),
        ({"name": ""}, 422, "unreadable"),
        ({"extra": 1}, 422, "unreadable"),
    ],
)
def test_an_office_that_does_not_fit(
    client: FlaskClient, admin: dict[str, str], tree: Tree, changes: Json, status: int, code: str
) -> None:
    answer = client.post(f"{BASE}/offices", json=an_office(tree.county.id) | changes, headers=admin)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_an_id_is_not_used_twice(client: FlaskClient, admin: dict[str, str], tree: Tree) -> None:
    body = an_office(tree.county.id)
    client.post(f"{BASE}/offices", json=body, headers=admin)
    answer = client.post(f"{BASE}/offices", json=body | {"name": "另一个所"}, headers=admin)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "id_reused")


def test_an_admin_stays_below(client: FlaskClient, admin: dict[str, str], tree: Tree) -> None:
    for above in (tree.city.id, tree.other_county.id):
        body = an_office(above, level="county", code="330803")
        assert client.post(f"{BASE}/offices", json=body, headers=admin).status_code == 404


def test_name_and_phone_change_and_nothing_else(client: FlaskClient, admin: dict[str, str], tree: Tree) -> None:
    path = f"{BASE}/offices/{tree.office.id}"
    changed = client.patch(path, json={"name": "双塔街道司法所", "phone": None}, headers=admin).get_json()
    assert (changed["name"], changed["phone"], changed["code"]) == ("双塔街道司法所", None, "jiangshan-shuangta")
    assert client.patch(path, json={"code": "x"}, headers=admin).status_code == 422
    assert client.patch(path, json={"name": None}, headers=admin).status_code == 422


def test_the_tree_in_pages(app: Flask, client: FlaskClient, undone: Engine, tree: Tree) -> None:
    with transaction(undone) as tx:
        headers = logged_in(app, a_user(tx, tree.city, Role.CITY_STAFF))
    names, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = client.get(f"{BASE}/offices", query_string={"limit": 2, "cursor": cursor}, headers=headers).get_json()
        names += [office["name"] for office in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert pages == 3
    assert names == [
        "衢州市司法局",
        "龙游县社区矫正管理局",
        "龙洲司法所",
        "江山市社区矫正管理局",
        "虎山司法所",
        "双塔司法所",
    ]


def test_offices_of_a_level(client: FlaskClient, admin: dict[str, str]) -> None:
    page = client.get(f"{BASE}/offices", query_string={"level": "justice_office"}, headers=admin).get_json()
    assert [office["name"] for office in page["items"]] == ["虎山司法所", "双塔司法所"]


@pytest.mark.parametrize("cursor", ["x", "WyJhIiwgImIiXQ==", "MQ==", "8J+YgA=="])
def test_a_cursor_of_another_list(client: FlaskClient, admin: dict[str, str], cursor: str) -> None:
    answer = client.get(f"{BASE}/offices", query_string={"cursor": cursor}, headers=admin)
    assert answer.status_code == 422
