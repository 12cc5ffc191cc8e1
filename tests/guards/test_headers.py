"""Every route and every page: the headers that browsers and caches need, no cookie that they do not, strict methods and
content types, and no form without its token.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine
from werkzeug.routing import Rule

from app.api.headers import HEADERS
from app.config import Mode
from app.deps import Deps
from app.main import LARGEST_BODY, create_app
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app, settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.users import Worker, a_user, logged_in
from tests.web.browsing import Visitor, a_visitor

NOWHERE: Any = create_engine("postgresql+psycopg://")
"""An engine that never connects: who may ask is settled after what is asked was read."""


def rules() -> list[tuple[str, str, str]]:
    """Each method of each rule: method, path with made-up ids, name of the view."""
    app = make_test_app(NOWHERE, a_clock())
    return sorted(
        (method, _path(rule), rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}
    )


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:(\w+)[^:>]*:)?\w+>", lambda found: str(uuid4()) if found[1] == "uuid" else "x", str(rule))


RULES = rules()
PAGES = [rule for rule in RULES if rule[2].startswith("pages.")]
CHANGES = [rule for rule in PAGES if rule[0] != "GET"]
INTERFACES = [rule for rule in RULES if rule[1].startswith("/api/")]


@pytest.fixture
def app(undone: Engine) -> Flask:
    return make_test_app(undone, a_clock())


@pytest.fixture
def officer(undone: Engine) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, a_tree(tx).office)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as made:
        yield made


ASKS_WHERE = re.compile(r"pages\.(record_of|field|way) 200$")
"""Pages that may ask the browser where the officer is, once that page is shown; the officer may refuse."""


def expected(name: str, told: str) -> str:
    """What every answer says, but for the pages that ask where somebody is."""
    asks = name == "Permissions-Policy" and ASKS_WHERE.search(told)
    return HEADERS[name].replace("geolocation=()", "geolocation=(self)") if asks else HEADERS[name]


def check(answer: Any, told: str) -> None:
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy, told
    assert "frame-ancestors 'none'" in policy, told
    assert "base-uri 'none'" in policy, told
    assert "unsafe" not in policy, told
    assert "*" not in policy, told
    for name in HEADERS.keys() - {"Content-Security-Policy", "Referrer-Policy", "Cache-Control"}:
        assert headers[name] == expected(name, told), (told, name)
    assert headers["Referrer-Policy"] in {"no-referrer", "same-origin"}, told
    assert not [name for name, _ in headers if name.lower().startswith("access-control-")], told
    assert "Server" not in headers or "Werkzeug" not in headers["Server"], told
    if answer.content_length:
        assert answer.mimetype != "text/html" or "charset=utf-8" in headers["Content-Type"], told


def test_every_answer_carries_its_headers(app: Flask, officer: Worker) -> None:
    """To strangers, to whoever is logged in, and to methods and addresses that do not exist."""
    visitor, headers = a_visitor(app, officer), logged_in(app, officer)
    for method, path, name in RULES:
        for answer in (
            app.test_client().open(path, method=method),
            visitor.client.open(path, method=method),
            app.test_client().open(path, method=method, headers=headers, query_string={"wait": 0}),
        ):
            check(answer, f"{method} {name} {answer.status_code}")
            if name != "pages.static":
                assert answer.headers["Cache-Control"] == "no-store", name
    for path in ("/api/office/v1/nothing", "/nothing", "/api/nothing", "/health/nothing"):
        check(app.test_client().get(path), path)
    check(app.test_client().open("/api/office/v1/me", method="TRACE"), "TRACE")


def test_in_production_browsers_are_told_to_come_by_https_alone() -> None:
    settings = replace(settings_for_tests(), mode=Mode.PRODUCTION)
    app = create_app(Deps(settings, NOWHERE, a_clock()))
    for path in ("/login", "/api/office/v1/me", "/api/mobile/v1/me", "/health/live", "/nothing"):
        hsts = app.test_client().get(path).headers["Strict-Transport-Security"]
        assert int(hsts.partition("max-age=")[2].partition(";")[0]) >= 31_536_000, path
    assert "Strict-Transport-Security" not in make_test_app(NOWHERE, a_clock()).test_client().get("/login").headers


def test_a_host_that_is_not_named_is_not_served() -> None:
    settings = replace(settings_for_tests(), hosts=("zhifang.example", ".inner.example"))
    client = create_app(Deps(settings, NOWHERE, a_clock())).test_client()
    served = {
        host: client.get("/health/live", headers={"Host": host}).status_code
        for host in ("zhifang.example", "a.inner.example", "evil.example", "zhifang.example.evil.example", "localhost")
    }
    for own in ("health", "127.0.0.1:8000"):  # by these the proxy and the container ask whether we are well
        assert client.get("/health/live", headers={"Host": own}).status_code == 200
    assert served == {
        "zhifang.example": 200,
        "a.inner.example": 200,
        "evil.example": 400,
        "zhifang.example.evil.example": 400,
        "localhost": 400,
    }


def test_no_form_without_the_pages_token(app: Flask, officer: Worker) -> None:
    """Of whoever is logged in and of strangers, the log-in too; and a token of another session is none."""
    visitor, other = a_visitor(app, officer), Visitor(app)
    for method, path, name in CHANGES:
        for token in ({}, {"csrf_token": ""}, {"csrf_token": other.token()}):
            answer = visitor.client.open(path, method=method, data=token)
            assert answer.status_code == 400, (name, token)
        stranger = app.test_client().open(path, method=method, data={"login": "x", "password": "x", "totp": "x"})
        assert stranger.status_code in {302, 400}, name
        assert "Set-Cookie" not in stranger.headers or "zhifang-device" not in stranger.headers["Set-Cookie"], name


def test_the_pages_change_nothing_by_get() -> None:
    assert {method for method, *_ in PAGES} <= {"GET", "POST"}


def test_the_interfaces_take_no_cookie(app: Flask, officer: Worker) -> None:
    """A browser that is logged in at the pages lends its cookie to no interface: no form elsewhere can use it."""
    visitor = a_visitor(app, officer)
    for method, path, name in INTERFACES:
        answer = visitor.client.open(path, method=method, json={} if method in {"POST", "PUT", "PATCH"} else None)
        assert answer.status_code in {401, 415, 422}, (method, name)
        assert "Set-Cookie" not in answer.headers, (method, name)


def test_a_body_of_a_stranger_is_read_up_to_sixteen_kilobytes(client: FlaskClient) -> None:
    for path in ("/api/office/v1/sessions", "/api/mobile/v1/sessions", "/api/office/v1/sessions/refresh"):
        answer = client.post(path, data=b'{"login": "' + b"x" * 20_000 + b'"}', content_type="application/json")
        assert answer.status_code == 413, path


def test_a_file_of_a_stranger_is_not_read(app: Flask) -> None:
    """Pages that take large files take them of whoever is logged in; a stranger's are cut off like any large body."""
    large = b"x" * (LARGEST_BODY + 1)
    for _, path, name in CHANGES:
        answer = app.test_client().post(path, data=large, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413, name


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_the_interfaces_read_json_alone(client: FlaskClient, content_type: str) -> None:
    """What a form of another site could send without asking is not read."""
    body = b'{"login": "x", "password": "x"}'
    answer = client.post("/api/office/v1/sessions", data=body, content_type=content_type)
    assert answer.status_code == 415


def test_json_of_any_depth_is_refused_and_not_followed(client: FlaskClient) -> None:
    for deep in (b"[" * 8000, b'{"a":' * 2500, b"[" * 4000 + b"]" * 4000):
        answer = client.post("/api/office/v1/sessions", data=deep, content_type="application/json")
        assert answer.status_code == 422
