"""Patterns of check-ins that ask a person to look. None is a finding, none raises an alert: each has plain causes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from app.rules.errors import Refused
from app.rules.facts import Reason

# Nothing in law says what stands out: these are assumptions, told with each pattern, and an officer judges.
USUAL_DAYS = 14
FEWEST_DAYS, MOST_DAYS = 14, 60

LEAST_SPAN = timedelta(days=10)
"""The first and the last check-in lie at least so far apart, or the person was not seen for long enough."""
LEAST_DAYS = 8
"""On at least so many different days: less happens by chance, and holds for nobody who checks in twice a week."""
LEAST_SHARED_DAYS = 3
"""Two people at the same spot within a minute, on so many days: a household may do that, so the list says with whom."""

FIRST_MINUTES = timedelta(minutes=5)
SAME_MINUTE = timedelta(seconds=60)
SAME_PLACE_M = 1.0
TOGETHER = timedelta(seconds=60)


class Pattern(StrEnum):
    """What stands out."""

    FIRST_MINUTES = "first_minutes"
    SAME_MINUTE = "same_minute"
    SAME_PLACE = "same_place"
    SHARED_PHONE = "shared_phone"


@dataclass(frozen=True)
class Habit:
    """One person's check-ins of the time that is looked at, as sums.

    `latest_start_s` is the longest time after a window's opening, `minute_spread_s` the spread of the time of day in
    the window in which that is least, `place_spread_m` the greatest distance between two places (None without enough
    places), `same_digits` whether all coordinates were equal to the last digit.
    """

    days: int
    span: timedelta
    latest_start_s: float
    minute_days: int
    minute_spread_s: float | None
    minute_at: str | None
    place_days: int
    place_spread_m: float | None
    same_digits: bool


@dataclass(frozen=True)
class Shared:
    """Two people who checked in at the same spot within a minute, on so many days; or had the same phone bound."""

    subject_id: UUID
    other_id: UUID
    days: int = 0
    same_device: bool = False


@dataclass(frozen=True, slots=True)
class NewNote:
    """What an officer found when looking at a pattern; `answer` is what the person said."""

    id: UUID
    subject_id: UUID
    pattern: Pattern
    note: str
    answer: str | None
    body_hash: bytes


def of_two(shared: Shared) -> Reason | None:
    """What stands out about two people, in plain words without names; None where too little does."""
    if shared.same_device:
        return Reason("pattern_same_device")
    if shared.days < LEAST_SHARED_DAYS:
        return None
    return Reason("pattern_together", (("days", str(shared.days)),))


def refuse_days(days: int) -> None:
    """Refused `pattern_days`: too few days show nothing, and older ones are no longer what somebody does."""
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise Refused("pattern_days", {"least": str(FEWEST_DAYS), "most": str(MOST_DAYS)})


def of_one(habit: Habit) -> Iterator[tuple[Pattern, Reason]]:
    """What stands out about one person's check-ins, each with its reason in plain words."""
    if habit.span < LEAST_SPAN:
        return
    if habit.days >= LEAST_DAYS and habit.latest_start_s < FIRST_MINUTES.total_seconds():
        params = (("days", str(habit.days)), ("minutes", str(FIRST_MINUTES // timedelta(minutes=1))))
        yield Pattern.FIRST_MINUTES, Reason("pattern_first_minutes", params)
    if habit.minute_spread_s is not None and _same_minute(habit.minute_days, habit.minute_spread_s):
        params = (("days", str(habit.minute_days)), ("at", habit.minute_at or ""))
        yield Pattern.SAME_MINUTE, Reason("pattern_same_minute", params)
    if habit.place_spread_m is not None and _same_place(habit.place_days, habit.place_spread_m):
        code = "pattern_same_digits" if habit.same_digits else "pattern_same_place"
        yield Pattern.SAME_PLACE, Reason(code, (("days", str(habit.place_days)),))


def _same_minute(days: int, spread_s: float) -> bool:
    return days >= LEAST_DAYS and spread_s <= SAME_MINUTE.total_seconds()


def _same_place(days: int, spread_m: float) -> bool:
    return days >= LEAST_DAYS and spread_m <= SAME_PLACE_M
