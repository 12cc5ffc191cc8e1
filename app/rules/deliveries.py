"""What becomes of one try to deliver a notice: done, tried again later, or given up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.rules.facts import DeliveryState

FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 300.0
MOST_TRIES = 42
"""With the waits above the last try comes three hours after the first: longer than an evening's outage of a vendor."""


class Answer(StrEnum):
    """What a try came to. `UNTRIED`: the claim ran out before its turn. `UNREACHABLE`: there was nobody to send to."""

    SENT = "sent"
    UNREGISTERED = "unregistered"
    RETRY = "retry"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    UNTRIED = "untried"


@dataclass(frozen=True)
class Tried:
    """One answer; `error` is a code without anything personal, `after_s` how long the vendor asked us to wait."""

    answer: Answer
    error: str | None = None
    after_s: float | None = None


@dataclass(frozen=True)
class Settlement:
    """The delivery's new state. `next_try_at` is set while it is pending; `attempts` counts the tries so far."""

    state: DeliveryState
    attempts: int
    next_try_at: datetime | None = None
    error: str | None = None
    retire_endpoint: bool = False

    @property
    def failed(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in {DeliveryState.DEAD, DeliveryState.RETIRED}


def settle(attempts: int, tried: Tried, *, now: datetime) -> Settlement:
    """What becomes of a delivery after try number `attempts` (counted from 1).

    Waits double from 5 s to 300 s; a longer wish of the vendor's is obeyed. After `MOST_TRIES` it is dead, as it is at
    once where the vendor refused the message for good. An address that is gone is retired with its delivery.
    """
    match tried.answer:
        case Answer.SENT:
            return Settlement(DeliveryState.SENT, attempts)
        case Answer.UNTRIED:
            return Settlement(DeliveryState.PENDING, attempts - 1, now)
        case Answer.UNREGISTERED:
            error = tried.error or Answer.UNREGISTERED
            return Settlement(DeliveryState.RETIRED, attempts, error=error, retire_endpoint=True)
        case Answer.UNREACHABLE:
            return Settlement(DeliveryState.RETIRED, attempts - 1, error=tried.error)
        case Answer.REJECTED:
            return Settlement(DeliveryState.DEAD, attempts, error=tried.error)
        case Answer.RETRY:
            return _again(attempts, tried, now)


def _again(attempts: int, tried: Tried, now: datetime) -> Settlement:
    if attempts >= MOST_TRIES:
        return Settlement(DeliveryState.DEAD, attempts, error=tried.error)
    pause = timedelta(seconds=max(wait_s(attempts), tried.after_s or 0.0))
    return Settlement(DeliveryState.PENDING, attempts, now + pause, tried.error)


def wait_s(attempts: int) -> float:
    """Seconds between try number `attempts` and the next: 5, 10, 20 ... 300."""
    return min(FIRST_WAIT_S * (1 << min(attempts - 1, 16)), LONGEST_WAIT_S)
