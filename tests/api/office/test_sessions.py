"""Officers log in, refresh, log out; and what makes a log-in end."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store import accounts
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.users import PASSWORD, Worker, a_user, logged_in
from tests.statements import counted

BASE = "/api/office/v1"
Json = dict[str, Any]


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xujianguo")


def a_phone(**changes: Any) -> Json:
    return {"id": str(uuid4()), "platform": "android", "push_token": f"token-{uuid4()}"} | changes


def log_in(client: FlaskClient, login: str = "xujianguo", password: str = PASSWORD, device: Json | None = None) -> Json:
    answer = client.post(f"{BASE}/sessions", json={"login": login, "password": password, "device": device})
    return {"status": answer.status_code, **answer.get_json()}


def refresh(client: FlaskClient, token: str) -> Json:
    answer = client.post(f"{BASE}/sessions/refresh", json={"refresh_token": token})
    return {"status": answer.status_code, **answer.get_json()}


def me(client: FlaskClient, tokens: Json) -> int:
    return client.get(f"{BASE}/me", headers={"Authorization": f"Bearer {tokens['access_token']}"}).status_code


def log_out(client: FlaskClient, tokens: Json) -> int:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return client.delete(f"{BASE}/sessions/current", headers=headers).status_code


def endpoints(engine: Engine) -> set[tuple[str, str]]:
    """Who listens at which address now."""
    with transaction(engine) as tx:
        rows = tx.execute(
            text(
                "SELECT u.login, e.address FROM push_endpoints e JOIN users u ON u.id = e.owner_id"
                " WHERE e.retired_at IS NULL"
            )
        )
        return {(row.login, row.address) for row in rows}


def test_a_log_in_opens_the_office(client: FlaskClient, officer: Worker) -> None:
    tokens = log_in(client)
    assert tokens["status"] == 201
    assert tokens["expires_in"] == 900
    assert tokens["session_expires_at"] == "2026-03-02T21:00:00+08:00"
    assert me(client, tokens) == 200


@pytest.mark.parametrize(("login", "password"), [("xujianguo", "wrong"), ("nobody", PASSWORD), ("XuJianGuo", PASSWORD)])
def test_whatever_is_wrong_the_answer_is_the_same(
    client: FlaskClient, officer: Worker, login: str, password: str
) -> None:
    refused = log_in(client, login, password)
    assert (refused["status"], refused["code"]) == (401, "wrong_login")
    assert refused["detail"].startswith("账号或密码不正确")


def test_a_disabled_user_is_as_good_as_unknown(
    client: FlaskClient, undone: Engine, officer: Worker, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        accounts.set_disabled(tx, officer.id, clock.now())
    assert log_in(client)["code"] == "wrong_login"


def test_the_access_token_ends_by_the_services_clock(client: FlaskClient, officer: Worker, clock: TestClock) -> None:
    tokens = log_in(client)
    clock.advance(minutes=14, seconds=59)
    assert me(client, tokens) == 200
    clock.advance(seconds=1)
    assert me(client, tokens) == 401


def test_refreshing_goes_on_and_on(client: FlaskClient, officer: Worker, clock: TestClock) -> None:
    tokens = log_in(client)
    for _ in range(3):
        clock.advance(hours=11)
        tokens = refresh(client, tokens["refresh_token"])
        assert tokens["status"] == 200
    assert me(client, tokens) == 200


@pytest.mark.parametrize(("device", "term"), [(None, timedelta(hours=12)), (a_phone(), timedelta(days=7))])
def test_a_log_in_that_is_not_refreshed_ends(
    client: FlaskClient, officer: Worker, clock: TestClock, device: Json | None, term: timedelta
) -> None:
    tokens = log_in(client, device=device)
    clock.advance(term)
    assert refresh(client, tokens["refresh_token"])["code"] == "session_ended"


def test_a_used_refresh_token_ends_every_log_in_of_the_device(
    client: FlaskClient, officer: Worker, undone: Engine, tree: Tree
) -> None:
    phone = a_phone()
    with transaction(undone) as tx:
        a_user(tx, tree.office, login="colleague")
    stolen = log_in(client, device=phone)
    shared = log_in(client, "colleague", device=phone)
    elsewhere = log_in(client)
    newest = refresh(client, stolen["refresh_token"])
    assert me(client, newest) == 200
    again = refresh(client, stolen["refresh_token"])
    assert (again["status"], again["code"]) == (401, "session_ended")
    assert [me(client, tokens) for tokens in (newest, shared, elsewhere)] == [401, 401, 200]
    assert refresh(client, newest["refresh_token"])["status"] == 401
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT action, actor_kind, actor_id FROM audit")).all()
    assert [tuple(act) for act in acts] == [("session.reuse", "user", officer.id)]


def test_without_a_device_reuse_ends_that_log_in_alone(client: FlaskClient, officer: Worker) -> None:
    stolen, other = log_in(client), log_in(client)
    newest = refresh(client, stolen["refresh_token"])
    refresh(client, stolen["refresh_token"])
    assert [me(client, newest), me(client, other)] == [401, 200]


@pytest.mark.parametrize("token", ["x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_a_forged_refresh_token_is_none(client: FlaskClient, officer: Worker, token: str) -> None:
    assert refresh(client, token)["code"] == "session_ended"


def test_tokens_are_not_taken_for_one_another(client: FlaskClient, officer: Worker) -> None:
    tokens = log_in(client)
    assert refresh(client, tokens["access_token"])["status"] == 401
    assert me(client, {"access_token": tokens["refresh_token"]}) == 401
    mobile = client.post("/api/mobile/v1/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert mobile.status_code == 401


def test_logging_out_ends_tokens_and_pushes(client: FlaskClient, officer: Worker, undone: Engine) -> None:
    tokens = log_in(client, device=a_phone(push_token="here"))
    assert endpoints(undone) == {("xujianguo", "here")}
    assert log_out(client, tokens) == 204
    assert me(client, tokens) == 401
    assert refresh(client, tokens["refresh_token"])["status"] == 401
    assert endpoints(undone) == set()


def test_a_phone_has_one_log_in_of_a_person(client: FlaskClient, officer: Worker) -> None:
    phone = a_phone()
    first, second = log_in(client, device=phone), log_in(client, device=phone)
    assert [me(client, first), me(client, second)] == [401, 200]


def test_a_push_address_goes_with_its_holder(client: FlaskClient, officer: Worker, undone: Engine, tree: Tree) -> None:
    with transaction(undone) as tx:
        a_user(tx, tree.office, login="colleague")
    phone = a_phone(push_token="one")
    log_in(client, device=phone)
    log_in(client, device=phone)
    assert endpoints(undone) == {("xujianguo", "one")}
    log_in(client, device=phone | {"push_token": "two"})
    assert endpoints(undone) == {("xujianguo", "two")}, "a new address takes the place of the old one"
    log_in(client, device={key: value for key, value in phone.items() if key != "push_token"})
    assert endpoints(undone) == {("xujianguo", "two")}, "to say nothing changes nothing"
    log_in(client, device=a_phone(push_token="two"))
    assert endpoints(undone) == {("xujianguo", "two")}, "an address has one device"
    tokens = log_in(client, "colleague", device=a_phone(push_token="two"))
    assert endpoints(undone) == {("colleague", "two")}, "and one holder"
    log_out(client, tokens)
    log_in(client, device=a_phone(push_token="two"))
    assert endpoints(undone) == {("xujianguo", "two")}, "an address comes back"


def test_who_takes_over_a_phone_takes_it_from_the_last_one(
    client: FlaskClient, officer: Worker, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        a_user(tx, tree.office, login="colleague")
    phone = a_phone(push_token="one")
    log_in(client, device=phone)
    log_in(client, "colleague", device=phone | {"push_token": None})
    assert endpoints(undone) == set()


def test_a_withdrawn_role_counts_no_more_at_the_next_request(
    app: Flask, client: FlaskClient, officer: Worker, undone: Engine, clock: TestClock
) -> None:
    headers = logged_in(app, officer)
    assert client.get(f"{BASE}/users", headers=headers).status_code == 200
    with transaction(undone) as tx:
        role_id = tx.execute(text("SELECT id FROM user_roles WHERE user_id = :id"), {"id": officer.id}).scalar_one()
        accounts.withdraw_role(tx, role_id, now=clock.now())
    assert client.get(f"{BASE}/users", headers=headers).status_code == 403


def test_me_tells_roles_and_what_they_permit(app: Flask, client: FlaskClient, undone: Engine, tree: Tree) -> None:
    with transaction(undone) as tx:
        head = a_user(tx, tree.county, Role.COUNTY_HEAD, login="head", name="毛敏")
    answer = client.get(f"{BASE}/me", headers=logged_in(app, head)).get_json()
    assert (answer["login"], answer["name"], answer["disabled"]) == ("head", "毛敏", False)
    assert [(role["role"], role["office_name"]) for role in answer["roles"]] == [
        ("county_head", "江山市社区矫正管理局")
    ]
    assert "orders.decide" in answer["actions"]
    assert "users.change" not in answer["actions"]


def test_how_many_statements_a_log_in_takes(client: FlaskClient, undone: Engine, officer: Worker) -> None:
    with counted(undone) as sent:
        tokens = log_in(client, device=a_phone())
    assert len(sent) == 9, "account; lanes seen, made, locked, counted, settled; second factor; session, push address"
    with counted(undone) as sent:
        refreshed = refresh(client, tokens["refresh_token"])
    assert len(sent) == 2, "the session's lock, and its next generation"
    with counted(undone) as sent:
        me(client, refreshed)
    assert len(sent) == 3, "who asks; and then the user, and the roles"
