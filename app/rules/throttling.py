"""How guessing is slowed: each failure beyond a few doubles the wait, which time takes back. Nobody is locked out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from app.rules.errors import TooOften

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
DOUBLINGS = 8
"""5 s doubled eight times is past the longest wait: a level climbs no further, so that time can take it back."""


@dataclass(frozen=True)
class Lane:
    """How failures of one sort count: so many are human, then waits begin; each `decay` takes one failure back."""

    free: int
    decay: timedelta


ACCOUNT = Lane(5, timedelta(minutes=30))
ADDRESS = Lane(30, timedelta(minutes=5))
"""A whole justice office, or a village behind one mobile mast, may share an address."""

KNOWN_DEVICE = Lane(5, timedelta(minutes=30))


@dataclass(frozen=True)
class Stand:
    """How many failures count, as of the last of them."""

    level: int
    at: datetime


def level_now(stand: Stand | None, lane: Lane, *, now: datetime) -> int:
    """How many failures still count."""
    if stand is None:
        return 0
    return max(0, stand.level - max(0, (now - stand.at) // lane.decay))


def wait(stand: Stand | None, lane: Lane, *, now: datetime) -> timedelta:
    """How long nobody in this lane may try; zero or less where the way is free."""
    if stand is None or stand.level < lane.free:
        return timedelta(0)
    growing = FIRST_WAIT * (1 << min(stand.level - lane.free, DOUBLINGS))
    return stand.at + min(growing, LONGEST_WAIT) - now


def refuse_haste(stands: Iterable[tuple[Stand | None, Lane]], *, now: datetime) -> None:
    """TooOften `too_many_log_ins` with `retry_after_s` while any of the lanes has to wait."""
    longest = max((wait(stand, lane, now=now) for stand, lane in stands), default=timedelta(0))
    if longest > timedelta(0):
        raise TooOften("too_many_log_ins", {"retry_after_s": ceil(longest.total_seconds())})


def one_more(stand: Stand | None, lane: Lane, *, now: datetime) -> Stand:
    """The stand after one more try. It counts before its outcome is known, so that tries at once cannot slip by."""
    return Stand(min(level_now(stand, lane, now=now) + 1, lane.free + DOUBLINGS), now)
