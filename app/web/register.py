"""Wiring of the pages: cookies, CSRF, headers, errors as pages."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.routing import PathConverter

from app.config import Mode
from app.deps import Deps
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused, Unavailable, ZhifangError
from app.rules.wording import sentence
from app.web import alerts, compliance, duties, log_in, today  # noqa: F401  (their views belong to the blueprint)
from app.web.blueprint import PAGES
from app.web.guard import may, open_page
from app.web.shown import FILTERS

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STATUS: dict[type[ZhifangError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
CSRF = CSRFProtect()


def register_pages(app: Flask) -> None:
    """Add the pages to the application."""
    deps: Deps = app.extensions["deps"]
    app.config.update(
        SESSION_COOKIE_NAME="zhifang",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=deps.settings.mode is Mode.PRODUCTION,
        WTF_CSRF_CHECK_DEFAULT=False,  # the interfaces carry bearer tokens, not cookies
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: our own clock ends that
    )
    CSRF.init_app(app)
    app.url_map.converters["page_path"] = PagePath
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals["may"] = may
    app.register_blueprint(PAGES)


@PAGES.before_request
def check_csrf() -> None:
    """Every change from a page carries the page's token."""
    if request.method == "POST":
        CSRF.protect()


@PAGES.after_request
def add_headers(response: Response) -> Response:
    """Nothing of a page is stored, framed or loaded from elsewhere; static files may be kept."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "pages.static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@PAGES.errorhandler(ZhifangError)
def refused(error: ZhifangError) -> tuple[str, int]:
    """A refusal as a page that says what to do."""
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return fault(status, sentence(error.code, error.params))


@PAGES.errorhandler(CSRFError)
def stale_form(_error: CSRFError) -> tuple[str, int]:
    """The form is older than the log-in."""
    return fault(HTTPStatus.BAD_REQUEST, sentence("stale_form"))


class PagePath(PathConverter):
    """Any path but those of the interfaces, which answer in their own way."""

    regex = "(?!(?:api|health)(?:/|$))[^/].*?"


@PAGES.get("/<page_path:anything>")
@open_page
def nowhere(anything: str) -> Any:  # noqa: ARG001  (part of the route)
    """An address that does not exist."""
    return fault(HTTPStatus.NOT_FOUND, sentence("no_such_page"))


def fault(status: HTTPStatus, text: str) -> tuple[str, int]:
    """The page of a fault: one sentence, one way on."""
    template = "fault_part.html" if "HX-Request" in request.headers else "fault.html"
    return render_template(template, text=text, status=int(status)), int(status)
