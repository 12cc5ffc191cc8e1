"""Long lists: the choices and the cursor in the address, and the link to what follows."""

import base64
import binascii
import json
from collections.abc import Sequence

from flask import request

from app.rules.errors import Refused


def chosen(name: str, known: Sequence[str], default: str | None = None) -> str | None:
    """One of the choices of a list, None for all; Refused `bad_filter` where the address holds anything else."""
    given = request.args.get(name, default)
    if not given:
        return None
    if given not in known:
        raise Refused("bad_filter")
    return str(given)


def cursor() -> list[str] | None:
    """The place in the list that the address names; Refused `bad_cursor` where it is none."""
    given = request.args.get("cursor")
    if not given:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(given.encode()))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Refused("bad_cursor") from error
    if not isinstance(key, list) or not all(isinstance(part, str) for part in key):
        raise Refused("bad_cursor")
    return key


def next_link(key: list[str] | None) -> dict[str, str] | None:
    """The query of the page that follows: this one's with another cursor; None on the last page."""
    if key is None:
        return None
    kept = {name: value for name, value in request.args.items() if name != "cursor"}
    return {**kept, "cursor": base64.urlsafe_b64encode(json.dumps(key).encode()).decode()}
