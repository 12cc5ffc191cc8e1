"""Whatever comes in, what goes out is a problem document with a code and a Chinese sentence, and never a 500."""

import base64
import json
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from app.api.refusals import CONTENT_TYPE
from app.rules.facts import Role
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.checkins import a_check_in
from tests.builders.offices import Tree
from tests.builders.subjects import a_subject
from tests.builders.users import a_user, logged_in, phone_logged_in
from tests.database import ROOT

OFFICE, MOBILE = "/api/office/v1", "/api/mobile/v1"
CHECK_INS = f"{MOBILE}/checkins"
Headers = dict[str, str]


@pytest.fixture
def phone(app: Flask, undone: Engine, tree: Tree) -> Headers:
    with transaction(undone) as tx:
        subject = a_subject(tx, a_user(tx, tree.office))
    return phone_logged_in(app, subject.id)


@pytest.fixture
def officer(app: Flask, undone: Engine, tree: Tree) -> Headers:
    with transaction(undone) as tx:
        return logged_in(app, a_user(tx, tree.county))


def refused(answer: TestResponse, status: int, code: str) -> None:
    """The answer is a problem document with this status and code, whole and in Chinese."""
    told = answer.get_json(force=True)
    assert (answer.status_code, told["code"]) == (status, code), told
    assert answer.mimetype == CONTENT_TYPE
    assert set(told) == {"type", "title", "status", "detail", "code", "errors"}
    for sentence in (told["detail"], *(error["detail"] for error in told["errors"])):
        assert any("\u4e00" <= character <= "\u9fff" for character in sentence), told


def with_text(value: str) -> bytes:
    """A check-in with this JSON in the place of one optional text."""
    return json.dumps(a_check_in(MONDAY, boot_id="here")).replace('"here"', value).encode()


def with_number(value: str) -> bytes:
    return json.dumps(a_check_in(MONDAY, sent_elapsed_ms=123456789)).replace("123456789", value).encode()


def with_time(value: str) -> bytes:
    return json.dumps({**a_check_in(MONDAY), "recorded_at": value}).encode()


UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"   ",
    "half of an object": b'{"id": ',
    "two objects": b"{}{}",
    "single quotes": b"{'id': 1}",
    "a list": b"[]",
    "a list of objects": b"[{}]",
    "a text": b'"id"',
    "a number": b"17",
    "null": b"null",
    "true": b"true",
    "no fields": b"{}",
    "a field that nobody knows": with_text('"x", "colour": "red"'),
    "an empty name": with_text('"x", "": 1'),
    "NaN": with_number("NaN"),
    "minus infinity": with_number("-Infinity"),
    "a number beyond floats": with_number("1e400"),
    "a whole number of 400 digits": with_number("1" + "0" * 400),
    "a whole number of 5000 digits": with_number("1" + "0" * 5000),
    "a number as text": with_number('"5"'),
    "a fraction for a whole number": with_number("0.5"),
    "truth for a number": with_number("true"),
    "a NUL": with_text(r'"a\u0000b"'),
    "a lone surrogate": with_text(r'"\ud83d"'),
    "surrogates the wrong way round": with_text(r'"\ude00\ud83d"'),
    "a NUL in a name": with_text(r'"x", "a\u0000b": 1'),
    "a bare control character": with_text('"a\nb"'),
    "UTF-16": json.dumps(a_check_in(MONDAY)).encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(a_check_in(MONDAY)).encode(),
    "bytes that are no UTF-8": with_text('"x"').replace(b"x", b"\xff\xfe"),
    "compressed": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV*\x01\x00",
    "nested twenty deep": with_text("[" * 20 + "]" * 20),
    "nested 900 deep": with_text("[" * 900 + "]" * 900),
    "nested 100,000 deep": with_text("[" * 100_000 + "]" * 100_000),
    "objects nested 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "never closed": b"[" * 100_000,
    "the year 1": with_time("0001-01-01T00:00:00+08:00"),
    "the year 1 far in the east": with_time("0001-01-01T00:00:00+23:59"),
    "the year 9999": with_time("9999-12-31T23:59:59+08:00"),
    "the year 9999 far in the west": with_time("9999-12-31T23:59:59-23:59"),
    "the year 0": with_time("0000-01-01T00:00:00Z"),
    "30 February": with_time("2026-02-30T08:00:00+08:00"),
    "the hour 25": with_time("2026-03-02T25:00:00+08:00"),
    "an offset of 99 hours": with_time("2026-03-02T08:00:00+99:00"),
    "a time without offset": with_time("2026-03-02T08:00:00"),
    "a day for a time": with_time("2026-03-02"),
    "seconds for a time": with_text('"x"').replace(MONDAY.isoformat().encode(), b"1772413200"),
    "an empty time": with_time(""),
    "digits of another script": with_time("\uff12\uff10\uff12\uff16-03-02T08:00:00+08:00"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_body_that_cannot_be_read(client: FlaskClient, phone: Headers, name: str) -> None:
    refused(
        client.post(CHECK_INS, data=UNREADABLE[name], headers=phone, content_type="application/json"),
        422,
        "unreadable",
    )


def test_the_same_body_without_a_fault_is_read(client: FlaskClient, phone: Headers) -> None:
    for number, body in enumerate((with_text('"😀 x"'), with_number("5"), with_time("2026-03-02T09:00:00+08:00"))):
        answer = client.post(CHECK_INS, data=body, headers=phone, content_type="application/json; charset=utf-8")
        assert answer.status_code == 201, (number, answer.get_json())


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "/", "json"]
)
def test_another_format_than_json(client: FlaskClient, phone: Headers, kind: str) -> None:
    body = json.dumps(a_check_in(MONDAY))
    refused(client.post(CHECK_INS, data=body, headers={**phone, "Content-Type": kind}), 415, "wrong_content_type")


