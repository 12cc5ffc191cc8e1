"""A subject's phone logs in: the first one is bound, another one waits for an officer."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import Channel
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.offices import Tree
from tests.builders.subjects import ASubject, a_subject
from tests.builders.users import PASSWORD, Worker, a_user, logged_in
from tests.statements import counted

BASE, OFFICE = "/api/mobile/v1", "/api/office/v1"
PHONE, NEW_PHONE = uuid4(), uuid4()
Json = dict[str, Any]


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xujianguo")


@pytest.fixture
def subject(undone: Engine, officer: Worker) -> ASubject:
    with transaction(undone) as tx:
        return a_subject(tx, officer, key="wang")


def log_in(client: FlaskClient, login: str = "wang", phone: UUID = PHONE, **changes: Any) -> Json:
    device = {"id": str(phone), "platform": "android", "model": "HUAWEI Mate 60", "app_version": "1.0"} | changes
    answer = client.post(f"{BASE}/sessions", json={"login": login, "password": PASSWORD, "device": device})
    return {"status": answer.status_code, **answer.get_json()}


def me(client: FlaskClient, tokens: Json) -> int:
    return client.get(f"{BASE}/me", headers={"Authorization": f"Bearer {tokens['access_token']}"}).status_code


def release(client: FlaskClient, app: Flask, officer: Worker, subject: ASubject) -> tuple[int, Any]:
    answer = client.post(
        f"{OFFICE}/subjects/{subject.id}/device/release", json={"reason": "手机遗失"}, headers=logged_in(app, officer)
    )
    return answer.status_code, answer.get_json(silent=True)


def test_the_first_log_in_binds_the_phone(client: FlaskClient, subject: ASubject, clock: TestClock) -> None:
    tokens = log_in(client)
    assert (tokens["status"], tokens["session_expires_at"]) == (201, "2026-04-01T09:00:00+08:00")
    assert me(client, tokens) == 200
    clock.advance(days=20)
    assert log_in(client)["status"] == 201


def test_another_phone_is_told_what_to_do(client: FlaskClient, subject: ASubject) -> None:
    log_in(client)
    refused = log_in(client, phone=NEW_PHONE)
    assert (refused["status"], refused["code"]) == (409, "device_not_bound")
    assert "司法所" in refused["detail"]


def test_a_phone_belongs_to_one_subject(
    client: FlaskClient, subject: ASubject, undone: Engine, officer: Worker
) -> None:
    with transaction(undone) as tx:
        a_subject(tx, officer, key="li")
    log_in(client)
    assert log_in(client, "li")["code"] == "device_not_bound"


@pytest.mark.parametrize(("login", "password"), [("wang", "wrong"), ("nobody", PASSWORD)])
def test_whatever_is_wrong_the_answer_is_the_same(
    client: FlaskClient, subject: ASubject, login: str, password: str
) -> None:
    device = {"id": str(PHONE), "platform": "android"}
    answer = client.post(f"{BASE}/sessions", json={"login": login, "password": password, "device": device})
    assert (answer.status_code, answer.get_json()["code"]) == (401, "wrong_login")


@pytest.mark.parametrize("status", ["noticed", "ended"])
def test_nobody_logs_in_before_or_after_correction(
    client: FlaskClient, subject: ASubject, undone: Engine, status: str
) -> None:
    tokens = log_in(client)
    with transaction(undone) as tx:
        tx.execute(text("UPDATE subjects SET status = :status WHERE id = :id"), {"status": status, "id": subject.id})
    assert (log_in(client)["status"], log_in(client)["code"]) == (401, "wrong_login")
    assert me(client, tokens) == 401
    refreshed = client.post(f"{BASE}/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401


def test_a_released_phone_is_out_at_the_next_request(
    app: Flask, client: FlaskClient, subject: ASubject, officer: Worker, undone: Engine
) -> None:
    tokens = log_in(client, push_token="here")
    assert release(client, app, officer, subject) == (204, None)
    assert me(client, tokens) == 401
    refreshed = client.post(f"{BASE}/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401
    with transaction(undone) as tx:
        live = tx.execute(text("SELECT count(*) FROM push_endpoints WHERE retired_at IS NULL")).scalar_one()
        act = tx.execute(text("SELECT actor_id, subject_id, reason FROM audit WHERE action = 'device.release'")).one()
    assert live == 0
    assert tuple(act) == (officer.id, subject.id, "手机遗失")


def test_after_the_release_a_new_phone_is_bound_and_the_old_one_is_not(
    app: Flask, client: FlaskClient, subject: ASubject, officer: Worker, clock: TestClock
) -> None:
    log_in(client)
    release(client, app, officer, subject)
    clock.advance(minutes=1)
    assert log_in(client, phone=NEW_PHONE)["status"] == 201
    assert log_in(client)["code"] == "device_not_bound"


def test_nothing_to_release(app: Flask, client: FlaskClient, subject: ASubject, officer: Worker) -> None:
    status, problem = release(client, app, officer, subject)
    assert (status, problem["code"]) == (409, "no_device_bound")


def test_a_phone_that_was_handed_on_starts_with_nothing_of_the_last_person(
    app: Flask, client: FlaskClient, subject: ASubject, officer: Worker, undone: Engine, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        a_subject(tx, officer, key="li", name="李四")
    old = log_in(client, push_token="one")
    release(client, app, officer, subject)
    clock.advance(minutes=1)
    new = log_in(client, "li", push_token="one")
    headers = {"Authorization": f"Bearer {new['access_token']}"}
    assert client.get(f"{BASE}/me", headers=headers).get_json()["name"] == "李四"
    assert me(client, old) == 401
    with transaction(undone) as tx:
        holders = tx.execute(
            text("SELECT s.name FROM push_endpoints e JOIN subjects s ON s.id = e.owner_id WHERE e.retired_at IS NULL")
        ).scalars()
        assert list(holders) == ["李四"]


def test_a_used_refresh_token_ends_the_phone(client: FlaskClient, subject: ASubject, undone: Engine) -> None:
    tokens = log_in(client)
    newest = client.post(f"{BASE}/sessions/refresh", json={"refresh_token": tokens["refresh_token"]}).get_json()
    again = client.post(f"{BASE}/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert (again.status_code, again.get_json()["code"]) == (401, "session_ended")
    assert me(client, newest) == 401
    with transaction(undone) as tx:
        act = tx.execute(text("SELECT actor_kind, subject_id FROM audit WHERE action = 'session.reuse'")).one()
    assert tuple(act) == ("subject", subject.id)
    assert log_in(client)["status"] == 201, "the phone stays bound"


def test_a_month_without_a_refresh_ends_the_log_in(client: FlaskClient, subject: ASubject, clock: TestClock) -> None:
    tokens = log_in(client)
    clock.advance(timedelta(days=30))
    refreshed = client.post(f"{BASE}/sessions/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert refreshed.status_code == 401


def test_logging_out_keeps_the_phone_bound(client: FlaskClient, subject: ASubject) -> None:
    tokens = log_in(client)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert client.delete(f"{BASE}/sessions/current", headers=headers).status_code == 204
    assert me(client, tokens) == 401
    assert log_in(client, phone=NEW_PHONE)["code"] == "device_not_bound"


def test_a_phone_is_heard_by_asking(client: FlaskClient, subject: ASubject, undone: Engine, clock: TestClock) -> None:
    tokens = log_in(client)
    heard_at = clock.advance(minutes=7)
    me(client, tokens)
    with transaction(undone) as tx:
        assert tx.execute(text("SELECT last_heard_at FROM subject_states")).scalar_one() == heard_at


def test_without_a_smartphone_there_is_no_log_in(client: FlaskClient, undone: Engine, officer: Worker) -> None:
    with transaction(undone) as tx:
        a_subject(tx, officer, key="zhao", channel=Channel.NO_SMARTPHONE)
    assert log_in(client, "zhao")["code"] == "wrong_login"


def test_how_many_statements_a_log_in_takes(client: FlaskClient, undone: Engine, subject: ASubject) -> None:
    with counted(undone) as sent:
        log_in(client, push_token="one")
    assert len(sent) == 11, "account; five of the lanes; state, binding, nothing known of the phone, session, push"
    with counted(undone) as sent:
        tokens = log_in(client, push_token="one")
    assert len(sent) == 9
    with counted(undone) as sent:
        me(client, tokens)
    assert len(sent) == 4, "who asks, and is heard; and then the file, the policy and the zones"
