"""Many rows as one JSON parameter, for statements that write a batch at once."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID


def as_json(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a JSON array that `jsonb_to_recordset` reads; times in ISO format, ids as text."""
    return json.dumps(rows, default=_plain, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a row")
