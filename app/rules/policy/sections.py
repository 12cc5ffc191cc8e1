"""Reading the rest of a policy: waiting times, the ladder, quiet hours, holidays."""

import re
from datetime import date, datetime

from app.rules.calendar import DAY_MINUTES, Holidays
from app.rules.facts import AlertKind
from app.rules.policy.former_clocks import FORMER_VISIT_KEYS
from app.rules.policy.lines import Path
from app.rules.policy.reader import Table
from app.rules.policy.tree import (
    WRITE_WITHIN_DAYS,
    Departure,
    GraceMin,
    LadderMin,
    QuietHours,
    Recovery,
    Visits,
)

WEEK_MINUTES = 7 * DAY_MINUTES
GRACE_KEY = "grace_min"

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

# The law asks for action at once in these cases (Law 30 for the lost, Law 31 for a running breach).
NEVER_HELD = frozenset({AlertKind.LOST_CONTACT, AlertKind.LEFT_AREA, AlertKind.FORBIDDEN_ZONE, AlertKind.LEFT_ZONE})


def read_grace(root: Table) -> GraceMin:
    """`grace_min`: minutes by kind of duty, or one number, which is the check-in's. Less than a day each, but
    for the return from leave.
    """
    longest = DAY_MINUTES - 1
    if isinstance(root.values.get(GRACE_KEY), int | float):
        return GraceMin(check_in=root.integer(GRACE_KEY, 0, longest))
    table = root.table(GRACE_KEY)
    grace = GraceMin(
        check_in=table.integer("check_in", 0, longest),
        location_check=table.integer("location_check", 0, longest, if_absent=0),
        spot_check=table.integer("spot_check", 0, longest, if_absent=0),
        intake=table.integer("intake", 0, longest, if_absent=0),
        visit=table.integer("visit", 0, longest, if_absent=0),
        talk=table.integer("talk", 0, longest, if_absent=0),
        verification=table.integer("verification", 0, longest, if_absent=0),
        review=table.integer("review", 0, longest, if_absent=0),
        leave_return=table.integer("leave_return", 0, WEEK_MINUTES, if_absent=DAY_MINUTES),
    )
    table.finish()
    return grace


def read_visits(root: Table) -> Visits:
    """`visits`: within how many days a record should be written. Former keys of it belong to `former_clocks`."""
    if not root.has("visits"):
        return Visits()
    table = root.table("visits")
    visits = Visits(table.integer("write_within_days", 1, 365, if_absent=WRITE_WITHIN_DAYS))
    for former in FORMER_VISIT_KEYS:
        table.has(former)
    table.finish()
    return visits


def read_ladder(root: Table) -> LadderMin:
    """`ladder_min`: when each step is told; every step later than the one below it."""
    table = root.table("ladder_min")
    ladder = LadderMin(*(table.integer(step, 0, WEEK_MINUTES) for step in ("office", "county", "city")))
    if table.report.is_clean(table.path):
        if ladder.county <= ladder.office:
            table.report.add("ladder", table.at("county"), other=".".join(table.at("office")))
        if ladder.city <= ladder.county:
            table.report.add("ladder", table.at("city"), other=".".join(table.at("county")))
    table.finish()
    return ladder


def read_quiet(root: Table) -> QuietHours | None:
    """`quiet`: hours in which pushes of the named kinds wait; left out where nothing ever waits."""
    if not root.has("quiet"):
        return None
    table = root.table("quiet")
    from_minute = table.clock("from", DAY_MINUTES - 1)
    to_minute = table.clock("to", DAY_MINUTES - 1)
    kinds = table.words("kinds", tuple(AlertKind))
    for number, kind in enumerate(kinds, start=1):
        if kind in NEVER_HELD:
            table.report.add("never_quiet", (*table.at("kinds"), str(number)), found=kind)
    if from_minute == to_minute and table.report.is_clean(table.at("from"), table.at("to")):
        table.report.add("order", table.at("to"), other="from")
    table.finish()
    return QuietHours(from_minute, to_minute, frozenset(AlertKind(kind) for kind in kinds))


def read_departure(root: Table) -> Departure:
    """`departure`: how far, how surely, how long and how plausibly fast outside counts as having left."""
    table = root.table("departure")
    departure = Departure(
        outside_m=table.number("outside_m", 0, 100_000),
        circles=table.integer("circles", 1, 100),
        over_min=table.number("over_min", 0, DAY_MINUTES),
        max_kmh=table.number("max_kmh", 1, 2_000),
    )
    table.finish()
    return departure


def read_recovery(root: Table) -> Recovery:
    """`recovery.missed_check_in`: what ends the condition behind that alert."""
    table = root.table("recovery")
    recovery = Recovery(table.choice("missed_check_in", tuple(Recovery)))
    table.finish()
    return recovery


def read_holidays(root: Table) -> Holidays:
    """`holidays.<year>`: days off and weekend days that are worked, as the State Council announced them."""
    table = root.table("holidays")
    rest: set[date] = set()
    work: set[date] = set()
    years: set[int] = set()
    for key in table.values:
        if not (key.isascii() and key.isdigit() and 2000 <= int(key[:5]) <= 2199):
            continue
        years.add(int(key))
        year = table.table(key)
        off, worked = _days_of(year, "rest", int(key)), _days_of(year, "work", int(key))
        _check_worked(year, off, worked)
        rest |= off.keys()
        work |= worked.keys()
        year.finish()
    table.finish()
    return Holidays(years=frozenset(years), rest=frozenset(rest), work=frozenset(work))


def _check_worked(year: Table, off: dict[date, Path], worked: dict[date, Path]) -> None:
    for day, place in worked.items():
        if day in off:
            year.report.add("rest_and_work", place, found=day)
        elif day.weekday() < 5:
            year.report.add("worked_anyway", place, found=day)


def _days_of(year: Table, key: str, number: int) -> dict[date, Path]:
    """The days of a list, each with its place in the file."""
    days: dict[date, Path] = {}
    for index, found in enumerate(year.items(key), start=1):
        place = (*year.at(key), str(index))
        day = _as_date(found)
        if day is None:
            year.misfit("date", place, found)
        elif day.year != number:
            year.report.add("other_year", place, found=day, year=number)
        elif day in days:
            year.report.add("repeated", place, found=day)
        else:
            days[day] = place
    return days


def _as_date(value: object) -> date | None:
    """A TOML date, or its text in an object that came as JSON."""
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
