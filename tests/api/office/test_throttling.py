"""Guessing through HTTP: waits grow and go, a device that proved itself is spared, and nothing tells who exists."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app.access.tokens import make_device_token
from app.config import Settings
from app.deps import Deps
from app.main import create_app
from app.rules.sessions import KnownDevice
from app.simulation.clock import TestClock
from app.store.passwords import TURNS
from app.store.session import transaction
from app.store.turns import MOST_WAITING
from tests.builders.app import settings_for_tests
from tests.builders.offices import Tree
from tests.builders.subjects import ASubject, a_subject
from tests.builders.users import PASSWORD, Worker, a_user

OFFICE, MOBILE = "/api/office/v1", "/api/mobile/v1"
HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xujianguo")


@pytest.fixture
def subject(undone: Engine, officer: Worker) -> ASubject:
    with transaction(undone) as tx:
        return a_subject(tx, officer, key="wang")


@dataclass
class At:
    """Somebody at an address, who may keep a device token."""

    client: FlaskClient
    address: str = HERE
    device_token: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def log_in(self, login: str = "xujianguo", password: str = PASSWORD, **more: Any) -> TestResponse:
        body = {"login": login, "password": password, "device_token": self.device_token, **more}
        return self.post(f"{OFFICE}/sessions", body)

    def post(self, path: str, body: dict[str, Any]) -> TestResponse:
        environ = {"REMOTE_ADDR": self.address}
        return self.client.post(path, json=body, environ_base=environ, headers=list(self.headers))

    def fail(self, times: int, login: str = "xujianguo") -> list[int]:
        return [self.log_in(login, "wrong").status_code for _ in range(times)]


@pytest.fixture
def here(client: FlaskClient) -> At:
    return At(client)


@pytest.fixture
def known(client: FlaskClient, officer: Worker) -> At:
    """Where the officer logged in before."""
    answer = At(client, ELSEWHERE).log_in()
    return At(client, HERE, answer.get_json()["device_token"])


@pytest.mark.parametrize("login", ["xujianguo", "nobody"])
def test_waits_double_and_are_told(here: At, officer: Worker, clock: TestClock, login: str) -> None:
    assert here.fail(5, login) == [401] * 5
    for waited in (5, 10, 20, 40, 80, 160, 320, 640, 900, 900):
        refused = here.log_in(login, PASSWORD)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(waited)), "not even the right one"
        clock.advance(seconds=waited - 1)
        refused = here.log_in(login, "wrong")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
        clock.advance(seconds=1)
        assert here.fail(1, login) == [401]


def test_the_wait_is_told_in_words(here: At, officer: Worker, clock: TestClock) -> None:
    here.fail(5)
    assert here.log_in().get_json()["detail"].startswith("尝试失败的次数过多,请在 5 秒后再试")
    for waited in (5, 10, 20, 40, 80):
        clock.advance(seconds=waited)
        here.fail(1)
    assert "请在 3 分钟后再试" in here.log_in().get_json()["detail"]


def test_time_takes_failures_back(here: At, officer: Worker, clock: TestClock) -> None:
    here.fail(5)
    clock.advance(timedelta(minutes=60))
    assert here.fail(3) == [401, 401, 429], "two of five were taken back"


def test_a_right_password_clears_the_account(here: At, officer: Worker) -> None:
    here.fail(4)
    assert here.log_in().status_code == 201
    assert here.fail(5) == [401] * 5


def test_one_good_account_does_not_wash_an_address(here: At, officer: Worker) -> None:
    """Somebody with an account of their own tries another name after each of their own log-ins."""
    for n in range(30):
        assert here.fail(1, f"name-{n}") == [401]
    assert here.log_in().status_code == 429
    assert At(here.client, ELSEWHERE).log_in().status_code == 201


def test_a_known_device_is_not_delayed_by_others(here: At, known: At, officer: Worker) -> None:
    here.fail(5)
    for n in range(30):
        here.fail(1, f"name-{n}")
    assert here.log_in().status_code == 429
    assert known.log_in().status_code == 201, "the same account, at the same address"


def test_a_known_device_is_delayed_by_its_own_failures(known: At, officer: Worker) -> None:
    assert known.fail(5) == [401] * 5
    assert known.log_in().status_code == 429
    assert At(known.client, ELSEWHERE).log_in().status_code == 201, "which delay nobody else"


def test_a_subjects_known_phone_is_not_delayed_by_others(client: FlaskClient, subject: ASubject) -> None:
    device = {"id": str(uuid4()), "platform": "android"}
    body = {"login": "wang", "password": PASSWORD, "device": device}
    token = At(client).post(f"{MOBILE}/sessions", body).get_json()["device_token"]
    for _ in range(5):
        At(client).post(f"{MOBILE}/sessions", body | {"password": "wrong"})
    assert At(client).post(f"{MOBILE}/sessions", body).status_code == 429, "the phone's id is no proof"
    assert At(client).post(f"{MOBILE}/sessions", body | {"device_token": token}).status_code == 201


def a_device_token(app: Flask, clock: TestClock, owner: Worker, **changed: Any) -> str:
    given = {"secret": app.extensions["deps"].settings.token_secret, "audience": "office", **changed}
    device = given.pop("device", KnownDevice("d", (owner.id,)))
    return make_device_token(given.pop("secret"), device, now=given.pop("now", clock.now()), **given)


@pytest.mark.parametrize(
    "changed",
    [
        {"secret": "another secret, as long as it needs to be"},
        {"audience": "mobile"},
        {"device": KnownDevice("d", (uuid4(),))},
    ],
)
def test_what_proves_nothing_spares_nothing(
    app: Flask, here: At, officer: Worker, clock: TestClock, changed: dict[str, Any]
) -> None:
    here.fail(5)
    assert At(here.client, HERE, a_device_token(app, clock, officer)).log_in().status_code == 201
    here.fail(5)
    forged = a_device_token(app, clock, officer, **changed)
    assert At(here.client, HERE, forged).log_in().status_code == 429


def test_a_device_is_forgotten_after_half_a_year(app: Flask, here: At, officer: Worker, clock: TestClock) -> None:
    token = a_device_token(app, clock, officer, now=clock.now() - timedelta(days=180))
    here.fail(5)
    assert At(here.client, HERE, token).log_in().status_code == 429


def test_a_device_token_opens_nothing(app: Flask, client: FlaskClient, officer: Worker, clock: TestClock) -> None:
    token = a_device_token(app, clock, officer)
    assert client.get(f"{OFFICE}/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert At(client).post(f"{OFFICE}/sessions/refresh", {"refresh_token": token}).status_code == 401


def test_forged_refresh_tokens_slow_their_address_and_nobody_elses_exchange(here: At, officer: Worker) -> None:
    tokens = here.log_in().get_json()
    forged = [here.post(f"{OFFICE}/sessions/refresh", {"refresh_token": f"x.y.{n}"}) for n in range(31)]
    assert [answer.status_code for answer in forged] == [401] * 30 + [429]
    assert forged[-1].headers["Retry-After"] == "5"
    good = here.post(f"{OFFICE}/sessions/refresh", {"refresh_token": tokens["refresh_token"]})
    assert good.status_code == 200, "what we signed proves itself"


def test_one_who_is_logged_in_is_not_delayed_by_others(here: At, officer: Worker) -> None:
    tokens = here.log_in().get_json()
    here.fail(5)
    me = replace(here, headers=(("Authorization", f"Bearer {tokens['access_token']}"),))
    path, body = f"{OFFICE}/me/password", {"password": "wrong", "new_password": f"{PASSWORD} neu"}
    assert [me.post(path, body).status_code for _ in range(6)] == [422] * 5 + [429]
    other = here.client
    assert At(other, HERE, tokens["device_token"]).log_in().status_code == 201


def an_app(engine: Engine, clock: TestClock, **changed: Any) -> FlaskClient:
    settings: Settings = replace(settings_for_tests(), **changed)
    return create_app(Deps(settings, engine, clock)).test_client()


def forwarded(client: FlaskClient, *addresses: str) -> At:
    return At(client, "192.0.2.1", headers=(("X-Forwarded-For", ", ".join(addresses)),))


def test_log_ins_that_ran_out_slow_nobody(here: At, officer: Worker, clock: TestClock) -> None:
    """An office whose computers were off over the holidays: their refresh tokens are ours, and guess nothing."""
    tokens = here.log_in().get_json()
    clock.advance(days=8)
    late = [here.post(f"{OFFICE}/sessions/refresh", {"refresh_token": tokens["refresh_token"]}) for _ in range(31)]
    assert {(answer.status_code, answer.get_json()["code"]) for answer in late} == {(401, "session_ended")}
    assert here.log_in().status_code == 201


def test_without_a_trusted_proxy_the_header_is_nobodys_word(undone: Engine, officer: Worker, clock: TestClock) -> None:
    client = an_app(undone, clock)
    for n in range(30):
        forwarded(client, f"10.1.0.{n}").fail(1, f"name-{n}")
    assert forwarded(client, "10.2.0.1").log_in().status_code == 429


def test_behind_one_proxy_the_last_address_counts_and_no_earlier_one(
    undone: Engine, officer: Worker, clock: TestClock
) -> None:
    """The proxy adds the address that it saw; what stood there before, the client wrote."""
    client = an_app(undone, clock, trusted_proxies=1)
    for n in range(30):
        forwarded(client, f"10.1.0.{n}", "10.9.9.9").fail(1, f"name-{n}")
    assert forwarded(client, "10.2.0.1", "10.9.9.9").log_in().status_code == 429
    assert forwarded(client, "10.9.9.9", "10.2.0.1").log_in().status_code == 201


@contextmanager
def a_crowd() -> Iterator[None]:
    """Of strangers who wait for their passwords to be compared, as many as may."""
    with ExitStack() as places:
        for _ in range(1 + MOST_WAITING):
            places.enter_context(TURNS.place(known=False))
        yield


def test_a_crowd_at_the_log_in_is_told_to_come_again(app: Flask, here: At, officer: Worker) -> None:
    with a_crowd():
        answers = [here.log_in(password="wrong") for _ in range(9)]
    assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {(503, "log_ins_busy")}
    assert answers[0].headers["Retry-After"] == "3"
    assert here.fail(5) == [401] * 5, "what was not compared did not count"


def test_a_crowd_of_strangers_holds_up_no_known_device(here: At, known: At) -> None:
    with a_crowd():
        assert here.log_in().status_code == 503
        assert known.log_in().status_code == 201
