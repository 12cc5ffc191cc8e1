"""Refusals and faults as pages: one sentence, one way on."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import PathConverter

from app.rules.errors import Conflict, NotAllowed, NotFound, Refused, TooOften, Unavailable, ZhifangError
from app.rules.wording import sentence
from app.web.blueprint import PAGES
from app.web.guard import known_user, open_page, page_seen, to_log_in

LOG = logging.getLogger(__name__)
STATUS: dict[type[ZhifangError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
PASSING = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
"""What passes by itself: the answer says when to come again."""

RETRY_AFTER_S = 5
CODES = {404: "no_such_page", 405: "no_such_page", 413: "too_large"}


@PAGES.errorhandler(ZhifangError)
def refused(error: ZhifangError) -> Response:
    """A refusal as a page that says what to do."""
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return fault(status, sentence(error.code, error.params))


@PAGES.errorhandler(CSRFError)
def stale_form(_error: CSRFError) -> Response:
    """The form is older than the log-in: log in, or send it once more from a page that is new."""
    if request.endpoint == "pages.log_in_post":
        login, told = request.form.get("login", "")[:64], sentence("stale_log_in")
        shown = render_template("log_in.html", next=page_seen(), login=login, fault=told)
        return make_response(shown, HTTPStatus.BAD_REQUEST)
    if known_user() is None:
        return to_log_in()
    return fault(HTTPStatus.BAD_REQUEST, sentence("stale_form"))


@PAGES.errorhandler(HTTPException)
def not_served(error: HTTPException) -> Any:
    """A request that cannot be read, a file that is not there."""
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return broken(error)
    return fault(HTTPStatus(status), sentence(CODES.get(status, "form_unreadable")))


@PAGES.errorhandler(Exception)
def broken(error: Exception) -> Response:
    """A fault of ours: written to the log, nothing of its cause shown."""
    LOG.error("fault at %s %s", request.method, request.url_rule, exc_info=error)
    return fault(HTTPStatus.INTERNAL_SERVER_ERROR, sentence("internal"))


def fault(status: HTTPStatus, text: str) -> Response:
    """The page of a fault. In a part of a page that fetches itself it is one line; a form is answered with a page."""
    part = request.method == "GET" and "HX-Request" in request.headers
    back = page_seen() if request.method == "POST" else "/"
    shown = render_template("fault_part.html" if part else "fault.html", text=text, back=back)
    return make_response(shown, status, {"Retry-After": str(RETRY_AFTER_S)} if status in PASSING else {})


class PagePath(PathConverter):
    """Any path but those of the interfaces, which answer in their own way."""

    regex = "(?!(?:api|health)(?:/|$))[^/].*?"


@PAGES.get("/<page_path:anything>")
@open_page
def nowhere(anything: str) -> Any:  # noqa: ARG001  (part of the route)
    """An address that does not exist."""
    return fault(HTTPStatus.NOT_FOUND, sentence("no_such_page"))
