"""Sweeping in chunks: one transaction each, halved on failure until the item that cannot be done stands alone."""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from app.rules.errors import Unavailable
from app.store import due, faults
from app.store.due import Due, Sweep

LOG = logging.getLogger(__name__)
CHUNK = 500
NAMED = 20

Transaction = Callable[[], AbstractContextManager[Connection]]
Work = Callable[[Connection, Sequence[UUID]], Any]
"""Does the work for some ids in one transaction; gives a frozen dataclass of counts."""


NEVER = threading.Event()


class Stopped(Exception):
    """The process was told to end before all was done. What was committed stays; the rest is for another worker."""


@dataclass
class Swept:
    """What a sweep did, counted by name, and which items failed alone."""

    counts: Counter[str] = field(default_factory=Counter)
    failed: list[UUID] = field(default_factory=list)

    def as_counts(self) -> Mapping[str, int]:
        """The counts of a run: `failed` tells how many were left behind, and the first of them are named."""
        named = {f"failed {item}": 1 for item in self.failed[:NAMED]}
        return {**self.counts, "failed": len(self.failed), **named}


def in_chunks(
    ids: Sequence[UUID],
    work: Work,
    transaction: Transaction,
    *,
    size: int = CHUNK,
    stopping: threading.Event = NEVER,
) -> Swept:
    """Do `work` for all ids, at most `size` in one transaction. What fails is halved; the rest goes through.

    Raises `Unavailable` at once: where the database is away, halving would only ask it more often. Raises `Stopped`
    between two chunks once `stopping` is set.
    """
    swept = Swept()
    for start in range(0, len(ids), size):
        _done(ids[start : start + size], work, transaction, swept, stopping)
    return swept


def sweep(
    kind: Sweep,
    work: Work,
    transaction: Transaction,
    *,
    now: datetime,
    size: int = CHUNK,
    reading: Transaction | None = None,
    stopping: threading.Event = NEVER,
) -> Swept:
    """Do `work` for everything that is due at `now`, chunk by chunk. What failed or is held elsewhere is passed by.

    `reading` gives the connection on which the next chunk is looked up, `transaction` where none is given. Raises
    `Stopped` between two chunks once `stopping` is set.
    """
    swept = Swept()
    after: Due | None = None
    while True:
        with (reading or transaction)() as tx:
            found = due.listed(tx, kind, now=now, limit=size, after=after)
        if not found:
            return swept
        _done([one.id for one in found], work, transaction, swept, stopping)
        if len(found) < size:
            return swept
        after = found[-1]


def _done(ids: Sequence[UUID], work: Work, transaction: Transaction, swept: Swept, stopping: threading.Event) -> None:
    if stopping.is_set():
        raise Stopped
    try:
        with transaction() as tx:
            counts = asdict(work(tx, ids))
    except Exception as error:
        if isinstance(error, Unavailable) and not faults.is_of_the_work(error):
            raise
        if len(ids) == 1:
            LOG.exception("item %s failed", ids[0])
            swept.failed.append(ids[0])
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            _done(half, work, transaction, swept, stopping)
    else:
        swept.counts.update(counts)
