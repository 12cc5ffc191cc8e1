"""How requests are read: JSON and nothing else, well-formed, in UTF-8; and no parameter that nobody asked for."""

import json
from io import BytesIO
from typing import Any, NoReturn

from flask import Request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType


class InMemory(Request):
    """A request whose files stay in memory: a photo of a face is never written to a disk unencrypted, not for a moment.

    No body is larger than the largest file may be, and a stranger's not as large as that.
    """

    def _get_file_stream(self, *_: Any, **__: Any) -> BytesIO:
        return BytesIO()


class Reader(FlaskParser):
    """Reads bodies and queries for the schemas of the blueprints.

    A body in another format is 415; one that is no JSON is 422, like one that does not fit its schema. A misspelt
    parameter of a query is an error like a misspelt field: ignored, it would show more than was asked for.
    """

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012  (webargs')
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
        "files": None,
    }

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002  (webargs' signature)
        """The content of a body."""
        body = req.get_data(cache=True)
        if req.content_length is None and len(body) == req.max_content_length:
            raise RequestEntityTooLarge  # it came in chunks, and the server cut it off
        if body and not is_json_request(req):
            raise UnsupportedMediaType
        return read_json(body)

    def load_files(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002  (webargs' signature)
        """The fields and files of a multipart body, each once."""
        if req.mimetype != "multipart/form-data":
            raise UnsupportedMediaType
        parts = [*req.form.items(multi=True), *req.files.items(multi=True)]
        names = [name for name, _ in parts]
        if len(set(names)) < len(names):
            raise ValidationError("part_repeated")
        return dict(parts)


def read_json(body: bytes) -> Any:
    """The value that `body` holds. ValidationError for what is no JSON, is nested beyond reading, or holds a NaN."""
    try:
        return json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValidationError("no_json") from error


def _refuse(constant: str) -> NoReturn:
    """Python would read NaN and Infinity, which are no JSON."""
    raise ValueError(constant)
