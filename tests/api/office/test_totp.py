"""Officers' second factor: enrolled, asked for, used once, recovered, reset; and roles that count only with it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.config import ROLES, SECOND_FACTOR_ROLES, load_settings
from app.deps import Deps
from app.main import create_app
from app.rules.facts import Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import settings_for_tests
from tests.builders.offices import Tree
from tests.builders.second_factor import a_code, a_totp
from tests.builders.users import PASSWORD, Worker, a_user, logged_in

BASE = "/api/office/v1"
STEP = timedelta(seconds=30)
Json = dict[str, Any]


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xujianguo")


@pytest.fixture
def enrolled(undone: Engine, officer: Worker) -> Worker:
    with transaction(undone) as tx:
        a_totp(tx, officer.id)
    return officer


@pytest.fixture
def admin(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.county, Role.ADMIN, login="admin")


def log_in(client: FlaskClient, totp: str | None = None, **more: Any) -> Json:
    body = {"login": "xujianguo", "password": PASSWORD, "totp": totp} | more
    answer = client.post(f"{BASE}/sessions", json=body)
    return {"status": answer.status_code, **answer.get_json()}


def tried(client: FlaskClient, totp: str | None = None) -> str:
    """What became of a log-in."""
    answer = log_in(client, totp)
    return "in" if answer["status"] == 201 else str(answer["code"])


def enrol(client: FlaskClient, headers: dict[str, str], clock: TestClock, **more: str) -> tuple[str, list[str]]:
    """The new secret and the recovery codes."""
    offer = client.post(f"{BASE}/me/totp", json={"password": PASSWORD, **more}, headers=headers)
    assert offer.status_code == 200, offer.get_json()
    secret = str(offer.get_json()["secret"])
    code = pyotp.TOTP(secret).at(clock.now())
    confirmed = client.post(f"{BASE}/me/totp/confirm", json={"totp": code}, headers=headers)
    assert confirmed.status_code == 200, confirmed.get_json()
    return secret, confirmed.get_json()["recovery_codes"]


def test_enrolling_takes_the_password_and_a_first_code(
    app: Flask, client: FlaskClient, officer: Worker, clock: TestClock, undone: Engine
) -> None:
    headers = logged_in(app, officer)
    assert client.get(f"{BASE}/me/totp", headers=headers).get_json() == {"since": None, "codes_left": 0}
    wrong = client.post(f"{BASE}/me/totp", json={"password": "wrong"}, headers=headers)
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "wrong_password")
    secret, codes = enrol(client, headers, clock)
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    assert len(set(codes)) == 10
    state = client.get(f"{BASE}/me/totp", headers=headers).get_json()
    assert state == {"since": "2026-03-02T09:00:00+08:00", "codes_left": 10}
    assert tried(client) == "totp_needed"
    with transaction(undone) as tx:
        kept = tx.execute(text("SELECT string_agg(t::text, ' ') FROM totps t")).scalar_one()
        kept += tx.execute(text("SELECT string_agg(c::text, ' ') FROM recovery_codes c")).scalar_one()
        acts = tx.execute(text("SELECT action FROM audit")).scalars().all()
    assert not [word for word in (secret, *codes) if word in kept]
    assert acts == ["totp.enrol"]


def test_what_is_shown_can_be_scanned_and_typed(app: Flask, client: FlaskClient, officer: Worker) -> None:
    answer = client.post(f"{BASE}/me/totp", json={"password": PASSWORD}, headers=logged_in(app, officer))
    offer = answer.get_json()
    read = pyotp.parse_uri(offer["address"])
    assert (read.secret, read.name, read.issuer) == (offer["secret"], "xujianguo", "知访")
    assert offer["picture"].startswith("<svg")
    assert " style=" not in offer["picture"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_until_it_is_confirmed_nothing_changes(app: Flask, client: FlaskClient, officer: Worker) -> None:
    headers = logged_in(app, officer)
    confirm = f"{BASE}/me/totp/confirm"
    assert client.post(confirm, json={"totp": "000000"}, headers=headers).get_json()["code"] == "totp_not_offered"
    client.post(f"{BASE}/me/totp", json={"password": PASSWORD}, headers=headers)
    assert client.post(confirm, json={"totp": "000000"}, headers=headers).get_json()["code"] == "totp_wrong"
    assert tried(client) == "in"


def test_a_log_in_asks_for_a_code_after_the_password_alone(client: FlaskClient, enrolled: Worker) -> None:
    assert log_in(client, password="wrong")["code"] == "wrong_login"
    assert log_in(client, a_code(), password="wrong")["code"] == "wrong_login"
    asked = log_in(client)
    assert (asked["status"], asked["code"]) == (401, "totp_needed")
    assert log_in(client, a_code())["status"] == 201


@pytest.mark.parametrize(
    ("steps", "outcome"), [(-2, "totp_wrong"), (-1, "in"), (0, "in"), (1, "in"), (2, "totp_wrong")]
)
def test_a_phones_clock_may_be_a_step_off(
    client: FlaskClient, enrolled: Worker, clock: TestClock, steps: int, outcome: str
) -> None:
    assert tried(client, a_code(clock.now() + steps * STEP)) == outcome


@pytest.mark.parametrize("typed", ["000000", "", "12345", "abcdef", "１２３４５６", "😀" * 6, "9" * 64])
def test_what_is_no_code_is_refused(client: FlaskClient, enrolled: Worker, typed: str) -> None:
    assert log_in(client, typed)["status"] in {401, 422}


def test_a_code_may_be_typed_as_it_is_shown(client: FlaskClient, enrolled: Worker) -> None:
    code = a_code()
    assert tried(client, f"{code[:3]} {code[3:]}") == "in"


def test_a_code_is_good_once_and_none_before_it(client: FlaskClient, enrolled: Worker, clock: TestClock) -> None:
    earlier, code = a_code(clock.now() - STEP), a_code()
    assert tried(client, code) == "in"
    assert [tried(client, code), tried(client, earlier)] == ["totp_wrong", "totp_wrong"]
    clock.advance(STEP)
    assert tried(client, a_code(clock.now())) == "in"


def test_the_code_that_confirmed_does_not_log_in(
    app: Flask, client: FlaskClient, officer: Worker, clock: TestClock
) -> None:
    secret, _ = enrol(client, logged_in(app, officer), clock)
    assert tried(client, pyotp.TOTP(secret).at(clock.now())) == "totp_wrong"


def test_guessing_codes_is_slowed(client: FlaskClient, enrolled: Worker, clock: TestClock) -> None:
    assert [tried(client, "000000") for _ in range(6)] == ["totp_wrong"] * 5 + ["too_many_log_ins"]
    assert tried(client, a_code()) == "too_many_log_ins", "not even the right one"
    clock.advance(seconds=5)
    assert tried(client, a_code(clock.now())) == "in"


def test_a_known_device_is_not_delayed_by_others_guesses(
    client: FlaskClient, enrolled: Worker, clock: TestClock
) -> None:
    token = log_in(client, a_code())["device_token"]
    clock.advance(STEP)
    code = a_code(clock.now())
    for _ in range(6):
        tried(client, "000000")
    assert log_in(client, code)["code"] == "too_many_log_ins"
    assert log_in(client, code, device_token=token)["status"] == 201


def test_a_recovery_code_opens_once(
    app: Flask, client: FlaskClient, officer: Worker, clock: TestClock, undone: Engine
) -> None:
    _, codes = enrol(client, logged_in(app, officer), clock)
    assert tried(client, codes[3].lower().replace("-", " ")) == "in"
    assert tried(client, codes[3]) == "totp_wrong"
    state = client.get(f"{BASE}/me/totp", headers=logged_in(app, officer)).get_json()
    assert state["codes_left"] == 9
    with transaction(undone) as tx:
        acts = tx.execute(text("SELECT action, actor_id FROM audit ORDER BY id")).all()
    assert [tuple(act) for act in acts] == [("totp.enrol", officer.id), ("totp.recovery", officer.id)]


def test_enrolling_ends_ones_other_log_ins(app: Flask, client: FlaskClient, officer: Worker, clock: TestClock) -> None:
    other, headers = logged_in(app, officer), logged_in(app, officer)
    enrol(client, headers, clock)
    assert client.get(f"{BASE}/me", headers=other).status_code == 401
    assert client.get(f"{BASE}/me", headers=headers).status_code == 200


def test_another_authenticator_takes_a_code_of_the_one_until_now(
    app: Flask, client: FlaskClient, officer: Worker, clock: TestClock
) -> None:
    headers = logged_in(app, officer)
    secret, codes = enrol(client, headers, clock)
    for given, code in ((None, "totp_needed"), ("000000", "totp_wrong")):
        refused = client.post(f"{BASE}/me/totp", json={"password": PASSWORD, "totp": given}, headers=headers)
        assert (refused.status_code, refused.get_json()["code"]) == (422, code)
    clock.advance(STEP)
    newer, _ = enrol(client, headers, clock, totp=pyotp.TOTP(secret).at(clock.now()))
    clock.advance(STEP)
    assert tried(client, pyotp.TOTP(secret).at(clock.now())) == "totp_wrong"
    assert tried(client, codes[0]) == "totp_wrong", "codes of the one before"
    assert tried(client, pyotp.TOTP(newer).at(clock.now())) == "in"


def test_an_admin_takes_it_away_and_every_log_in_ends(
    app: Flask, client: FlaskClient, enrolled: Worker, admin: Worker, undone: Engine
) -> None:
    headers, reset = logged_in(app, enrolled), f"{BASE}/users/{enrolled.id}/totp/reset"
    assert client.post(reset, headers=logged_in(app, admin)).status_code == 204
    assert client.get(f"{BASE}/me", headers=headers).status_code == 401
    assert tried(client) == "in"
    again = client.post(reset, headers=logged_in(app, admin))
    assert (again.status_code, again.get_json()["code"]) == (409, "totp_off")
    with transaction(undone) as tx:
        act = tx.execute(text("SELECT actor_id, object_id FROM audit WHERE action = 'totp.reset'")).one()
    assert tuple(act) == (admin.id, enrolled.id)


def test_nobody_takes_away_their_own_or_that_of_somebody_above(
    app: Flask, client: FlaskClient, admin: Worker, undone: Engine, tree: Tree
) -> None:
    with transaction(undone) as tx:
        a_totp(tx, admin.id)
        above = a_user(tx, tree.city, Role.ADMIN)
        a_totp(tx, above.id)
    headers = logged_in(app, admin)
    own = client.post(f"{BASE}/users/{admin.id}/totp/reset", headers=headers)
    assert (own.status_code, own.get_json()["code"]) == (403, "own_account")
    assert client.post(f"{BASE}/users/{above.id}/totp/reset", headers=headers).status_code == 404


def strict(undone: Engine, clock: TestClock) -> Flask:
    """Where a county's heads need a second factor."""
    settings = replace(settings_for_tests(), totp_required_roles=(Role.COUNTY_HEAD,))
    return create_app(Deps(settings, undone, clock))


