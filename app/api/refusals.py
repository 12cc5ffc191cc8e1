"""What a route may answer instead of what was asked for, told in its OpenAPI document."""

from collections.abc import Callable
from copy import deepcopy
from http import HTTPStatus
from typing import Any, TypeVar

from marshmallow import Schema, fields

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_TYPE = "application/problem+json"


class ProblemField(Schema):
    """One input at fault."""

    field = fields.String(required=True, metadata={"description": "Dotted path of the input, such as reports.3.lon."})
    detail = fields.String(required=True, metadata={"description": "One Chinese sentence."})
    line = fields.Integer(metadata={"description": "Where the input is a text of several lines."})


class Problem(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "One Chinese sentence that can be acted on."})
    code = fields.String(required=True, metadata={"description": "Stable, English."})
    errors = fields.List(fields.Nested(ProblemField), required=True)


def refusals(*statuses: int) -> Callable[[View], View]:
    """Declare the statuses by which a view refuses: `@refusals(404, 409)` under the guard, over or under the rest.

    The guards of `api.auth` declare their own (401, and 403 for roles) by themselves.
    """

    def declare(view: View) -> View:
        documented: dict[str, Any] = deepcopy(getattr(view, "_apidoc", {}))
        responses = documented.setdefault("response", {}).setdefault("responses", {})
        for status in statuses:
            responses.setdefault(status, []).append(
                {"schema": Problem(), "description": HTTPStatus(status).phrase, "content_type": CONTENT_TYPE}
            )
        view.__dict__["_apidoc"] = documented
        return view

    return declare
