"""Long lists: the choices and the cursor in the address, and the link to what follows."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

from app.rules.errors import Refused

Row = TypeVar("Row")
LONGEST_NUMBER = 6


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


@dataclass(frozen=True)
class Part(Generic[Row]):
    """Some lines of a list of which it is known how long it is: `first` and `last` count from 1."""

    items: Sequence[Row]
    skipped: int
    of: int
    limit: int

    @property
    def first(self) -> int:
        return self.skipped + 1

    @property
    def last(self) -> int:
        return self.skipped + len(self.items)

    @property
    def cut(self) -> bool:
        """Whether the list is longer than what is shown of it."""
        return len(self.items) < self.of

    @property
    def more(self) -> dict[str, str] | None:
        return next_link([str(self.last)]) if self.items and self.last < self.of else None

    @property
    def before(self) -> dict[str, str] | None:
        return next_link([str(max(self.skipped - self.limit, 0))]) if self.skipped else None


def skipped() -> int:
    """How many lines of such a list stand on the pages before this one; Refused `bad_cursor` where that is none."""
    key = cursor()
    if key is None:
        return 0
    if len(key) != 1 or not key[0].isdecimal() or len(key[0]) > LONGEST_NUMBER:
        raise Refused("bad_cursor")
    return int(key[0])


def part_of(rows: Sequence[Row], limit: int) -> Part[Row]:
    """The lines of a whole list that the address asks for."""
    begin = skipped()
    return Part(rows[begin : begin + limit], begin, len(rows), limit)
