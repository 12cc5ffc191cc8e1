"""THE table of errors: which kind becomes which HTTP status, all as problem documents (RFC 9457)."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, json, request
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from app.rules.errors import Conflict, NotAllowed, NotFound, Refused, TooOften, Unavailable, ZhifangError
from app.rules.wording import fields, sentence

LOG = logging.getLogger(__name__)
RETRY_AFTER_S = 5


class NotLoggedIn(ZhifangError):
    """No token, or one that does not count any more."""


STATUS: dict[type[ZhifangError], HTTPStatus] = {
    NotLoggedIn: HTTPStatus.UNAUTHORIZED,
    TooOften: HTTPStatus.TOO_MANY_REQUESTS,
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

CODES: dict[int, str] = {
    400: "bad_request",
    401: "not_logged_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "wrong_content_type",
    422: "unreadable",
    429: "too_many_requests",
    503: "database_busy",
}


def problem(status: int, code: str, params: Mapping[str, object] | None = None, errors: Any = ()) -> Response:
    """A problem document: `type title status detail code errors`, `detail` one Chinese sentence."""
    document = {
        "type": f"urn:zhifang:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": sentence(code, params),
        "code": code,
        "errors": list(errors),
    }
    response = Response(json.dumps(document, ensure_ascii=False), status, mimetype="application/problem+json")
    if status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}:
        response.headers["Retry-After"] = str(params.get("retry_after_s", RETRY_AFTER_S) if params else RETRY_AFTER_S)
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def register_errors(app: Flask) -> None:
    """Answer every refusal under `/api` with a problem document; nothing of the cause leaks out of a fault."""
    app.register_error_handler(ZhifangError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _refused(error: ZhifangError) -> Response:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    errors = [{"field": field, "detail": sentence(code)} for field, code in error.fields.items()]
    return problem(status, error.code, error.params, errors)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 or isinstance(error, InternalServerError):
        return _fault(error) if status >= 400 else error.get_response()  # type: ignore[return-value]
    messages = getattr(error, "data", {}).get("messages", {})
    response = problem(status, CODES.get(status, "bad_request"), errors=list(fields.flat(messages)))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _fault(error: Exception) -> Response:
    LOG.error("fault at %s %s", request.method, request.url_rule, exc_info=error)
    return problem(500, "internal")
