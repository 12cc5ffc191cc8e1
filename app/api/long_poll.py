"""Notices by long poll: a request may wait for news, without holding a connection or all threads of the process."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from app.actions.take_notices import hand_out_notices
from app.api.context import current_actor, deps
from app.api.fields import Body, whole
from app.queries import notices as queries
from app.queries.notices import NoticeView

LONGEST_WAIT_S = 25
LOOK_EVERY_S = 1.0
MOST_WAITING = 16
"""Requests that may wait at once in one process. The server needs more threads than this, or waiting stops work."""

RETRY_AFTER_S = 5
LONGEST_LIST = 200

PLACES = threading.BoundedSemaphore(MOST_WAITING)


class NoticeArgs(Body):
    """Which notices, and how long to wait for one."""

    wait = whole(
        0,
        LONGEST_WAIT_S,
        load_default=0,
        metadata={"description": "Seconds to wait for news. 0 answers at once with everything unread."},
    )
    after = whole(
        0,
        2**63 - 1,
        load_default=None,
        allow_none=True,
        metadata={"description": "The `next_after` of the last answer. What was never handed out comes all the same."},
    )
    limit = whole(1, LONGEST_LIST, load_default=50)


@dataclass(frozen=True)
class Handed:
    """What is handed out now. `retry_after_s` is set where no place to wait was free."""

    items: tuple[NoticeView, ...]
    next_after: int
    retry_after_s: int


def handed_out(args: dict[str, Any]) -> Handed:
    """The actor's notices by `NoticeArgs`, noted as given to the app; they stay unread until the app says otherwise."""
    wait_s, after = args["wait"], args["after"]
    waited = not wait_s or _wait(after, wait_s)
    found = _found(args)
    if found:
        with deps().transaction() as tx:
            hand_out_notices(tx, current_actor(), [notice.id for notice in found], now=deps().now())
    newest = max((notice.seq for notice in found), default=0)
    return Handed(found, max(newest, after or 0), 0 if waited or found else RETRY_AFTER_S)


def _found(args: dict[str, Any]) -> tuple[NoticeView, ...]:
    """Without waiting, and without a number, everything unread: so nothing is lost with an answer."""
    with deps().autocommit() as connection:
        if not args["wait"] and args["after"] is None:
            return queries.unread(connection, current_actor(), limit=args["limit"])
        return queries.news(connection, current_actor(), after=args["after"], limit=args["limit"])


def _wait(after: int | None, wait_s: float) -> bool:
    """Look each second until there is news or time is up; False where too many requests wait already."""
    if not PLACES.acquire(blocking=False):
        return False
    try:
        until = time.monotonic() + wait_s
        while not _has_news(after):
            left = until - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(LOOK_EVERY_S, left))
    finally:
        PLACES.release()
    return True


def _has_news(after: int | None) -> bool:
    with deps().autocommit() as connection:
        return queries.has_news(connection, current_actor(), after=after)
