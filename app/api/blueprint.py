"""The typed door to flask-smorest: blueprints whose decorators keep the types of what they decorate."""

from collections.abc import Callable
from typing import Any, TypeVar

import flask_smorest
from marshmallow import Schema

from app.api.reading import Reader

View = TypeVar("View", bound=Callable[..., Any])
Kind = TypeVar("Kind", bound=type)


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask_smorest ships no types
    """One subject-matter of one audience: `Blueprint("office_zones", __name__, description="…")`."""

    ARGUMENTS_PARSER = Reader()

    def route(self, rule: str, **options: Any) -> Callable[[Kind], Kind]:
        """Serve `rule` by a `MethodView`."""
        return super().route(rule, **options)  # type: ignore[no-any-return]

    def arguments(
        self, schema: type[Schema] | Schema, *, location: str = "json", **options: Any
    ) -> Callable[[View], View]:
        """Read the body (or the query: `location="query"`) by `schema` and pass it to the view as a mapping."""
        return super().arguments(schema, location=location, **options)  # type: ignore[no-any-return]

    def response(
        self, status_code: int, schema: type[Schema] | Schema | None = None, **options: Any
    ) -> Callable[[View], View]:
        """Write what the view returns by `schema`, with `status_code` unless the view gives another one beside it."""
        return super().response(status_code, schema, **options)  # type: ignore[no-any-return]

    def files(self, *media_types: str) -> Callable[[View], View]:
        """Answer with a file, of one of these media types."""
        content = {one: {"schema": {"type": "string", "format": "binary"}} for one in media_types}

        def declared(view: View) -> View:
            answered: View = super(Blueprint, self).response(200, content_type=media_types[0])(view)
            return self.doc(responses={"200": {"content": content}})(answered)

        return declared

    def doc(self, **told: Any) -> Callable[[View], View]:
        """Say in the document what no schema says."""
        return super().doc(**told)  # type: ignore[no-any-return]

    def after_request(self, change: View) -> View:
        """Let `change` see each answer of this blueprint's routes, refusals included."""
        return super().after_request(change)  # type: ignore[no-any-return]

    def alt_response(self, status_code: int, **options: Any) -> Callable[[View], View]:
        """Declare another answer than the usual one."""
        return super().alt_response(status_code, **options)  # type: ignore[no-any-return]
