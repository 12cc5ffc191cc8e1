"""How days of leave are counted, and who must therefore decide: the borders of the law as tables."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.law import in_force
from app.rules.leave import LeaveKind, LeaveLevel
from app.rules.leave.counting import Count, asked_late, count, cumulated, days_of, who_decides

LAW = in_force(date(2026, 3, 2))


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")


def days(first: str, number: int) -> frozenset[date]:
    start = date.fromisoformat(first)
    return frozenset(start + timedelta(days=n) for n in range(number))


class Span(NamedTuple):
    name: str
    from_at: str
    until: str
    days: int


SPANS = [
    Span("one morning", "2026-03-02T08:00", "2026-03-02T12:00", 1),
    Span("until midnight it is still that day", "2026-03-02T08:00", "2026-03-03T00:00", 1),
    Span("a minute into the next day", "2026-03-02T08:00", "2026-03-03T00:01", 2),
    Span("over midnight, an hour in all", "2026-03-02T23:30", "2026-03-03T00:30", 2),
    Span("seven days", "2026-03-02T08:00", "2026-03-08T20:00", 7),
    Span("seven times 24 hours touch eight days", "2026-03-02T08:00", "2026-03-09T08:00", 8),
    Span("seven whole days", "2026-03-02T00:00", "2026-03-09T00:00", 7),
    Span("over the end of a month", "2026-03-30T08:00", "2026-04-02T20:00", 4),
    Span("over 29 February", "2028-02-27T08:00", "2028-03-02T20:00", 5),
    Span("the same in a year without it", "2026-02-27T08:00", "2026-03-02T20:00", 4),
    Span("backwards", "2026-03-03T08:00", "2026-03-02T08:00", 0),
]


@pytest.mark.parametrize("case", SPANS, ids=lambda case: case.name)
def test_days_are_those_of_the_local_calendar(case: Span) -> None:
    assert len(days_of(at(case.from_at), at(case.until))) == case.days


class Level(NamedTuple):
    at_once: int
    total: int
    expect: LeaveLevel


LEVELS = [
    Level(1, 1, LeaveLevel.OFFICE),
    Level(7, 7, LeaveLevel.OFFICE),
    Level(7, 30, LeaveLevel.OFFICE),
    Level(8, 8, LeaveLevel.COUNTY),
    Level(30, 30, LeaveLevel.COUNTY),
    Level(31, 31, LeaveLevel.CITY),
    Level(7, 31, LeaveLevel.CITY),
    Level(1, 31, LeaveLevel.CITY),
]


@pytest.mark.parametrize("case", LEVELS)
def test_who_decides(case: Level) -> None:
    counted = Count(case.at_once, case.total)
    assert who_decides(LeaveKind.LEAVE, counted, LAW, delegated=True) is case.expect
    undelegated = LeaveLevel.COUNTY if case.expect is LeaveLevel.OFFICE else case.expect
    assert who_decides(LeaveKind.LEAVE, counted, LAW, delegated=False) is undelegated
    assert who_decides(LeaveKind.PERMIT, counted, LAW, delegated=True) is LeaveLevel.COUNTY


class Total(NamedTuple):
    name: str
    asked: frozenset[date]
    others: frozenset[date]
    expect: int


TOTALS = [
    Total("alone", days("2026-03-02", 7), frozenset(), 7),
    Total("exactly 30 in two months", days("2026-03-25", 7), days("2026-02-01", 23), 30),
    Total("31 in two months", days("2026-03-25", 7), days("2026-02-01", 24), 31),
    Total("no two months hold all of it", days("2026-04-01", 7), days("2026-02-01", 24), 24),
    Total("two months from 15 January end before 15 March", days("2026-03-14", 1), days("2026-01-15", 30), 31),
    Total("on 15 March the first is out", days("2026-03-15", 1), days("2026-01-15", 30), 30),
    Total("from 31 December they end before 28 February", days("2026-02-27", 1), days("2025-12-31", 30), 31),
    Total("on 28 February it is out", days("2026-02-28", 1), days("2025-12-31", 30), 30),
    Total("in a leap year they end before the 29th", days("2028-02-28", 1), days("2027-12-31", 30), 31),
    Total("on 29 February it is out", days("2028-02-29", 1), days("2027-12-31", 30), 30),
    Total("what was approved for later counts too", days("2026-03-02", 7), days("2026-04-01", 24), 31),
    Total("others among themselves say nothing", days("2026-08-03", 2), days("2026-02-01", 40), 2),
    Total("a shared day counts once", days("2026-03-02", 7), days("2026-03-05", 7), 10),
]


@pytest.mark.parametrize("case", TOTALS, ids=lambda case: case.name)
def test_the_total_of_two_months(case: Total) -> None:
    assert cumulated(case.asked, case.others, 2) == case.expect


FIRSTS = st.dates(date(2024, 1, 1), date(2029, 1, 1))


@given(first=FIRSTS, number=st.integers(1, 40), other=FIRSTS, more=st.integers(0, 40))
def test_a_total_never_hides_days(first: date, number: int, other: date, more: int) -> None:
    asked, others = days(first.isoformat(), number), days(other.isoformat(), more)
    total = cumulated(asked, others, 2)
    assert total <= len(asked | others)
    assert total >= min(number, 59)
    assert cumulated(asked, others | days("2020-01-01", 5), 2) >= total


def test_an_extension_counts_with_what_it_extends() -> None:
    five, three = days("2026-03-02", 5), days("2026-03-07", 3)
    counted = count(three, [five], [five], LAW)
    assert counted == Count(8, 8)
    assert who_decides(LeaveKind.LEAVE, counted, LAW, delegated=True) is LeaveLevel.COUNTY


@pytest.mark.parametrize(
    ("from_at", "late"),
    [("2026-03-04T23:59", True), ("2026-03-05T00:00", False), ("2026-03-02T12:00", True), ("2026-03-01T08:00", True)],
)
def test_three_days_before(from_at: str, late: bool) -> None:
    assert asked_late(at(from_at), LAW, now=at("2026-03-02T09:00")) is late
