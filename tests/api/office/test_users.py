"""Admins manage the users of their own offices, and nobody else's."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import Role
from app.rules.offices import Site
from app.simulation.clock import TestClock
from app.store import accounts
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.offices import Tree
from tests.builders.users import PASSWORD, Worker, a_user, logged_in
from tests.statements import counted

BASE = "/api/office/v1"
NEW_PASSWORD = "xin mi ma 2026"
Headers = dict[str, str]
Json = dict[str, Any]


@pytest.fixture
def chief(undone: Engine, tree: Tree) -> Worker:
    """The county's admin."""
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.ADMIN, login="chief")


@pytest.fixture
def admin(app: Flask, chief: Worker) -> Headers:
    return logged_in(app, chief)


@pytest.fixture
def officer(undone: Engine, tree: Tree, chief: Worker) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xujianguo")


def a_new_user(office: Site, role: str = "officer", **changes: Any) -> Json:
    given = {"id": str(uuid4()), "role": role, "office_id": str(office.id)}
    body = {"id": str(uuid4()), "login": "zhoulan", "name": "周岚", "phone": "13900000000", "password": PASSWORD}
    return body | {"role": given} | changes


def status_of_log_in(client: FlaskClient, login: str, password: str) -> int:
    return client.post(f"{BASE}/sessions", json={"login": login, "password": password}).status_code


def test_an_added_user_can_log_in(client: FlaskClient, admin: Headers, tree: Tree) -> None:
    body = a_new_user(tree.office)
    answer = client.post(f"{BASE}/users", json=body, headers=admin)
    assert answer.status_code == 201
    made = answer.get_json()
    assert (made["login"], made["name"], made["disabled"]) == ("zhoulan", "周岚", False)
    assert [(role["role"], role["office_name"]) for role in made["roles"]] == [("officer", "双塔司法所")]
    assert "password" not in answer.get_data(as_text=True)
    assert status_of_log_in(client, "zhoulan", PASSWORD) == 201
    again = client.post(f"{BASE}/users", json=body, headers=admin)
    assert (again.status_code, again.get_json()) == (200, made)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"login": "chief"}, 409, "login_taken"),
        ({"password": "11112222"}, 422, "password_weak"),
        ({"password": "zhoulan-zhoulan"}, 422, "password_weak"),
        ({"login": "z"}, 422, "unreadable"),
        ({"name": "a\x00b"}, 422, "unreadable"),
    ],
)
def test_a_user_that_does_not_fit(
    client: FlaskClient, admin: Headers, tree: Tree, changes: Json, status: int, code: str
) -> None:
    body = a_new_user(tree.office, **changes)
    answer = client.post(f"{BASE}/users", json=body, headers=admin)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (status, code)


def test_a_role_fits_its_office(client: FlaskClient, admin: Headers, tree: Tree) -> None:
    answer = client.post(f"{BASE}/users", json=a_new_user(tree.office, "county_head"), headers=admin)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "role_unfit")


def test_an_id_is_not_used_twice(client: FlaskClient, admin: Headers, tree: Tree) -> None:
    body = a_new_user(tree.office)
    client.post(f"{BASE}/users", json=body, headers=admin)
    for changes in ({"name": "别人"}, {"role": body["role"] | {"role": "aide"}}):
        answer = client.post(f"{BASE}/users", json=body | changes, headers=admin)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "id_reused")


def test_users_of_the_own_offices(
    client: FlaskClient, admin: Headers, undone: Engine, tree: Tree, officer: Worker
) -> None:
    with transaction(undone) as tx:
        a_user(tx, tree.other_office, login="beyond")
        a_user(tx, tree.second_office, login="aaa")
    with counted(undone) as sent:
        page = client.get(f"{BASE}/users", headers=admin).get_json()
    assert [user["login"] for user in page["items"]] == ["aaa", "chief", "xujianguo"]
    assert len(sent) == 3, "who asks, the users, their roles"
    of_office = client.get(f"{BASE}/users", query_string={"office_id": str(tree.office.id)}, headers=admin).get_json()
    assert [user["login"] for user in of_office["items"]] == ["xujianguo"]
    first = client.get(f"{BASE}/users", query_string={"limit": 2}, headers=admin).get_json()
    rest = client.get(
        f"{BASE}/users", query_string={"limit": 2, "cursor": first["next_cursor"]}, headers=admin
    ).get_json()
    assert [len(first["items"]), len(rest["items"]), rest["next_cursor"]] == [2, 1, None]


