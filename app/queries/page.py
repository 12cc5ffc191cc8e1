"""One page of a list: some rows, and the sort key from which the next page goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from app.rules.errors import Refused

Row = TypeVar("Row")
Key = list[str]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows in order; `next_key` is None on the last page."""

    items: tuple[Row, ...]
    next_key: Key | None = None


def page_of(rows: Sequence[Row], limit: int, key: Callable[[Row], Key]) -> Page[Row]:
    """The page out of `limit + 1` rows that were asked for: the one too many tells that there are more."""
    if len(rows) <= limit:
        return Page(tuple(rows))
    return Page(tuple(rows[:limit]), key(rows[limit - 1]))


def text_key(after: Key | None) -> str | None:
    """A cursor that holds one text; Refused `bad_cursor` where it came from another list."""
    if after is None:
        return None
    if len(after) != 1:
        raise Refused("bad_cursor", fields={"cursor": "bad_cursor"})
    return after[0]


def instant_key(after: Key | None) -> tuple[datetime, UUID] | None:
    """A cursor that holds an instant and an id; Refused `bad_cursor` where it came from another list."""
    if after is None:
        return None
    try:
        at, row_id = after
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("naive")
        return instant, UUID(row_id)
    except ValueError as error:
        raise Refused("bad_cursor", fields={"cursor": "bad_cursor"}) from error
