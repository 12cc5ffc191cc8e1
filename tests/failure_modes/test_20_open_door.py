"""Failure mode 20, the open door: what must never let anybody in.

The walk over every route, role and office is `tests/guards/test_every_route.py`, and over every page
`tests/web/test_every_page.py`. Headers, forms and cookies are walked in `tests/guards/test_headers.py`, and what is
withdrawn in `tests/guards/test_withdrawn.py`. Here stand the single doors.
"""

import base64
from collections.abc import Iterator
from hashlib import sha256
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.config import Mode, SettingsError, load_settings
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import ASubject, a_subject
from tests.builders.users import PASSWORD, Worker, a_user, logged_in, phone_logged_in

MOBILE, OFFICE = "/api/mobile/v1", "/api/office/v1"
PHONE = uuid4()

PRODUCTION = {
    "ZHIFANG_MODE": "production",
    "DATABASE_URL": "postgresql://zhifang_app@localhost/zhifang",
    "ZHIFANG_TOKEN_SECRET": "9f3c1d7a5be24860b1c7e3f2a4d6980c",
    "ZHIFANG_WEB_SECRET": "07ad41c98e5b4f32a6d0c3b9e1f87254",
    "ZHIFANG_WINDOW_SECRET": "c5e80b7149fa4d6c93b2e7d1085fa346",
    "ZHIFANG_IDENTITY_KEY": base64.b64encode(sha256(b"one").digest()).decode(),
    "ZHIFANG_IDENTITY_HASH_KEY": base64.b64encode(sha256(b"two").digest()).decode(),
}


def refused(**changes: str) -> list[str]:
    """What a start in production says to these settings."""
    with pytest.raises(SettingsError) as told:
        load_settings(PRODUCTION | changes)
    return told.value.problems


def test_production_starts_with_secrets_of_its_own() -> None:
    assert load_settings(PRODUCTION).mode is Mode.PRODUCTION


def test_production_is_what_nobody_chose() -> None:
    unsaid = {name: value for name, value in PRODUCTION.items() if name != "ZHIFANG_MODE"}
    assert load_settings(unsaid).mode is Mode.PRODUCTION


@pytest.mark.parametrize("name", ["ZHIFANG_TOKEN_SECRET", "ZHIFANG_WEB_SECRET", "ZHIFANG_WINDOW_SECRET"])
@pytest.mark.parametrize(
    "secret",
    [
        "",
        "short",
        "9f3c1d7a5be24860b1c7e3f2a4d6980",
        "changeme" * 8,
        "secret-secret-secret-secret-secret!",
        "a" * 64,
        "9f3c1d7a" * 4,
        "0123456789abcdef" * 2,
        "abcdefghijklmnopqrstuvwxyz012345",
        "ZYXWVUTSRQPONMLKJIHGFEDCBA987654",
    ],
)
def test_production_refuses_a_default_or_short_secret(name: str, secret: str) -> None:
    assert any(problem.startswith(name) for problem in refused(**{name: secret}))


@pytest.mark.parametrize("name", ["ZHIFANG_IDENTITY_KEY", "ZHIFANG_IDENTITY_HASH_KEY"])
@pytest.mark.parametrize(
    "key",
    [
        "",
        "no base64!",
        base64.b64encode(sha256(b"one").digest()[:31]).decode(),
        base64.b64encode(bytes(32)).decode(),
        base64.b64encode(bytes(range(32))).decode(),
        base64.b64encode(b"sixteen bytes!!!" * 2).decode(),
        base64.b64encode(b"changeme" * 4).decode(),
    ],
)
def test_production_refuses_a_key_that_is_none(name: str, key: str) -> None:
    assert any(problem.startswith(name) for problem in refused(**{name: key}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZHIFANG_DEBUG", "1"),
        ("FLASK_DEBUG", "1"),
        ("ZHIFANG_CORS_ORIGINS", "*"),
        ("ZHIFANG_CORS_ORIGINS", "https://example.org,*"),
        ("ZHIFANG_CORS_ORIGINS", "https://*.example.org"),
        ("ZHIFANG_HOSTS", "*"),
        ("ZHIFANG_TOTP_REQUIRED_ROLES", "county_head,everybody"),
        ("ZHIFANG_DEMO_PASSWORD", "demo"),
        ("ZHIFANG_PASSWORD_MEMORY_KIB", "8"),
        ("ZHIFANG_PASSWORD_ROUNDS", "1"),
    ],
)
def test_production_refuses_what_eases_a_demo(name: str, value: str) -> None:
    assert any(name in problem for problem in refused(**{name: value}))


