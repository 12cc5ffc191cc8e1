"""Legal days in Shanghai on a server in UTC: midnights, month ends, 29 February, holidays, quiet hours."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import (
    SHANGHAI,
    Holidays,
    add_months,
    at_minute,
    end_of_day,
    end_of_day_count,
    further_months,
    is_quiet,
    last_day_before,
    legal_day,
    minute_of_day,
    months_later,
    next_month,
    quiet_until,
    start_of_day,
    statutory_due,
    statutory_last_day,
)

SECOND = timedelta(seconds=1)
DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 31))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# ------------------------------------------------------------------------------------------------------ days


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC), date(2025, 12, 31)),
        (datetime(2025, 12, 31, 16, 0, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2028, 2, 28, 16, 0, 0, tzinfo=UTC), date(2028, 2, 29)),
        (datetime(2028, 2, 29, 16, 0, 0, tzinfo=UTC), date(2028, 3, 1)),
        (datetime(2026, 2, 28, 16, 0, 0, tzinfo=UTC), date(2026, 3, 1)),
    ],
)
def test_the_legal_day_changes_at_shanghai_midnight(at: datetime, day: date) -> None:
    assert legal_day(at) == day


@pytest.mark.parametrize("function", [legal_day, minute_of_day, last_day_before])
def test_a_naive_time_is_refused(function: object) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match="aware"):
        function(datetime(2026, 3, 1))  # noqa: DTZ001


def test_naive_times_are_refused_by_months_and_quiet_hours_too() -> None:
    with pytest.raises(ValueError, match="aware"):
        months_later(datetime(2026, 3, 1), 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        quiet_until(datetime(2026, 3, 1), 0, 60)  # noqa: DTZ001


@given(day=DAYS)
def test_a_day_is_all_and_only_its_own_instants(day: date) -> None:
    start, end = start_of_day(day), end_of_day(day)
    assert start.tzinfo is UTC
    assert end - start == timedelta(days=1)
    assert legal_day(start) == legal_day(end - SECOND) == last_day_before(end) == day
    assert legal_day(start - SECOND) == day - timedelta(days=1)
    assert end == start_of_day(day + timedelta(days=1))


@given(at=INSTANTS)
def test_the_fixed_offset_is_what_the_zone_says(at: datetime) -> None:
    assert at.astimezone(SHANGHAI).replace(tzinfo=None) == at.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)


@given(day=DAYS, minute=st.integers(0, 1439))
def test_minutes_of_a_day_there_and_back(day: date, minute: int) -> None:
    at = at_minute(day, minute)
    assert (legal_day(at), minute_of_day(at)) == (day, minute)


@pytest.mark.parametrize(
    ("due_at", "day"),
    [
        (local("2026-03-02T00:00:00"), date(2026, 3, 1)),
        (local("2026-03-02T00:00:01"), date(2026, 3, 2)),
        (local("2026-03-02T10:03:00"), date(2026, 3, 2)),
        (local("2026-01-01T00:00:00"), date(2025, 12, 31)),
    ],
)
def test_the_last_day_that_a_deadline_covers(due_at: datetime, day: date) -> None:
    assert last_day_before(due_at) == day


# ------------------------------------------------------------------------------------------------------ months


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 15), 1, date(2026, 2, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
        (date(2026, 7, 7), 0, date(2026, 7, 7)),
    ],
)
def test_calendar_months(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("first", "months", "expected"),
    [
        (date(2026, 1, 31), 1, ["02-28", "03-31", "04-30", "05-31"]),
        (date(2028, 1, 30), 1, ["02-29", "03-30", "04-30", "05-30"]),
        (date(2025, 11, 30), 3, ["02-28", "05-30", "08-30"]),
        (date(2028, 2, 29), 12, ["02-28", "02-28", "02-28", "02-29"]),
        (date(2026, 2, 28), 1, ["03-28", "04-28"]),
    ],
)
def test_months_that_repeat_come_back_to_their_day(first: date, months: int, expected: list[str]) -> None:
    day, found = first, []
    for _ in expected:
        day = further_months(day, months, first)
        found.append(f"{day:%m-%d}")
    assert found == expected


@given(first=DAYS, turns=st.lists(st.integers(1, 14), max_size=8))
def test_months_that_repeat_are_counted_from_the_first_day(first: date, turns: list[int]) -> None:
    day = first
    for months in turns:
        day = further_months(day, months, first)
    assert day == add_months(first, sum(turns))


def test_next_month_of_the_31st_of_january() -> None:
    assert next_month(date(2026, 1, 31)) == date(2026, 2, 28)
    assert next_month(date(2028, 1, 31)) == date(2028, 2, 29)


@given(day=DAYS, months=st.integers(-24, 24))
def test_months_keep_the_day_or_take_the_months_last(day: date, months: int) -> None:
    later = add_months(day, months)
    last = calendar.monthrange(later.year, later.month)[1]
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day == min(day.day, last)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (local("2026-03-03T09:05:00"), local("2026-06-03T09:05:00")),
        (local("2026-11-30T23:59:59"), local("2027-02-28T23:59:59")),
        # 1 March in Shanghai is still February in UTC: the local month counts
        (datetime(2026, 2, 28, 17, 0, tzinfo=UTC), datetime(2026, 5, 31, 17, 0, tzinfo=UTC)),
    ],
)
def test_three_months_of_an_order(at: datetime, expected: datetime) -> None:
    later = months_later(at, 3)
    assert later == expected
    assert later.tzinfo is UTC


# ------------------------------------------------------------------------------------------------------ working days

YEAR_2026 = Holidays(
    years=frozenset({2026}),
    rest=frozenset({date(2026, 10, day) for day in range(1, 8)} | {date(2026, 4, 6)}),
    work=frozenset({date(2026, 10, 10), date(2026, 9, 20)}),
)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),  # a Saturday that is worked
        (date(2026, 10, 11), False),  # a Sunday
        (date(2026, 4, 6), False),  # a Monday off
        (date(2027, 10, 1), True),  # an unknown year: a Friday
        (date(2027, 10, 2), False),  # an unknown year: a Saturday
    ],
)
def test_working_days(day: date, worked: bool) -> None:
    assert YEAR_2026.is_working_day(day) is worked


def test_known_years() -> None:
    assert YEAR_2026.known(2026)
    assert not YEAR_2026.known(2027)
    assert not Holidays().known(2026)


@dataclass(frozen=True)
class Period:
    name: str
    begins: date
    days: int
    last_day: date
    source: str = "Criminal Procedure Law 105"


PERIODS = [
    Period("the first day does not count", date(2026, 3, 2), 10, date(2026, 3, 12)),
    Period("a Saturday moves to Monday", date(2026, 3, 4), 10, date(2026, 3, 16)),
    Period("a Sunday moves to Monday", date(2026, 3, 5), 10, date(2026, 3, 16)),
    Period("a holiday moves past the whole holiday", date(2026, 9, 21), 10, date(2026, 10, 8)),
    Period("the last day of the holiday moves too", date(2026, 9, 27), 10, date(2026, 10, 8)),
    Period("the first day after the holiday stays", date(2026, 9, 28), 10, date(2026, 10, 8)),
    Period("a worked Saturday stays", date(2026, 9, 30), 10, date(2026, 10, 10)),
    Period("a long weekend: Saturday 4 April to Tuesday 7 April", date(2026, 3, 25), 10, date(2026, 4, 7)),
    Period("beginning on a day off counts all the same", date(2026, 10, 3), 10, date(2026, 10, 13)),
    Period("across 28 February", date(2026, 2, 20), 10, date(2026, 3, 2)),
    Period("over 29 February", date(2028, 2, 22), 10, date(2028, 3, 3)),
    Period("ending on 29 February", date(2028, 2, 19), 10, date(2028, 2, 29)),
    Period("across the end of the year", date(2026, 12, 25), 10, date(2027, 1, 4)),
    Period("a known year's end in an unknown year: a Friday is worked", date(2026, 12, 22), 10, date(2027, 1, 1)),
    Period("five days of a notice", date(2026, 9, 25), 5, date(2026, 9, 30)),
]


@pytest.mark.parametrize("case", PERIODS, ids=lambda case: case.name)
def test_statutory_periods(case: Period) -> None:
    assert statutory_last_day(case.begins, case.days, YEAR_2026) == case.last_day
    assert statutory_due(case.begins, case.days, YEAR_2026) == end_of_day(case.last_day)


def test_a_statutory_deadline_is_the_end_of_its_last_day() -> None:
    due_at = statutory_due(date(2026, 3, 2), 10, YEAR_2026)
    assert due_at == datetime(2026, 3, 12, 16, 0, tzinfo=UTC)
    assert legal_day(due_at - SECOND) == date(2026, 3, 12)
    assert legal_day(due_at) == date(2026, 3, 13)


@given(day=DAYS, days=st.integers(1, 60))
def test_a_statutory_period_ends_on_a_worked_day_and_never_early(day: date, days: int) -> None:
    last = statutory_last_day(day, days, YEAR_2026)
    assert YEAR_2026.is_working_day(last)
    counted = day + timedelta(days=days)
    assert last >= counted
    assert not any(YEAR_2026.is_working_day(counted + timedelta(days=n)) for n in range((last - counted).days))


def test_a_local_count_of_days_is_not_moved_for_weekends() -> None:
    assert end_of_day_count(date(2026, 3, 4), 10) == end_of_day(date(2026, 3, 14))  # a Saturday


# ------------------------------------------------------------------------------------------------------ quiet hours

NIGHT = (22 * 60, 7 * 60)
NOON = (12 * 60, 14 * 60)


@pytest.mark.parametrize(
    ("at", "hours", "until"),
    [
        ("2026-03-02T21:59:59", NIGHT, None),
        ("2026-03-02T22:00:00", NIGHT, "2026-03-03T07:00:00"),
        ("2026-03-02T23:59:59", NIGHT, "2026-03-03T07:00:00"),
        ("2026-03-03T00:00:00", NIGHT, "2026-03-03T07:00:00"),
        ("2026-03-03T06:59:59", NIGHT, "2026-03-03T07:00:00"),
        ("2026-03-03T07:00:00", NIGHT, None),
        ("2026-12-31T22:30:00", NIGHT, "2027-01-01T07:00:00"),
        ("2028-02-28T23:00:00", NIGHT, "2028-02-29T07:00:00"),
        ("2026-03-02T11:59:59", NOON, None),
        ("2026-03-02T12:00:00", NOON, "2026-03-02T14:00:00"),
        ("2026-03-02T13:59:59", NOON, "2026-03-02T14:00:00"),
        ("2026-03-02T14:00:00", NOON, None),
    ],
)
def test_quiet_hours(at: str, hours: tuple[int, int], until: str | None) -> None:
    asked = local(at)
    assert is_quiet(asked, *hours) is (until is not None)
    assert quiet_until(asked, *hours) == (asked if until is None else local(until))


@given(at=INSTANTS, first=st.integers(0, 1439), last=st.integers(0, 1439))
def test_a_held_push_goes_at_the_first_instant_that_is_not_quiet(at: datetime, first: int, last: int) -> None:
    if first == last:
        return
    until = quiet_until(at, first, last)
    assert not is_quiet(until, first, last)
    assert at <= until < at + timedelta(days=1)
    if until > at:
        assert is_quiet(until - timedelta(microseconds=1), first, last)