def test_a_further_role_and_its_withdrawal(
    app: Flask, client: FlaskClient, admin: Headers, tree: Tree, officer: Worker, clock: TestClock
) -> None:
    theirs = logged_in(app, officer)
    beside = f"{BASE}/offices/{tree.second_office.id}"
    assert client.get(beside, headers=theirs).status_code == 404
    body = {"id": str(uuid4()), "role": "officer", "office_id": str(tree.second_office.id)}
    given = client.post(f"{BASE}/users/{officer.id}/roles", json=body, headers=admin)
    assert (given.status_code, len(given.get_json()["roles"])) == (201, 2)
    assert client.post(f"{BASE}/users/{officer.id}/roles", json=body, headers=admin).status_code == 200
    held = client.post(f"{BASE}/users/{officer.id}/roles", json=body | {"id": str(uuid4())}, headers=admin)
    assert (held.status_code, held.get_json()["code"]) == (409, "role_held")
    assert client.get(beside, headers=theirs).status_code == 200
    clock.advance(minutes=1)
    assert client.delete(f"{BASE}/users/{officer.id}/roles/{body['id']}", headers=admin).status_code == 204
    assert client.get(beside, headers=theirs).status_code == 404
    again = body | {"id": str(uuid4())}
    assert client.post(f"{BASE}/users/{officer.id}/roles", json=again, headers=admin).status_code == 201


def test_whoever_lost_every_role_can_be_given_one_again(
    client: FlaskClient, admin: Headers, officer: Worker, tree: Tree
) -> None:
    (role,) = client.get(f"{BASE}/users/{officer.id}", headers=admin).get_json()["roles"]
    client.delete(f"{BASE}/users/{officer.id}/roles/{role['id']}", headers=admin)
    listed = client.get(f"{BASE}/users", headers=admin).get_json()["items"]
    assert "xujianguo" not in [user["login"] for user in listed]
    former = client.get(f"{BASE}/users", query_string={"former": "true"}, headers=admin).get_json()["items"]
    assert [user["login"] for user in former] == ["xujianguo"]
    body = {"id": str(uuid4()), "role": "aide", "office_id": str(tree.second_office.id)}
    assert client.post(f"{BASE}/users/{officer.id}/roles", json=body, headers=admin).status_code == 201


def test_a_new_password_ends_every_log_in(app: Flask, client: FlaskClient, admin: Headers, officer: Worker) -> None:
    theirs = logged_in(app, officer)
    answer = client.post(f"{BASE}/users/{officer.id}/password", json={"password": NEW_PASSWORD}, headers=admin)
    assert answer.status_code == 204
    assert client.get(f"{BASE}/me", headers=theirs).status_code == 401
    assert status_of_log_in(client, "xujianguo", PASSWORD) == 401
    assert status_of_log_in(client, "xujianguo", NEW_PASSWORD) == 201


def test_a_closed_account_and_its_reopening(app: Flask, client: FlaskClient, admin: Headers, officer: Worker) -> None:
    theirs = logged_in(app, officer)
    assert client.post(f"{BASE}/users/{officer.id}/disable", headers=admin).get_json()["disabled"] is True
    assert client.get(f"{BASE}/me", headers=theirs).status_code == 401
    assert status_of_log_in(client, "xujianguo", PASSWORD) == 401
    assert client.post(f"{BASE}/users/{officer.id}/enable", headers=admin).get_json()["disabled"] is False
    assert client.get(f"{BASE}/me", headers=theirs).status_code == 401, "a log-in does not come back to life"
    assert status_of_log_in(client, "xujianguo", PASSWORD) == 201


