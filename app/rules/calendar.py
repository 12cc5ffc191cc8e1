"""Legal days in Asia/Shanghai: when a day starts and ends, how days and months are counted, which days are worked.

Everything is aware UTC outside; a "day" is a `date` of the local calendar. A deadline "by the end of day d" is the
exclusive instant at which day d + 1 begins, so that one comparison, `now < due_at`, serves everywhere.
"""

import calendar as month_lengths
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property

# China has kept UTC+8 without summer time since 1992, long before the first rule here is in force. A fixed offset
# needs no time zone files on the machine; a test compares it with the zone's own data.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

DAY_MINUTES = 24 * 60
_ONE_DAY = timedelta(days=1)
_INSTANT_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rest:
    """Days off in a row, as a festival brings them: from `first_day` on, so many."""

    first_day: date
    days: int


@dataclass(frozen=True)
class Holidays:
    """The State Council's yearly arrangement as data: days off, and weekend days that are worked instead.

    `years` are those whose arrangement is known. Any other year is taken as Monday to Friday.
    """

    years: frozenset[int] = frozenset()
    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()

    def known(self, year: int) -> bool:
        """Whether the arrangement of that year has been entered."""
        return year in self.years

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day; Monday to Friday where the year is not known."""
        if day in self.work:
            return True
        return day.weekday() < 5 and day not in self.rest

    @cached_property
    def rests(self) -> tuple[Rest, ...]:
        """The stretches of days off in a row, in order of time. Two festivals whose rest is one are one."""
        found: list[Rest] = []
        for day in sorted(self.rest):
            if found and found[-1].first_day + timedelta(days=found[-1].days) == day:
                found[-1] = Rest(found[-1].first_day, found[-1].days + 1)
            else:
                found.append(Rest(day, 1))
        return tuple(found)

    def working_day_from(self, day: date) -> date:
        """That day itself if it is worked, else the next one that is."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day


def legal_day(at: datetime) -> date:
    """The local calendar day of an instant. Refuses naive times, whose day nobody can know."""
    return _local(at).date()


def at_minute(day: date, minute: int) -> datetime:
    """The instant, in UTC, `minute` minutes after the local midnight that begins `day`; 1440 is the next midnight."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    return (midnight + timedelta(minutes=minute)).astimezone(UTC)


def start_of_day(day: date) -> datetime:
    """The instant, in UTC, at which the local day begins."""
    return at_minute(day, 0)


def end_of_day(day: date) -> datetime:
    """The exclusive instant, in UTC, at which the local day is over."""
    return at_minute(day, DAY_MINUTES)


def last_day_before(due_at: datetime) -> date:
    """The last local day that a deadline still covers: the day before a midnight, else the day that it falls in."""
    return legal_day(due_at - _INSTANT_BEFORE)


def minute_of_day(at: datetime) -> int:
    """Whole minutes since the local midnight before the instant, 0 to 1439."""
    local = _local(at)
    return local.hour * 60 + local.minute


def end_of_day_count(from_day: date, days: int) -> datetime:
    """The end of day `days` after `from_day`, which itself does not count. For local rules: no moving for holidays."""
    return end_of_day(from_day + timedelta(days=days))


def statutory_last_day(from_day: date, days: int, holidays: Holidays) -> date:
    """The last day of a statutory period of `days`.

    The day on which it begins does not count, and a last day that is not worked gives way to the next one that is
    (Criminal Procedure Law 105).
    """
    return holidays.working_day_from(from_day + timedelta(days=days))


def statutory_due(from_day: date, days: int, holidays: Holidays) -> datetime:
    """The exclusive end, in UTC, of a statutory period of `days` (see `statutory_last_day`)."""
    return end_of_day(statutory_last_day(from_day, days, holidays))


def working_due(from_day: date, days: int, holidays: Holidays) -> datetime:
    """The exclusive end, in UTC, of the last of so many working days after `from_day`, which itself does not count."""
    day = from_day
    for _ in range(days):
        day = holidays.working_day_from(day + _ONE_DAY)
    return end_of_day(day)


def add_months(day: date, months: int) -> date:
    """The same day of the month, `months` later (or earlier); a day that the month lacks becomes its last.

    31 January + 1 month is 28 or 29 February; counted on from there, every further month would end on the 28th. What
    repeats is therefore counted by `further_months`.
    """
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    length = _length(year, month_index + 1)
    return date(year, month_index + 1, min(day.day, length))


def further_months(day: date, months: int, first: date) -> date:
    """Like `add_months` from a day that itself was counted in months from `first`: where it is the last of a month
    too short for the first day, the count goes on from that day. 31 January, 28 February, 31 March, 30 April.
    """
    moved = add_months(day, months)
    if day.day >= first.day or day.day < _length(day.year, day.month):
        return moved
    return moved.replace(day=min(first.day, _length(moved.year, moved.month)))


def _length(year: int, month: int) -> int:
    return month_lengths.monthrange(year, month)[1]


def next_month(day: date) -> date:
    """One calendar month later, by the rule of `add_months`."""
    return add_months(day, 1)


def months_later(at: datetime, months: int) -> datetime:
    """The instant, in UTC, that many calendar months later at the same local time of day. Never moved for holidays."""
    local = _local(at)
    return datetime.combine(add_months(local.date(), months), local.time(), tzinfo=SHANGHAI).astimezone(UTC)


def is_quiet(at: datetime, from_minute: int, to_minute: int) -> bool:
    """Whether the instant lies in the daily quiet hours [from, to), which may run across midnight."""
    minute = minute_of_day(at)
    if from_minute <= to_minute:
        return from_minute <= minute < to_minute
    return minute >= from_minute or minute < to_minute


def quiet_until(at: datetime, from_minute: int, to_minute: int) -> datetime:
    """When a push that is due at `at` may go: at once outside the quiet hours, else at their end, in UTC."""
    if not is_quiet(at, from_minute, to_minute):
        return at.astimezone(UTC)
    ends_tomorrow = to_minute <= minute_of_day(at)
    return at_minute(legal_day(at) + (_ONE_DAY if ends_tomorrow else timedelta(0)), to_minute)


def _local(at: datetime) -> datetime:
    # Python would take a naive time for one of the server's own zone, silently.
    if at.tzinfo is None:
        raise ValueError("a local day or time needs an aware instant")
    return at.astimezone(SHANGHAI)


def next_half_hour(at: datetime) -> datetime:
    """The next full or half hour after `at`: what is looked at again and again is looked at together."""
    step = timedelta(minutes=30)
    return at + step - (at - datetime.min.replace(tzinfo=at.tzinfo)) % step
