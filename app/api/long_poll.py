"""Notices by long poll: a request may wait for news, without holding a connection or all threads of the process."""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

from app.actions.take_notices import hand_out_notices
from app.api.context import current_actor, deps, look_again
from app.api.fields import Body
from app.queries import notices as queries
from app.queries.notices import NoticeView

LONGEST_WAIT_S = 25
LOOK_EVERY_S = 1.0
MOST_WAITING = 16
"""Requests that may wait at once in one process. The server needs more threads than this, or waiting stops work."""

RETRY_AFTER_S = 5
LONGEST_LIST = 200
HIGHEST_NUMBER = 2**63 - 1

MOST_OF_ONE = 4
"""Of these, how many may be one person's: a phone, a browser, and connections that were lost and wait on unheard."""

PLACES = threading.BoundedSemaphore(MOST_WAITING)
OF_ONE: Counter[UUID | None] = Counter()
"""How many requests of whom wait now; changed under `_COUNTING` alone."""

_COUNTING = threading.Lock()


class NoticeArgs(Body):
    """Which notices, and how long to wait for one."""

    wait = fields.Integer(
        validate=validate.Range(0, LONGEST_WAIT_S),
        load_default=0,
        metadata={"description": "Seconds to wait for news. 0 answers at once with everything unread."},
    )
    after = fields.Integer(
        validate=validate.Range(0, HIGHEST_NUMBER),
        load_default=None,
        metadata={"description": "The `next_after` of the last answer. What was never handed out comes all the same."},
    )
    limit = fields.Integer(validate=validate.Range(1, LONGEST_LIST), load_default=50)


@dataclass(frozen=True)
class Handed:
    """What is handed out now. `retry_after_s` is set where no place to wait was free."""

    items: tuple[NoticeView, ...]
    next_after: int
    retry_after_s: int


def handed_out(args: dict[str, Any]) -> Handed:
    """The actor's notices by `NoticeArgs`, noted as given to the app; they stay unread until the app says otherwise."""
    wait_s, after = args["wait"], args["after"]
    if wait_s and after is None:
        after = _newest()
    waited = not wait_s or _wait(after or 0, wait_s)
    if wait_s:
        look_again()
    found = _found(after, args["limit"])
    if found:
        with deps().transaction() as tx:
            hand_out_notices(tx, current_actor(), [notice.id for notice in found], now=deps().now())
    next_after = max([after or 0, *(notice.seq for notice in found)])
    return Handed(found, next_after, 0 if waited or found else RETRY_AFTER_S)


def _newest() -> int:
    """What comes after it is news for this request, even if another app of the same user was given it meanwhile."""
    with deps().autocommit() as connection:
        return queries.newest(connection, current_actor())


def _found(after: int | None, limit: int) -> tuple[NoticeView, ...]:
    """Without a number everything unread: so nothing is lost with an answer."""
    with deps().autocommit() as connection:
        if after is None:
            return queries.unread(connection, current_actor(), limit=limit)
        return queries.news(connection, current_actor(), after=after, limit=limit)


def _wait(after: int, wait_s: float) -> bool:
    """Look each second until there is news, time is up or the process is to end; False where too many wait already."""
    owner = current_actor().id
    if not _takes_place(owner):
        return False
    try:
        until = time.monotonic() + wait_s
        while not _has_news(after):
            left = until - time.monotonic()
            if left <= 0 or deps().stopping.wait(min(LOOK_EVERY_S, left)):
                break
    finally:
        _leaves_place(owner)
    return True


def _takes_place(owner: UUID | None) -> bool:
    with _COUNTING:
        if OF_ONE[owner] >= MOST_OF_ONE or not PLACES.acquire(blocking=False):
            return False
        OF_ONE[owner] += 1
        return True


def _leaves_place(owner: UUID | None) -> None:
    with _COUNTING:
        OF_ONE[owner] -= 1
        if not OF_ONE[owner]:
            del OF_ONE[owner]
        PLACES.release()


def _has_news(after: int) -> bool:
    with deps().autocommit() as connection:
        return queries.has_news(connection, current_actor(), after=after)
