"""The OpenAPI documents: what flask-smorest knows of the routes, completed by what holds for all of them.

A route declares its own refusals; this file adds what each route may answer because it needs a log-in, has an id in its
path, reads a body or asks the database, and says who may call it. Nothing here is looked at while serving.
"""

import json
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from flask import Flask

from app.access.table import ACTIONS
from app.api.errors import CODES
from app.api.refusals import CONTENT_TYPE
from app.rules.facts import Role
from app.rules.wording import fields, sentence

Json = dict[str, Any]

BODY_STATUSES = (413, 415, 422)
METHODS = {"get", "post", "put", "patch", "delete"}
OF_THE_FRAMEWORK = {"Error", "PaginationMetadata"}
"""Schemas that the framework adds and no route of ours uses."""

EXAMPLES = {
    403: "not_allowed",
    404: "not_found",
    409: "id_reused",
    422: "unreadable",
    503: "database_away",
}
RETRY_AFTER: Json = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}}
HEADERS: dict[int, Json] = {
    401: {"WWW-Authenticate": {"description": "`Bearer`; `Basic` for OwnTracks.", "schema": {"type": "string"}}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
INTRODUCTION = """\
JSON in UTF-8, names in snake_case. Times are RFC 3339 with an offset, answered in +08:00. Coordinates are degrees,
WGS-84 unless `datum` says otherwise; lengths are metres, speeds metres a second, battery percent.

Every call that creates something carries an id made by the client: the first time it is answered 201, a repeat with
the same content 200 and the same answer, another content under the same id 409 `id_reused`.

Refusals are `application/problem+json` (RFC 9457). `code` is stable, `detail` is one Chinese sentence for the person;
`problem-codes.md` lists them all. Generated from the code by `zhifang export-openapi`: do not edit.
"""


def document(raw: Json, app: Flask) -> str:
    """The document of one audience's routes in `app`, as text that is the same whenever the routes are."""
    return json.dumps(_completed(raw, app), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _completed(raw: Json, app: Flask) -> Json:
    access = dict(_access(app))
    statuses: set[str] = set()
    for path, operations in raw["paths"].items():
        for method in operations.keys() & METHODS:
            operation = operations[method]
            operation["operationId"] = _name(method, path)
            _secure(operation, access[method, path])
            _refuse(operation, in_path="{" in path)
            statuses |= operation["responses"].keys()
    components = raw["components"]
    components["responses"] = {_component(int(s)): _problem(int(s)) for s in statuses if int(s) >= 400}
    components["securitySchemes"] = _schemes({access[of] for of in _operations(raw)})
    components["schemas"] = {k: _schema(v) for k, v in components["schemas"].items() if k not in OF_THE_FRAMEWORK}
    raw["info"]["description"] = INTRODUCTION
    return raw


def _access(app: Flask) -> Iterator[tuple[tuple[str, str], str]]:
    """For each method and path as the document writes it: what the view says of who may call it."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:>]+:)?(\w+)>", r"{\1}", str(rule))
        view = getattr(app.view_functions[rule.endpoint], "view_class", None)
        for method in METHODS:
            if found := getattr(getattr(view, method, None), "access", None):
                yield (method, path), found


def _operations(raw: Json) -> Iterator[tuple[str, str]]:
    for path, operations in raw["paths"].items():
        for method in operations.keys() & METHODS:
            yield method, path


def _schemes(access: set[str]) -> Json:
    """How those are known who may call the routes of a document."""
    if "tracker" not in access:
        return {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    return {"basic": {"type": "http", "scheme": "basic"}}


def _secure(operation: Json, access: str) -> None:
    audience, _, action = access.partition(":")
    if audience == "tracker":
        return  # each client has its own way, and its route tells which
    operation["security"] = [] if audience == "public" else [{"bearer": []}]
    if action:
        roles = ", ".join(f"`{role}`" for role in Role if role in ACTIONS[action])
        operation["description"] = "\n\n".join(filter(None, (operation.get("description"), f"Roles: {roles}.")))


def _refuse(operation: Json, *, in_path: bool) -> None:
    """Every refusal that the route declares or that its shape brings with it, as a reference to the shared answer."""
    statuses = {int(status) for status in operation["responses"] if status != "default"} | {503}
    statuses |= {404} if in_path else set()
    statuses |= set(BODY_STATUSES) if "requestBody" in operation else set()
    for status in sorted(status for status in statuses if status >= 400):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{_component(status)}"}
    operation["responses"].pop("default", None)


def _problem(status: int) -> Json:
    """The shared answer for a status, with the code that it most often carries."""
    code = EXAMPLES.get(status) or CODES[status]
    example = {
        "type": f"urn:zhifang:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence(code),
        "code": code,
        "errors": [{"field": "recorded_at", "detail": fields.translated("Missing data for required field.")}]
        if status == 422
        else [],
    }
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}}
    return {"description": sentence(code), "content": content, "headers": HEADERS.get(status, {})}


def _schema(schema: Json) -> Json:
    """Set right what the schemas' translation gets wrong: the length of an object is the number of its properties."""
    for field in schema.get("properties", {}).values():
        if "object" in field.get("type", ()) and "maxLength" in field:
            field["maxProperties"] = field.pop("maxLength")
    return schema


def _component(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")


def _name(method: str, path: str) -> str:
    """Such as `post_checkins` or `get_subjects_by_subject_id_track`."""
    base, *parts = path.removeprefix("/api/").split("/")
    parts = parts if base == "trackers" else parts[1:]
    return "_".join([method, *(re.sub(r"\{(\w+)\}", r"by_\1", part).replace("-", "_") for part in parts)])