def test_an_admin_does_not_manage_who_also_works_above(
    client: FlaskClient, admin: Headers, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        both = a_user(tx, tree.office, login="both")
        accounts.give_role(tx, uuid4(), both.id, Role.CITY_STAFF, tree.city.id, now=MONDAY)
    for path, body in (("password", {"password": NEW_PASSWORD}), ("disable", None), ("enable", None)):
        answer = client.post(f"{BASE}/users/{both.id}/{path}", json=body, headers=admin)
        assert (answer.status_code, answer.get_json()["code"]) == (403, "user_above")
    assert client.patch(f"{BASE}/users/{both.id}", json={"name": "x"}, headers=admin).status_code == 403
    shown = client.get(f"{BASE}/users/{both.id}", headers=admin).get_json()
    assert [role["role"] for role in shown["roles"]] == ["officer"], "roles elsewhere are not told"


def test_nobody_changes_the_own_roles(client: FlaskClient, admin: Headers, chief: Worker, tree: Tree) -> None:
    body = {"id": str(uuid4()), "role": "county_head", "office_id": str(tree.county.id)}
    answer = client.post(f"{BASE}/users/{chief.id}/roles", json=body, headers=admin)
    assert (answer.status_code, answer.get_json()["code"]) == (403, "own_account")
    assert client.post(f"{BASE}/users/{chief.id}/disable", headers=admin).status_code == 403
    (role,) = client.get(f"{BASE}/users/{chief.id}", headers=admin).get_json()["roles"]
    assert client.delete(f"{BASE}/users/{chief.id}/roles/{role['id']}", headers=admin).status_code == 403


def test_a_role_of_somebody_else_is_not_found_here(
    client: FlaskClient, admin: Headers, officer: Worker, chief: Worker
) -> None:
    (role,) = client.get(f"{BASE}/users/{chief.id}", headers=admin).get_json()["roles"]
    assert client.delete(f"{BASE}/users/{officer.id}/roles/{role['id']}", headers=admin).status_code == 404


def test_what_admins_do_is_recorded(
    client: FlaskClient, admin: Headers, chief: Worker, officer: Worker, undone: Engine
) -> None:
    client.post(f"{BASE}/users/{officer.id}/password", json={"password": NEW_PASSWORD}, headers=admin)
    client.post(f"{BASE}/users/{officer.id}/disable", headers=admin)
    client.post(f"{BASE}/users/{officer.id}/disable", headers=admin)
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT actor_id, action, object_id, details::text FROM audit ORDER BY id")).all()
    assert [(act.actor_id, act.action, act.object_id) for act in acts] == [
        (chief.id, "password.set", officer.id),
        (chief.id, "user.disable", officer.id),
    ]
    assert not any(NEW_PASSWORD in act.details or officer.name in act.details for act in acts)


def test_an_officer_sees_colleagues_and_changes_nobody(app: Flask, client: FlaskClient, officer: Worker) -> None:
    theirs = logged_in(app, officer)
    assert [user["login"] for user in client.get(f"{BASE}/users", headers=theirs).get_json()["items"]] == ["xujianguo"]
    assert client.patch(f"{BASE}/users/{officer.id}", json={"name": "x"}, headers=theirs).status_code == 403
    assert UUID(client.get(f"{BASE}/me", headers=theirs).get_json()["id"]) == officer.id


def test_everybody_changes_the_own_password(app: Flask, client: FlaskClient, officer: Worker, undone: Engine) -> None:
    theirs = logged_in(app, officer)
    body = {"password": PASSWORD, "new_password": NEW_PASSWORD}
    wrong = client.post(f"{BASE}/me/password", json=body | {"password": "wrong"}, headers=theirs)
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "wrong_password")
    weak = client.post(f"{BASE}/me/password", json=body | {"new_password": "xujianguo"}, headers=theirs)
    assert [error["field"] for error in weak.get_json()["errors"]] == ["new_password"]
    assert client.post(f"{BASE}/me/password", json=body, headers=theirs).status_code == 204
    assert client.get(f"{BASE}/me", headers=theirs).status_code == 401
    assert status_of_log_in(client, "xujianguo", PASSWORD) == 401
    assert status_of_log_in(client, "xujianguo", NEW_PASSWORD) == 201
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT actor_id, action FROM audit")).all()
    assert [tuple(act) for act in acts] == [(officer.id, "password.change")]


def test_the_own_password_is_not_guessed_at_either(app: Flask, client: FlaskClient, officer: Worker) -> None:
    theirs, body = logged_in(app, officer), {"password": "wrong", "new_password": NEW_PASSWORD}
    statuses = [client.post(f"{BASE}/me/password", json=body, headers=theirs).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