@pytest.mark.parametrize(
    "password",
    ["postgres", "zhifang", "changeme", "short1", "Postgres-123456", "zhifang_app", "password2026!!", "a" * 20, ""],
)
def test_production_refuses_a_default_password_of_the_database(password: str) -> None:
    problems = refused(DATABASE_URL=f"postgresql://zhifang_app:{password}@localhost/zhifang")
    assert len(problems) == 1
    assert problems[0].startswith("DATABASE_URL")
    assert not password or password not in problems[0].partition("password")[2]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ZHIFANG_DIRECT_DATABASE_URL": "postgresql://zhifang_app:postgres@/zhifang"}, "ZHIFANG_DIRECT_DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://zhifang_app@/zhifang?host=one,two&password=changeme2026"}, "DATABASE_URL"),
        ({"ZHIFANG_FILES_SECRET_KEY": "minioadmin"}, "ZHIFANG_FILES_SECRET_KEY"),
        ({"ZHIFANG_FILES_SECRET_KEY": "minioadmin-minioadmin"}, "ZHIFANG_FILES_SECRET_KEY"),
        ({"ZHIFANG_FILES_ACCESS_KEY": "k7Qm2xVb9LpR4sTz"}, "ZHIFANG_FILES_SECRET_KEY"),
    ],
)
def test_production_refuses_a_default_password_wherever_it_stands(changes: dict[str, str], named: str) -> None:
    bucket = {
        "ZHIFANG_FILES_BUCKET": "zhifang",
        "ZHIFANG_FILES_ACCESS_KEY": "zhifang",
        "ZHIFANG_FILES_SECRET_KEY": "k7Qm2xVb9LpR4sTz",
    }
    assert load_settings(PRODUCTION | bucket).mode is Mode.PRODUCTION
    assert [problem.partition(" ")[0] for problem in refused(**bucket | changes)] == [named]


def test_what_is_set_to_nothing_is_not_set() -> None:
    """As a compose file hands on what nobody wrote down: it switches nothing off."""
    optional = ("TOTP_REQUIRED_ROLES", "HOSTS", "IDENTITY_KEYS", "POOL_SIZE", "POLICY", "CHANNELS", "TILES_URL")
    empty = {f"ZHIFANG_{name}": "" for name in optional}
    assert load_settings(PRODUCTION | empty) == load_settings(PRODUCTION)
    assert "admin" in load_settings(PRODUCTION | empty).totp_required_roles


def test_production_takes_a_password_that_was_drawn_or_none_in_the_address() -> None:
    for authority in ("zhifang_app:k7Qm2xVb9LpR4sTz@localhost", "zhifang_app@localhost"):
        assert load_settings(PRODUCTION | {"DATABASE_URL": f"postgresql://{authority}/zhifang"}).mode is Mode.PRODUCTION


def test_production_refuses_one_secret_for_two_purposes() -> None:
    assert refused(ZHIFANG_WEB_SECRET=PRODUCTION["ZHIFANG_TOKEN_SECRET"])
    assert refused(ZHIFANG_IDENTITY_HASH_KEY=PRODUCTION["ZHIFANG_IDENTITY_KEY"])


def test_every_fault_is_told_at_once_and_no_secret_with_it() -> None:
    problems = refused(ZHIFANG_DEBUG="1", ZHIFANG_TOKEN_SECRET="too-short-a-secret", ZHIFANG_CORS_ORIGINS="*")
    assert len(problems) == 3
    assert not any("too-short-a-secret" in problem for problem in problems)


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    return make_test_app(undone, clock)


def a_device() -> dict[str, str]:
    return {"id": str(PHONE), "platform": "android"}


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as made:
        yield made


@pytest.fixture
def tree(undone: Engine) -> Tree:
    with transaction(undone) as tx:
        return a_tree(tx)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def subject(app: Flask, undone: Engine, officer: Worker) -> ASubject:
    """Somebody whose phone is bound."""
    with transaction(undone) as tx:
        made = a_subject(tx, officer, key="wang", at=MONDAY)
    phone_logged_in(app, made.id, device_id=PHONE)
    return made


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Device-Id": str(PHONE)},
        {"Authorization": f"Bearer {PHONE}"},
        {"Authorization": f"Device {PHONE}"},
        {"Authorization": "Basic " + base64.b64encode(f"{PHONE}:".encode()).decode()},
        {"X-Limit-U": "wang", "X-Limit-D": str(PHONE)},
        {"Cookie": f"device_id={PHONE}; session={PHONE}"},
    ],
)
@pytest.mark.parametrize("path", ["me", "collection", "duties"])
def test_a_device_id_alone_never_authenticates(
    client: FlaskClient, subject: ASubject, path: str, headers: dict[str, str]
) -> None:
    query = {"device_id": str(PHONE), "id": str(PHONE), "deviceid": str(PHONE)}
    assert client.get(f"{MOBILE}/{path}", query_string=query, headers=headers).status_code == 401


