"""How many days a leave takes, and who must therefore decide [Measures 27].

A day of leave is a day of the local calendar of which any part is spent away: the day of leaving and that of the
return count both. So 2 March 08:00 to 8 March 20:00 are seven days, whatever the hours. A day that two leaves share
counts once. Days on the road under a permit for frequent travel are not counted: it is granted apart [Measures 29].
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.rules.calendar import add_months, last_day_before, legal_day
from app.rules.law import Law
from app.rules.leave.kinds import LeaveKind, LeaveLevel

Days = frozenset[date]


@dataclass(frozen=True)
class Count:
    """Days of one leave with what it extends, and the most days that fall into any two months touching it."""

    at_once: int
    cumulated: int


def days_of(from_at: datetime, until: datetime) -> Days:
    """The local days of [from_at, until); none where it does not run forward."""
    if until <= from_at:
        return frozenset()
    first = legal_day(from_at)
    return frozenset(first + timedelta(days=n) for n in range((last_day_before(until) - first).days + 1))


def cumulated(asked: Days, others: Days, months: int) -> int:
    """The most days of leave in any span of so many calendar months that holds a day of `asked`.

    It is enough to look at spans that begin on a day of leave: any other holds no more. A span from the 31st ends
    before the last day of a shorter month, as `calendar.add_months` says.
    """
    every = sorted(asked | others)
    most = 0
    for first in every:
        end = add_months(first, months)
        inside = [day for day in every if first <= day < end]
        if not asked.isdisjoint(inside):
            most = max(most, len(inside))
    return most


def count(asked: Days, chain: Iterable[Days], others: Iterable[Days], law: Law) -> Count:
    """`chain` are the days of what the request extends, `others` those of all leave that was approved besides."""
    before = frozenset[date]().union(*chain)
    rest = before.union(*others)
    months = law.leave_cumulated_over_months.value
    return Count(len(asked | before), cumulated(asked, rest, months))


def who_decides(kind: LeaveKind, counted: Count, law: Law, *, delegated: bool) -> LeaveLevel:
    """The justice office where the county delegated it and there are no more than seven days; else the county.

    More than 30 days at once, or in two months together, are for the city. A permit is always the county's.
    """
    if kind is LeaveKind.PERMIT:
        return LeaveLevel.COUNTY
    if counted.at_once > law.leave_once_days.value or counted.cumulated > law.leave_cumulated_days.value:
        return LeaveLevel.CITY
    if counted.at_once > law.leave_by_office_days.value or not delegated:
        return LeaveLevel.COUNTY
    return LeaveLevel.OFFICE


def asked_late(from_at: datetime, law: Law, *, now: datetime) -> bool:
    """Whether fewer than three days lie before it. Noted, and never a ground to refuse by itself."""
    return (legal_day(from_at) - legal_day(now)).days < law.leave_ask_days.value
