"""Many rows as one JSON parameter, for statements that write a batch at once."""

from collections.abc import Sequence
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder()


def as_json(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a JSON array that `jsonb_to_recordset` reads; times in ISO format, ids as text.

    A chunk of a sweep is half a megabyte: Python's own encoder would take longer over it than the database over the
    rows.
    """
    return _ENCODER.encode(rows).decode()
