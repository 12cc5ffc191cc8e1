"""Every request has an id: in its log lines, in its answer, and in a problem document's place in the log.

What a request leaves in the log is its route (never its address, which may hold a secret or a coordinate), its status
and its time; requests that went well and fast are counted and leave no line.
"""

import logging
import re
import time
from uuid import uuid4

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.metrics import REQUESTS

LOG = logging.getLogger(__name__)
HEADER = "X-Request-Id"
FIT = re.compile(r"[A-Za-z0-9_-]{8,64}")
SLOW_S = 1.0
WAITING = "wait"
"""The argument of a long poll, which takes long on purpose."""


def register_tracing(app: Flask) -> None:
    """Give each request its id and count it when it is answered."""
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)


def _begin() -> None:
    """A proxy's own id is taken over where it is one; what anybody else writes there must not shape a log line."""
    given = request.headers.get(HEADER, "")
    g.request_id = given if FIT.fullmatch(given) else uuid4().hex
    g.began = time.perf_counter()
    clear_contextvars()
    bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    began = g.get("began")
    if began is None:
        return response
    took = time.perf_counter() - began
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.url_rule else "ANY"
    REQUESTS.labels(route, method, response.status_code).observe(took)
    response.headers[HEADER] = g.request_id
    if response.status_code >= 500 or (took >= SLOW_S and WAITING not in request.args):
        figures = {"route": route, "method": method, "status": response.status_code, "took_s": round(took, 3)}
        LOG.warning("request failed or was slow", extra=figures)
    return response