def test_a_body_that_is_too_large(client: FlaskClient, phone: Headers) -> None:
    body = with_text(f'"{"x" * 3_000_000}"')
    refused(client.post(CHECK_INS, data=body, headers=phone, content_type="application/json"), 413, "too_large")


def test_a_body_that_is_too_large_and_does_not_say_so(client: FlaskClient, phone: Headers) -> None:
    """Sent in chunks, it has no length beforehand."""
    answer = client.post(
        CHECK_INS,
        input_stream=BytesIO(with_text(f'"{"x" * 3_000_000}"')),
        headers=phone,
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    refused(answer, 413, "too_large")


def encoded(text: str | bytes) -> str:
    return base64.urlsafe_b64encode(text if isinstance(text, bytes) else text.encode()).decode()


CURSORS = [
    "",
    "x",
    "%00",
    "=",
    "翻页",
    "a" * 10_000,
    encoded(""),
    encoded("null"),
    encoded("{}"),
    encoded("[]"),
    encoded("[1]"),
    encoded("[null]"),
    encoded('[["a"]]'),
    encoded('["x"]'),
    encoded('["\\u0000"]'),
    encoded('["\\u0000", "\\u0000"]'),
    encoded('["\\ud800", "x"]'),
    encoded('["x", "x"]'),
    encoded('["x", "x", "x", "x", "x"]'),
    encoded('["2026-03-02", "x"]'),
    encoded('["0001-01-01T00:00:00+23:59", "00000000-0000-0000-0000-000000000000"]'),
    encoded('["9999-12-31T23:59:59-23:59", "00000000-0000-0000-0000-000000000000"]'),
    encoded('["infinity", "00000000-0000-0000-0000-000000000000"]'),
    encoded('["99999999999999999999", "99999999999999999999"]'),
    encoded("[" * 100_000),
    encoded(b"\xff\xfe"),
]


NEEDED = {
    ("from", "date"): "2026-03-01",
    ("to", "date"): "2026-03-02",
    ("from", "date-time"): "2026-03-01T00:00:00+08:00",
    ("to", "date-time"): "2026-03-02T00:00:00+08:00",
    ("reason", None): "核实",
}
"""What a list may ask for beside the page, by name and format."""


def lists(audience: str) -> list[tuple[str, dict[str, str]]]:
    """The paths of an interface whose lists come in pages, and what each needs besides."""
    document = json.loads((ROOT / "mobile_api_docs" / f"openapi-{audience}.json").read_text(encoding="utf-8"))
    queries = {path: item["get"].get("parameters", []) for path, item in document["paths"].items() if "get" in item}
    return [
        (path, {p["name"]: NEEDED[p["name"], p["schema"].get("format")] for p in parameters if p["required"]})
        for path, parameters in queries.items()
        if any(parameter["name"] == "cursor" for parameter in parameters)
    ]


@pytest.mark.parametrize(("path", "needed"), [*lists("mobile"), *lists("office")])
def test_a_cursor_that_no_page_gave(
    app: Flask, client: FlaskClient, undone: Engine, tree: Tree, path: str, needed: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        head = a_user(tx, tree.county, Role.COUNTY_HEAD)
        subject = a_subject(tx, a_user(tx, tree.office))
    headers = phone_logged_in(app, subject.id) if path.startswith(MOBILE) else logged_in(app, head)
    asked = path.replace("{subject_id}", str(subject.id))
    assert client.get(asked, query_string=needed, headers=headers).status_code == 200
    for cursor in CURSORS:
        answer = client.get(asked, query_string={**needed, "cursor": cursor}, headers=headers)
        assert answer.status_code in {200, 422}, (cursor, answer.get_json())
        if answer.status_code == 422:
            refused(answer, 422, answer.get_json()["code"])


QUERIES: dict[str, str] = {
    "a parameter that nobody knows": "colour=red",
    "no number": "limit=many",
    "no whole number": "limit=1.5",
    "none": "limit=0",
    "less than none": "limit=-1",
    "too many": "limit=201",
    "a number of 5000 digits": "limit=1" + "0" * 5000,
    "an empty number": "limit=",
    "a NUL": "cursor=%00",
    "no id": "office_id=1",
    "neither true nor false": "former=perhaps",
    "bytes that are no UTF-8": "office_id=%ff%fe",
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_cannot_be_read(client: FlaskClient, officer: Headers, name: str) -> None:
    refused(client.get(f"{OFFICE}/users?{QUERIES[name]}", headers=officer), 422, "unreadable")


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1/me",
        f"{OFFICE}",
        f"{OFFICE}/",
        f"{OFFICE}/nothing",
        f"{OFFICE}/me/",
        f"{OFFICE}/users/1",
        f"{OFFICE}/users/%00",
        f"{OFFICE}/users/../me",
        f"{OFFICE}/users/{'x' * 5000}",
        f"{MOBILE}/checkins/00000000-0000-0000-0000-00000000000g",
        "/health/",
        "/health/other",
    ],
)
def test_a_path_that_leads_nowhere(client: FlaskClient, officer: Headers, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        refused(client.open(path, method=method, headers=officer), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "nonsense"])
def test_a_method_that_the_path_does_not_know(client: FlaskClient, officer: Headers, method: str) -> None:
    answer = client.open(f"{OFFICE}/users", method=method, headers=officer)
    refused(answer, 405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_head_is_get_without_a_body_and_options_tells_the_methods(client: FlaskClient, officer: Headers) -> None:
    head = client.head(f"{OFFICE}/users", headers=officer)
    assert (head.status_code, head.data) == (200, b"")
    assert client.head(f"{OFFICE}/users").status_code == 401
    options = client.options(f"{OFFICE}/users")
    assert (options.status_code, options.data) == (200, b"")
    assert "POST" in options.headers["Allow"]


# The last two say that nothing signs them, and have a list for a header.
TOKENS = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer a.b.c",
    "Bearer " + "a" * 6000,
    "Bearer \xff\xfe",
    "Bearer \t",
    "Basic YWRtaW46YWRtaW4=",
    "Token x",
    "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    "Bearer W10.W10.W10",
]


@pytest.mark.parametrize("token", TOKENS)
def test_a_token_that_is_none(client: FlaskClient, token: str) -> None:
    for path in (f"{OFFICE}/me", f"{MOBILE}/me"):
        answer = client.get(path, headers={"Authorization": token})
        refused(answer, 401, answer.get_json()["code"])
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "nonsense", ""])
def test_whatever_is_asked_for_the_answer_is_json(client: FlaskClient, officer: Headers, accept: str) -> None:
    answer = client.get(f"{OFFICE}/me", headers={**officer, "Accept": accept})
    assert (answer.status_code, answer.mimetype) == (200, "application/json")


def test_a_body_that_a_get_does_not_ask_for_is_not_read(client: FlaskClient, officer: Headers) -> None:
    answer = client.get(f"{OFFICE}/me", data=b"\xff{", headers=officer, content_type="application/json")
    assert answer.status_code == 200
