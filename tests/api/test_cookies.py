"""The interfaces know callers by tokens: a cookie opens nothing there and none is set."""

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from app.api.cookies import PagesSessions
from tests.builders.app import settings_for_tests

PROBE = "/api/mobile/v1/probe"


@pytest.fixture
def probed() -> FlaskClient:
    app = Flask("probed")
    app.config.update(SECRET_KEY=settings_for_tests().web_secret, TESTING=True)
    app.session_interface = PagesSessions()

    @app.get("/log-in")
    def log_in() -> str:
        session["user"] = "somebody"
        return "in"

    @app.get("/page")
    def page() -> str:
        return str(session.get("user", "nobody"))

    @app.get(PROBE)
    def interface() -> str:
        return str(session.get("user", "nobody"))

    return app.test_client()


def test_a_page_finds_its_session_and_an_interface_does_not(probed: FlaskClient) -> None:
    assert "session=" in probed.get("/log-in").headers["Set-Cookie"]

    assert probed.get("/page").text == "somebody"
    assert probed.get(PROBE).text == "nobody"
    assert probed.get("/page").text == "somebody"


def test_an_interface_sets_no_cookie(probed: FlaskClient) -> None:
    assert "Set-Cookie" not in probed.get(PROBE).headers
