"""Look each morning which alerts go on without anybody bringing them to an end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.rules import handling
from app.store import effects, unhandled


@dataclass(frozen=True)
class LookedAfter:
    """How many alerts were told of as left, and how many of those told before are settled."""

    left: int = 0
    settled: int = 0


def look_after_alerts(tx: Connection, *, now: datetime) -> LookedAfter:
    """Each occurrence is told of once; what was closed, or is over, is told of no more."""
    over = unhandled.settled(tx)
    told = [decision for one in unhandled.left(tx, now=now) if (decision := handling.overdue(one, now=now)).effects]
    effects.apply(tx, [*(handling.settled(subject, alert, now=now) for subject, alert in over), *told])
    return LookedAfter(len(told), len(over))
