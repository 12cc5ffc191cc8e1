"""Reading the times at which subjects are checked: check-in windows and location checks, each bounded and apart."""

from math import ceil

from app.rules.calendar import DAY_MINUTES
from app.rules.policy.by_class import ByClass
from app.rules.policy.lines import Path
from app.rules.policy.reader import Report, Table
from app.rules.policy.tree import (
    EVERY_DAY,
    FixedWindow,
    LocationChecks,
    RandomWindow,
    RepeatedWindow,
    Window,
)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY = "daily"
POLLS_IN_WINDOW = 3
MAX_CHECKS_A_DAY = 96
MAX_WINDOWS = 24

_LAST_START = DAY_MINUTES - 1
_WEEK_MINUTES = 7 * DAY_MINUTES


def read_windows(root: Table, poll_after_s: int) -> ByClass[tuple[Window, ...]]:
    """`windows.<class>`: a list of windows for each class; an empty list means that the class owes no check-ins."""
    table = root.table("windows")
    windows = ByClass(
        strict=_class_windows(table, "strict", poll_after_s),
        normal=_class_windows(table, "normal", poll_after_s),
        lenient=_class_windows(table, "lenient", poll_after_s),
    )
    table.finish()
    return windows


def _class_windows(table: Table, key: str, poll_after_s: int) -> tuple[Window, ...]:
    rows = table.tables(key)
    if len(rows) > MAX_WINDOWS:
        table.report.add("too_long", table.at(key), most=MAX_WINDOWS, found=len(rows))
        return ()
    windows = tuple(_window(row, poll_after_s) for row in rows)
    for later, row in enumerate(rows):
        for earlier in range(later):
            clean = row.report.is_clean(row.path, rows[earlier].path)
            if clean and may_overlap(windows[earlier], windows[later]):
                row.report.add("overlap", row.path, other=".".join(rows[earlier].path))
    return windows


def _window(row: Table, poll_after_s: int) -> Window:
    if row.has("every_min"):
        window: Window = _repeated(row, poll_after_s)
    elif row.has("start_from") or row.has("start_to") or row.has("length_min"):
        window = _random(row, poll_after_s)
    else:
        window = _fixed(row)
    row.finish()
    return window


def _fixed(row: Table) -> FixedWindow:
    window = FixedWindow(days=_days(row), from_minute=row.clock("from", _LAST_START), to_minute=row.clock("to"))
    if row.report.is_clean(row.path) and window.to_minute <= window.from_minute:
        row.report.add("order", row.at("to"), other="from")
    return window


def _random(row: Table, poll_after_s: int) -> RandomWindow:
    window = RandomWindow(
        days=_days(row),
        length_min=row.integer("length_min", 1, DAY_MINUTES),
        start_from=row.clock("start_from", _LAST_START),
        start_to=row.clock("start_to", _LAST_START),
    )
    if row.report.is_clean(row.path):
        _check_starts(row, window.start_from, window.start_to, window.length_min)
        _check_polls(row.report, row.at("length_min"), window.length_min, poll_after_s)
    return window


def _repeated(row: Table, poll_after_s: int) -> RepeatedWindow:
    window = RepeatedWindow(
        every_min=row.integer("every_min", 1, DAY_MINUTES), length_min=row.integer("length_min", 1, DAY_MINUTES)
    )
    if row.report.is_clean(row.path):
        if DAY_MINUTES % window.every_min:
            row.report.add("uneven", row.at("every_min"), found=window.every_min)
        if window.length_min > window.every_min:
            row.report.add("longer_than_step", row.at("length_min"), other="every_min")
        _check_polls(row.report, row.at("length_min"), window.length_min, poll_after_s)
    return window


def _days(row: Table) -> frozenset[int]:
    """`days`: "daily" or a list of weekdays."""
    if row.has("days") and row.values["days"] == DAILY:
        return EVERY_DAY
    if isinstance(row.values.get("days"), str):
        row.report.add(
            "not_allowed", row.at("days"), allowed=f"{DAILY}, [{', '.join(WEEKDAYS)}]", found=row.shown("days")
        )
        return EVERY_DAY
    days = row.words("days", WEEKDAYS, at_least_one=True)
    return frozenset(WEEKDAYS.index(day) for day in days)


def read_location_checks(root: Table, poll_after_s: int) -> LocationChecks:
    """`location_checks.<class>`: how many a day, with the length and the range of starts that they share."""
    table = root.table("location_checks")
    checks = LocationChecks(
        per_day=ByClass(
            strict=table.integer("strict", 0, MAX_CHECKS_A_DAY),
            normal=table.integer("normal", 0, MAX_CHECKS_A_DAY),
            lenient=table.integer("lenient", 0, MAX_CHECKS_A_DAY),
        ),
        length_min=table.integer("length_min", 1, DAY_MINUTES),
        start_from=table.clock("start_from", _LAST_START),
        start_to=table.clock("start_to", _LAST_START),
    )
    if table.report.is_clean(table.at("length_min"), table.at("start_from"), table.at("start_to")):
        _check_starts(table, checks.start_from, checks.start_to, checks.length_min)
        _check_polls(table.report, table.at("length_min"), checks.length_min, poll_after_s)
        _check_room(table, checks)
    table.finish()
    return checks


def _check_room(table: Table, checks: LocationChecks) -> None:
    """The checks of a day are kept apart from one another, so they need room between the first and last start."""
    counts = {"strict": checks.per_day.strict, "normal": checks.per_day.normal, "lenient": checks.per_day.lenient}
    for key, count in counts.items():
        if (count - 1) * checks.length_min > checks.start_to - checks.start_from >= 0:
            table.report.add("too_many", table.at(key), found=count, length=checks.length_min)


def _check_starts(row: Table, start_from: int, start_to: int, length_min: int) -> None:
    if start_to < start_from:
        row.report.add("order", row.at("start_to"), other="start_from")
    elif start_to + length_min - start_from > DAY_MINUTES:
        row.report.add("does_not_fit", row.path)


def _check_polls(report: Report, path: Path, length_min: int, poll_after_s: int) -> None:
    """A phone that only polls must still see the window open in time; a lower bound of 0 s means: not known."""
    least = ceil(POLLS_IN_WINDOW * poll_after_s / 60)
    if length_min < least:
        report.add("shorter_than_polls", path, found=length_min, poll=poll_after_s, least=least)


def may_overlap(one: Window, other: Window) -> bool:
    """Whether two windows could ever be open at the same moment of a week."""
    spans = _week_spans(other)
    return any(
        start < span_end + shift and span_start + shift < end
        for start, end in _week_spans(one)
        for span_start, span_end in spans
        for shift in (-_WEEK_MINUTES, 0, _WEEK_MINUTES)
    )


def _week_spans(window: Window) -> list[tuple[int, int]]:
    """From the earliest opening to the latest end of a window, in minutes of the week, for each of its days."""
    match window:
        case FixedWindow(days, first, last):
            return [(day * DAY_MINUTES + first, day * DAY_MINUTES + last) for day in sorted(days)]
        case RandomWindow(days, length, first, last):
            return [(day * DAY_MINUTES + first, day * DAY_MINUTES + last + length) for day in sorted(days)]
        case RepeatedWindow():
            return [(0, _WEEK_MINUTES)]
