"""Declared = raised: whatever any test gets from an interface must be an answer that its document tells of."""

import json
import re
from functools import cache

from flask import Flask, Response, request

from tests.database import ROOT

UNDECLARED = {500}
"""A fault is never declared. Tests provoke some to see what a caller learns of them: nothing."""


@cache
def declared() -> dict[tuple[str, str], set[int]]:
    """By method and path of the documents: the statuses of the operation."""
    found = {}
    for audience in ("mobile", "office", "trackers"):
        document = json.loads((ROOT / "mobile_api_docs" / f"openapi-{audience}.json").read_text(encoding="utf-8"))
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                if method != "parameters":
                    found[method.upper(), path] = {int(status) for status in operation["responses"]}
    return found


def watch(app: Flask) -> None:
    """Turn an answer that no document tells of into a fault, whose log says which it was."""
    app.after_request(_compare)


def _compare(response: Response) -> Response:
    if request.url_rule is not None and request.method != "OPTIONS":
        method = "GET" if request.method == "HEAD" else request.method
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", request.url_rule.rule)
        told = declared().get((method, path))
        if told is not None and response.status_code not in told | UNDECLARED:
            raise AssertionError(
                f"{method} {path} answered {response.status_code}, which its document does not declare"
            )
    return response
