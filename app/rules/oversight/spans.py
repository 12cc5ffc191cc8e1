"""Stretches of local days: a day, a week, a month, a quarter or any other, and the parts in which they are shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rules.calendar import add_months

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


class Unit(StrEnum):
    """Parts of the calendar. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class SpanKind(StrEnum):
    """How a stretch was named."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    FREE = "free"


@dataclass(frozen=True)
class Bucket:
    """Local days, both included."""

    from_day: date
    to_day: date


@dataclass(frozen=True)
class Span:
    """Local days, both included, and how they were named."""

    kind: SpanKind
    from_day: date
    to_day: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.to_day - self.from_day).days + 1

    def before(self) -> "Span":
        """The one before it, of the same kind or, where it is free, of the same length."""
        if self.kind is SpanKind.FREE:
            return Span(self.kind, self.from_day - self.days * _DAY, self.from_day - _DAY)
        return span_of(Unit(self.kind), self.from_day - _DAY)

    def after(self) -> "Span":
        """The one after it."""
        if self.kind is SpanKind.FREE:
            return Span(self.kind, self.to_day + _DAY, self.to_day + self.days * _DAY)
        return span_of(Unit(self.kind), self.to_day + _DAY)


def span_of(unit: Unit, day: date) -> Span:
    """The day, week, month or quarter in which `day` lies."""
    start = _start(unit, day)
    return Span(SpanKind(unit), start, _next(unit, start) - _DAY)


def buckets(span: Span, unit: Unit) -> tuple[Bucket, ...]:
    """The parts of a stretch, in order; the first and the last are cut at its edges: nothing else is in them."""
    return tuple(_cut(span, unit))


def _cut(span: Span, unit: Unit) -> Iterator[Bucket]:
    start = _start(unit, span.from_day)
    while start <= span.to_day:
        following = _next(unit, start)
        yield Bucket(max(start, span.from_day), min(following - _DAY, span.to_day))
        start = following


def finest(span: Span) -> Unit:
    """The unit that gives a chart some seven to forty parts."""
    if span.days <= 31:
        return Unit.DAY
    return Unit.WEEK if span.days <= 31 * 6 else Unit.MONTH


def _start(unit: Unit, day: date) -> date:
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - day.weekday() * _DAY
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _next(unit: Unit, start: date) -> date:
    match unit:
        case Unit.DAY:
            return start + _DAY
        case Unit.WEEK:
            return start + _WEEK
        case Unit.MONTH:
            return add_months(start, 1)
        case Unit.QUARTER:
            return add_months(start, 3)