def test_a_role_that_needs_it_counts_only_with_it(undone: Engine, tree: Tree, clock: TestClock) -> None:
    app = strict(undone, clock)
    with transaction(undone) as tx:
        head = a_user(tx, tree.county, Role.COUNTY_HEAD, login="xujianguo")
    client = app.test_client()
    tokens = log_in(client)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    refused = client.get(f"{BASE}/subjects", headers=headers)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "totp_enrol_needed")
    assert client.get(f"{BASE}/notices", headers=headers).status_code == 403
    assert client.get(f"{BASE}/me", headers=headers).status_code == 200
    enrol(client, headers, clock)
    assert client.get(f"{BASE}/subjects", headers=headers).status_code == 200, "at once, and in the same log-in"
    assert head.role is Role.COUNTY_HEAD


def test_other_roles_of_the_same_person_go_on_counting(undone: Engine, tree: Tree, clock: TestClock) -> None:
    app = strict(undone, clock)
    with transaction(undone) as tx:
        plain = a_user(tx, tree.office, login="plain")
        both = a_user(tx, tree.county, Role.COUNTY_HEAD, login="both")
        tx.execute(
            text("UPDATE user_roles SET user_id = :both WHERE user_id = :plain"), {"both": both.id, "plain": plain.id}
        )
    client, headers = app.test_client(), logged_in(app, both)
    assert client.get(f"{BASE}/subjects", headers=headers).status_code == 200
    decided = client.post(f"{BASE}/positioning-orders/{uuid4()}/lift", json={"reason": "情况好转"}, headers=headers)
    assert (decided.status_code, decided.get_json()["code"]) == (403, "totp_enrol_needed")


def test_which_roles_need_it() -> None:
    assert set(ROLES) == set(Role)
    demo = {"ZHIFANG_MODE": "demo", "DATABASE_URL": "postgresql://x/x"}
    secrets = {
        f"ZHIFANG_{name}_SECRET": f"{name}-9f3c1d7a5be24860b1c7e3f2a4d6980c" for name in ("TOKEN", "WEB", "WINDOW")
    }
    keys = {
        "ZHIFANG_IDENTITY_KEY": "yWkSLSnz1pRNz9TB6nEEKKFLRJ2xpBTQAbYcAg0Zi4Y=",
        "ZHIFANG_IDENTITY_HASH_KEY": "Ow3Y7eNThH5wz2nzhl5kQ8gMW4Gfo4Dk7Tzy6wVYtJ0=",
    }
    assert load_settings(demo | secrets | keys).totp_required_roles == ()
    production = demo | secrets | keys | {"ZHIFANG_MODE": "production"}
    assert load_settings(production).totp_required_roles == SECOND_FACTOR_ROLES
    for given, roles in (("none", ()), ("officer, admin", ("officer", "admin"))):
        assert load_settings(production | {"ZHIFANG_TOTP_REQUIRED_ROLES": given}).totp_required_roles == roles