def test_a_device_id_alone_does_not_log_in(client: FlaskClient, subject: ASubject) -> None:
    device = {"id": str(PHONE), "platform": "android"}
    for login, password in (("wang", ""), ("wang", str(PHONE)), (str(PHONE), str(PHONE))):
        answer = client.post(f"{MOBILE}/sessions", json={"login": login, "password": password, "device": device})
        assert answer.status_code in {401, 422}
    assert client.post(f"{MOBILE}/sessions", json={"login": "wang", "device": device}).status_code == 422
    refresh = client.post(f"{MOBILE}/sessions/refresh", json={"refresh_token": str(PHONE)})
    assert refresh.status_code == 401


def test_the_password_alone_does_not_open_another_phone(client: FlaskClient, subject: ASubject) -> None:
    device = {"id": str(uuid4()), "platform": "android"}
    answer = client.post(f"{MOBILE}/sessions", json={"login": "wang", "password": PASSWORD, "device": device})
    assert answer.status_code == 409


def guess(client: FlaskClient, login: str, password: str, address: str = "10.0.0.1", times: int = 1) -> list[int]:
    body = {"login": login, "password": password, "device": a_device()}
    asked = (client.post(f"{MOBILE}/sessions", json=body, environ_base={"REMOTE_ADDR": address}) for _ in range(times))
    return [answer.status_code for answer in asked]


@pytest.mark.parametrize("login", ["wang", "nobody"])
def test_guessing_is_rate_limited_whether_the_account_exists_or_not(
    client: FlaskClient, clock: TestClock, subject: ASubject, login: str
) -> None:
    """The walk through all waits, addresses, codes and tokens is `tests/api/office/test_throttling.py`."""
    assert guess(client, login, "wrong", times=6) == [401] * 5 + [429]
    assert guess(client, login, PASSWORD) == [429], "not even the right one"
    assert guess(client, login, PASSWORD, address="10.0.0.2") == [429], "nor from elsewhere"
    clock.advance(seconds=4)
    assert guess(client, login, "wrong") == [429]
    clock.advance(seconds=1)
    assert guess(client, login, "wrong", times=2) == [401, 429]
    clock.advance(seconds=9)
    assert guess(client, login, "wrong") == [429], "the wait has doubled"
    clock.advance(seconds=1)
    assert guess(client, login, "wrong") == [401]


def test_nobody_locks_a_person_out_of_their_own_phone(client: FlaskClient, subject: ASubject) -> None:
    body = {"login": "wang", "password": PASSWORD, "device": a_device()}
    known = client.post(f"{MOBILE}/sessions", json=body).get_json()["device_token"]
    guess(client, "wang", "wrong", times=50)
    assert client.post(f"{MOBILE}/sessions", json=body).status_code == 429
    assert client.post(f"{MOBILE}/sessions", json=body | {"device_token": known}).status_code == 201


def test_how_long_to_wait_is_told(client: FlaskClient, subject: ASubject) -> None:
    guess(client, "wang", "wrong", address="127.0.0.1", times=5)
    answer = client.post(f"{MOBILE}/sessions", json={"login": "wang", "password": "x", "device": a_device()})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert answer.get_json()["code"] == "too_many_log_ins"


def test_failed_log_ins_keep_no_name(client: FlaskClient, undone: Engine) -> None:
    guess(client, "somebodys-password", "wrong")
    with transaction(undone) as tx:
        kept = tx.execute(text("SELECT string_agg(t::text, ' ') FROM throttles t")).scalar_one()
    assert "somebodys" not in kept
    assert "10.0.0" not in kept


def test_no_answer_invites_other_origins(client: FlaskClient) -> None:
    answer = client.get("/health/live", headers={"Origin": "https://elsewhere.example"})
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", ["track", "last-position"])
def test_each_look_at_a_place_leaves_an_audit_row(
    app: Flask, client: FlaskClient, undone: Engine, subject: ASubject, officer: Worker, tree: Tree, path: str
) -> None:
    query = {"reason": "核实行踪"}
    if path == "track":
        query |= {"from": "2026-03-01T00:00:00+08:00", "to": "2026-03-02T00:00:00+08:00"}
    headers = logged_in(app, officer)
    with transaction(undone) as tx:
        procurator = a_user(tx, tree.other_county, Role.PROCURATOR)
        before = tx.execute(text("SELECT count(*) FROM audit")).scalar_one()
    for _ in range(2):
        answer = client.get(f"{OFFICE}/subjects/{subject.id}/{path}", query_string=query, headers=headers)
        assert answer.status_code == 200
    with transaction(undone) as tx:
        rows = tx.execute(text("SELECT actor_id, subject_id, reason FROM audit ORDER BY id OFFSET :n"), {"n": before})
        assert [tuple(row) for row in rows] == [(officer.id, subject.id, "核实行踪")] * 2
    elsewhere = client.get(
        f"{OFFICE}/subjects/{subject.id}/{path}", query_string=query, headers=logged_in(app, procurator)
    )
    assert elsewhere.status_code == 404
