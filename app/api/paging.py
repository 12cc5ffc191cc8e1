"""Lists in pages: `?cursor=&limit=` in, `{"items": [...], "next_cursor": ...}` out."""

import base64
import json
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.api.fields import Body, storable
from app.api.reading import read_json

LONGEST_PAGE = 200


class Cursor(fields.Field[list[Any]]):
    """An opaque place in a list: base64 of the sort key of the last row seen."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        try:
            key = read_json(base64.urlsafe_b64decode(str(value).encode()))
        except (ValueError, ValidationError) as error:
            raise ValidationError("bad_cursor") from error
        if not isinstance(key, list) or not all(isinstance(part, str) and storable(part) for part in key):
            raise ValidationError("bad_cursor")
        return key


class PageArgs(Body):
    """The query of every list."""

    cursor = Cursor(load_default=None, metadata={"type": "string", "description": "Opaque; from next_cursor."})
    # A query holds only text, so the number is read from it, unlike in a body.
    limit = fields.Integer(validate=validate.Range(1, LONGEST_PAGE), load_default=50)


def next_cursor(key: list[str] | None) -> str | None:
    """The cursor for the rows after the one with this sort key; None on the last page."""
    return None if key is None else base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of a page of `item`; the same one whenever it is asked for, so that the document names it once."""
    content: dict[str, Any] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
    }
    return Body.from_dict(content, name=f"{item.__name__}Page")
