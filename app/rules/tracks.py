"""Reading a track: how much of it at once, and where it has gaps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Protocol
from uuid import UUID

from app.rules.errors import Refused
from app.rules.facts import PowerKind
from app.rules.policy import Policy

# A month at a time is what a case needs; whoever wants more asks, and is recorded, more than once.
DAYS_AT_ONCE = 31

# A phone polls, and under an order reports, more often than this; a longer stretch without a fix wants explaining.
POLLS_WITHOUT_FIX = 3


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `from_at` until `until`."""

    from_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a track goes on: after the fix with these times and this id."""

    effective_at: datetime
    recorded_at: datetime
    id: UUID

    def as_key(self) -> list[str]:
        """The place as a cursor holds it."""
        return [self.effective_at.isoformat(), self.recorded_at.isoformat(), str(self.id)]


def place_of(key: Sequence[str] | None) -> Place | None:
    """The place that a cursor holds; Refused `bad_cursor` where it came from another list."""
    if key is None:
        return None
    try:
        effective_text, recorded_text, fix_id = key
        effective_at, recorded_at = datetime.fromisoformat(effective_text), datetime.fromisoformat(recorded_text)
        if effective_at.tzinfo is None or recorded_at.tzinfo is None:
            raise ValueError("naive")
        return Place(effective_at, recorded_at, UUID(fix_id))
    except ValueError as error:
        raise Refused("bad_cursor", fields={"cursor": "bad_cursor"}) from error


ARTICLES = {PowerKind.CHECK: "Law 26", PowerKind.ORDER: "Law 29"}
"""Where each kind of power stands."""


class Taken(Protocol):
    """A fix as far as its power goes: when it was measured, and under which power, that still is on record or not."""

    @property
    def effective_at(self) -> datetime: ...
    @property
    def power_id(self) -> UUID: ...
    @property
    def power_kind(self) -> str | None: ...
    @property
    def power_from(self) -> datetime | None: ...
    @property
    def power_until(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a track that was taken under one power: its kind, id, article and term, and how many fixes it holds.

    `from_at` and `until` are the first and the last fix. Kind, article and term are None where the power is no longer
    on record.
    """

    power_id: UUID
    power_kind: str | None
    article: str | None
    power_from: datetime | None
    power_until: datetime | None
    from_at: datetime
    until: datetime
    points: int


def parts(points: Sequence[Taken]) -> tuple[Part, ...]:
    """A track by the powers that allowed it, in order: a power that comes back after another is a part of its own."""
    found: list[Part] = []
    for power_id, run in groupby(points, key=lambda point: point.power_id):
        fixes = list(run)
        first, last = fixes[0], fixes[-1]
        kind = PowerKind(first.power_kind) if first.power_kind else None
        found.append(
            Part(
                power_id,
                kind,
                ARTICLES[kind] if kind else None,
                first.power_from,
                first.power_until,
                first.effective_at,
                last.effective_at,
                len(fixes),
            )
        )
    return tuple(found)


def refuse_range(from_at: datetime, until: datetime) -> None:
    """Refuse a time that ends before it begins, or longer than `DAYS_AT_ONCE`."""
    if until <= from_at:
        raise Refused("range_reversed", fields={"to": "range_reversed"})
    if until - from_at > timedelta(days=DAYS_AT_ONCE):
        raise Refused("range_too_long", {"days": DAYS_AT_ONCE}, fields={"to": "range_too_long_field"})


def gaps(
    instants: Sequence[datetime], orders: Sequence[Stretch], shown: Stretch, policy: Policy
) -> tuple[Stretch, ...]:
    """Where the phone was to report all the time, and did not for longer than three polls.

    `instants` are the times of the fixes in order, `orders` the terms that covered the phone, `shown` the time that is
    looked at. Outside an order nothing may be collected but at checks, so that nothing is missing there.
    """
    longest = unbroken(policy)
    found = (gap for order in orders for gap in _between(instants, _within(order, shown)))
    return tuple(sorted((gap for gap in found if gap.until - gap.from_at > longest), key=lambda gap: gap.from_at))


def unbroken(policy: Policy) -> timedelta:
    """How far apart two fixes may be and still be joined by a line."""
    return timedelta(seconds=POLLS_WITHOUT_FIX * policy.poll_after_s)


def runs(instants: Sequence[datetime], longest: timedelta) -> tuple[range, ...]:
    """The fixes that may be joined by lines, as places in the sequence: a run ends where the next one is too late."""
    ends = [n for n in range(1, len(instants)) if instants[n] - instants[n - 1] > longest]
    cuts = [0, *ends, len(instants)] if instants else [0]
    return tuple(range(begin, end) for begin, end in pairwise(cuts))


def _within(order: Stretch, shown: Stretch) -> Stretch:
    return Stretch(max(order.from_at, shown.from_at), min(order.until, shown.until))


def _between(instants: Sequence[datetime], stretch: Stretch) -> Iterator[Stretch]:
    last = stretch.from_at
    for instant in instants:
        if stretch.from_at <= instant < stretch.until:
            yield Stretch(last, instant)
            last = instant
    yield Stretch(last, stretch.until)
