"""A user at the pages without a browser: logs in through the form, sends forms with the page's token."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders.users import PASSWORD, Worker

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HTMX = {"HX-Request": "true"}


class Visitor:
    """One browser with its cookies."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, **given: Any) -> TestResponse:
        return self.client.get(path, **given)

    def text(self, path: str, **given: Any) -> str:
        """A page that is there, as text."""
        answer = self.get(path, **given)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def token(self, path: str = "/login") -> str:
        """The token of the forms of a page; every page of a log-in has the same."""
        found = TOKEN.search(self.get(path).get_data(as_text=True))
        assert found, path
        return found[1]

    def post(self, path: str, form: Mapping[str, Any] | None = None, *, at: str = "/", **given: Any) -> TestResponse:
        """Send a form of the page `at`."""
        return self.client.post(path, data={"csrf_token": self.token(at), **(form or {})}, **given)

    def log_in(self, user: Worker, *, password: str = PASSWORD, to: str = "/") -> TestResponse:
        return self.post("/login", {"login": user.login, "password": password, "next": to}, at="/login")


def a_visitor(app: Flask, user: Worker) -> Visitor:
    """Somebody who is logged in."""
    visitor = Visitor(app)
    assert visitor.log_in(user).status_code == 302
    return visitor
