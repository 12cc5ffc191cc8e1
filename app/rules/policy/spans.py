"""Reading and writing stretches of time, one for all classes or one for each."""

from app.rules.calendar import DAY_MINUTES
from app.rules.facts import SupervisionClass
from app.rules.policy.by_class import ByClass
from app.rules.policy.items import NO_SPAN, Span
from app.rules.policy.reader import Table

LONGEST = {"days": 366, "minutes": 7 * DAY_MINUTES, "hours": 24 * 31, "weeks": 53, "months": 36}
"""The units of a span, with the most of each."""

CLASSES = tuple(class_.value for class_ in SupervisionClass)


def read_repeat(table: Table) -> ByClass[Span | None]:
    """`repeat`, in days, weeks or months: what comes back each minute is no rule for people."""
    return read_spans(table, "repeat", ("days", "weeks", "months"), least=1) if table.has("repeat") else NO_SPAN


def read_spans(
    table: Table, key: str, units: tuple[str, ...] = tuple(LONGEST), *, least: int = 0
) -> ByClass[Span | None]:
    """`{ days = 3 }` for all classes, or `{ strict = { months = 1 }, normal = … }`: a class left out has none."""
    inner = table.table(key)
    if not any(name in inner.values for name in CLASSES):
        span = read_span(inner, units, least)
        return ByClass(span, span, span)
    spans = ByClass(*(read_span(inner.table(name), units, least) if inner.has(name) else None for name in CLASSES))
    inner.finish()
    return spans


def read_span(table: Table, units: tuple[str, ...], least: int) -> Span:
    """Exactly one unit with a whole number, from `least` (minutes and hours from 1)."""
    given = [unit for unit in units if table.has(unit)]
    span = Span(days=1)
    if len(given) == 1:
        unit = given[0]
        low = least if unit == "days" else 1
        span = Span(**{unit: table.integer(unit, low, LONGEST[unit])})
    elif not table.is_missing:
        table.report.add("one_unit", table.path, units=", ".join(units))
    table.finish()
    return span


def write_span(span: Span) -> dict[str, object]:
    """A span with its one unit."""
    units: dict[str, object] = {unit: getattr(span, unit) for unit in LONGEST}
    return {unit: value for unit, value in units.items() if value is not None}


def write_spans(spans: ByClass[Span | None]) -> dict[str, object]:
    """Each class that has a span, with it."""
    each = {class_.value: spans.of(class_) for class_ in SupervisionClass}
    return {name: write_span(span) for name, span in each.items() if span is not None}


def is_no_span(spans: ByClass[Span | None]) -> bool:
    """Whether no class has one."""
    return spans == NO_SPAN
