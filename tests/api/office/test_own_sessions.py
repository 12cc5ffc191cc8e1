"""One's own log-ins: seen, and ended from elsewhere; and one's own password."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import PASSWORD, Worker, a_user, phone_logged_in

BASE, MOBILE = "/api/office/v1", "/api/mobile/v1"
NEW = "七月的 river 与晚风"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xujianguo")


def log_in(client: FlaskClient, device: dict[str, Any] | None = None, password: str = PASSWORD) -> Any:
    body = {"login": "xujianguo", "password": password, "device": device}
    return client.post(f"{BASE}/sessions", json=body)


def headers(client: FlaskClient, device: dict[str, Any] | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {log_in(client, device).get_json()['access_token']}"}


def shown(client: FlaskClient, asking: dict[str, str]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(f"{BASE}/sessions", headers=asking).get_json()["items"]
    return items


def test_a_user_sees_and_ends_log_ins_elsewhere(
    client: FlaskClient, officer: Worker, clock: TestClock, undone: Engine
) -> None:
    phone = headers(client, {"id": str(uuid4()), "platform": "android", "model": "Mate 60", "push_token": "t"})
    clock.advance(minutes=1)
    here = headers(client)
    seen = shown(client, here)
    assert [(one["client_name"], one["on_phone"], one["current"]) for one in seen] == [
        (None, False, True),
        ("android Mate 60", True, False),
    ]
    assert client.delete(f"{BASE}/sessions/{seen[1]['id']}", headers=here).status_code == 204
    assert client.get(f"{BASE}/me", headers=phone).status_code == 401
    assert client.delete(f"{BASE}/sessions/{seen[1]['id']}", headers=here).status_code == 404
    assert len(shown(client, here)) == 1
    with transaction(undone) as tx:
        pushes = tx.execute(text("SELECT count(*) FROM push_endpoints WHERE retired_at IS NULL")).scalar_one()
        acts = tx.execute(text("SELECT action, actor_id FROM audit")).all()
    assert pushes == 0
    assert [tuple(act) for act in acts] == [("session.end", officer.id)]


def test_all_others_end_at_once(client: FlaskClient, officer: Worker, undone: Engine) -> None:
    own_phone = {"id": str(uuid4()), "platform": "ios", "push_token": "own"}
    other_phone = {"id": str(uuid4()), "platform": "android", "push_token": "other"}
    others = [headers(client), headers(client, other_phone)]
    here = headers(client, own_phone)
    assert client.delete(f"{BASE}/sessions/others", headers=here).status_code == 204
    assert [client.get(f"{BASE}/me", headers=other).status_code for other in others] == [401, 401]
    assert client.get(f"{BASE}/me", headers=here).status_code == 200
    with transaction(undone) as tx:
        pushes = tx.execute(text("SELECT address FROM push_endpoints WHERE retired_at IS NULL")).scalars().all()
    assert pushes == ["own"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("wrong", NEW, "wrong_password"),
        (PASSWORD, "short", "password_weak"),
        (PASSWORD, "xujianguo 2026 ok", "password_weak"),
        (PASSWORD, "password1234", "password_common"),
        (PASSWORD, "zhifang12345", "password_common"),
    ],
)
def test_a_new_password_is_refused_with_a_reason(
    client: FlaskClient, officer: Worker, old: str, new: str, code: str
) -> None:
    answer = client.post(f"{BASE}/me/password", json={"password": old, "new_password": new}, headers=headers(client))
    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert [error["field"] for error in answer.get_json()["errors"]] == [
        "password" if code == "wrong_password" else "new_password"
    ]


def test_a_new_password_ends_every_log_in(client: FlaskClient, officer: Worker) -> None:
    here, other = headers(client), headers(client)
    answer = client.post(f"{BASE}/me/password", json={"password": PASSWORD, "new_password": NEW}, headers=here)
    assert answer.status_code == 204
    assert [client.get(f"{BASE}/me", headers=one).status_code for one in (here, other)] == [401, 401]
    assert [log_in(client).status_code, log_in(client, password=NEW).status_code] == [401, 201]


def test_a_subject_changes_the_own_password_on_the_own_phone(
    app: Flask, client: FlaskClient, officer: Worker, undone: Engine
) -> None:
    with transaction(undone) as tx:
        subject = a_subject(tx, officer, key="wang")
    phone, device = uuid4(), {"platform": "android"}
    asking = phone_logged_in(app, subject.id, device_id=phone)
    path = f"{MOBILE}/me/password"
    weak = client.post(path, json={"password": PASSWORD, "new_password": "1234567"}, headers=asking)
    assert (weak.status_code, weak.get_json()["code"]) == (422, "password_short")
    wrong = client.post(path, json={"password": "wrong", "new_password": NEW}, headers=asking)
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "wrong_password")
    assert client.post(path, json={"password": PASSWORD, "new_password": NEW}, headers=asking).status_code == 204
    assert client.get(f"{MOBILE}/me", headers=asking).status_code == 401
    body = {"login": "wang", "password": NEW, "device": {"id": str(phone), **device}}
    assert client.post(f"{MOBILE}/sessions", json=body).status_code == 201, "the phone stays bound"
    with transaction(undone) as tx:
        act = tx.execute(text("SELECT actor_kind, subject_id FROM audit WHERE action = 'password.change'")).one()
    assert tuple(act) == ("subject", subject.id)
