"""When an event on a phone really happened: its effective time, and whether anything proves it.

Phones record without a network and send later, and their clocks are wrong or are changed. Arrival is the only instant
that the service knows by itself, so every proof leads back to it. A leaf of the rules, for check-ins and positions.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

TOLERANCE = timedelta(minutes=2)
"""How far a phone's own time may lie from arrival (and a proven offset from the present one) and still be believed."""


class Proof(StrEnum):
    """What the effective time rests on. `NONE` and `AHEAD` prove nothing; `AHEAD` claims a time after its arrival.

    `WITNESS` is an officer who was there; the others are found by `effective_time`.
    """

    ELAPSED = "elapsed"
    ARRIVAL = "arrival"
    OFFSET = "offset"
    WITNESS = "witness"
    NONE = "none"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Sending:
    """One request as it left the phone and arrived here; what the phone need not say is None.

    `elapsed_ms` is the phone's monotonic clock when it sent, which no person can set and which starts anew with each
    boot. `proven_offset_s` is what earlier requests of this boot proved: our clock minus the phone's, in seconds.
    """

    received_at: datetime
    sent_at: datetime | None = None
    elapsed_ms: int | None = None
    boot_id: str | None = None
    proven_offset_s: float | None = None


class Timed(NamedTuple):
    """When the event happened, never after its arrival; where it is not `proven` this is only what the phone claims.

    Not a dataclass, like the reports of `positions`: five hundred of them arrive in one request.
    """

    effective_at: datetime
    how: Proof

    @property
    def proven(self) -> bool:
        """Whether a duty may be judged by this time without a person looking at it."""
        return self.how is not Proof.NONE and self.how is not Proof.AHEAD


def effective_time(recorded_at: datetime, recorded_elapsed_ms: int | None, sending: Sending) -> Timed:
    """When an event happened that the phone dates `recorded_at`, and that its monotonic clock put at the given ms.

    The monotonic clock counts first, then a phone's time close to arrival, then one corrected by the boot's offset.
    """
    age = _age(recorded_elapsed_ms, sending)
    if age is not None:
        return Timed(sending.received_at - age, Proof.ELAPSED)
    if abs(sending.received_at - recorded_at) <= TOLERANCE:
        return Timed(min(recorded_at, sending.received_at), Proof.ARRIVAL)
    offset = _usable_offset(sending)
    claimed = recorded_at if offset is None else recorded_at + offset
    if claimed > sending.received_at + TOLERANCE:
        return Timed(sending.received_at, Proof.AHEAD)
    return Timed(min(claimed, sending.received_at), Proof.NONE if offset is None else Proof.OFFSET)


def observed_offset_s(sending: Sending) -> float | None:
    """Our clock minus the phone's as this request shows it, the time on the way included; None where it does not."""
    if sending.sent_at is None or sending.boot_id is None:
        return None
    return (sending.received_at - sending.sent_at).total_seconds()


def _age(recorded_elapsed_ms: int | None, sending: Sending) -> timedelta | None:
    """How long before its sending the event happened; None where the two readings cannot be of one boot."""
    if sending.boot_id is None or sending.elapsed_ms is None or recorded_elapsed_ms is None:
        return None
    if not 0 <= recorded_elapsed_ms <= sending.elapsed_ms:
        return None
    return timedelta(milliseconds=sending.elapsed_ms - recorded_elapsed_ms)


def _usable_offset(sending: Sending) -> timedelta | None:
    """The boot's proven offset, unless this very request shows that the phone's clock was set since."""
    if sending.boot_id is None or sending.proven_offset_s is None:
        return None
    proven = timedelta(seconds=sending.proven_offset_s)
    observed = observed_offset_s(sending)
    if observed is not None and abs(timedelta(seconds=observed) - proven) > TOLERANCE:
        return None
    return proven
