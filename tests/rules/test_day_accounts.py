"""Which days can be accounted for, and what an account says."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta

import pytest

from app.rules.calendar import SHANGHAI
from app.rules.day_accounts import DayCounts, days_to_account, verdict
from app.rules.facts import DayVerdict

SECOND = timedelta(seconds=1)
READY = datetime(2028, 3, 1, 0, 45, tzinfo=SHANGHAI)
"""The 29th of February is over, and its last check-ins have had their grace."""


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        (READY - SECOND, date(2028, 2, 28)),
        (READY, date(2028, 2, 29)),
        (READY + SECOND, date(2028, 2, 29)),
    ],
)
def test_a_day_is_ready_when_its_last_grace_is_over(now: datetime, newest: date) -> None:
    assert days_to_account(now)[0] == newest


def test_a_week_is_looked_back_on() -> None:
    assert days_to_account(READY)[-1] == date(2028, 2, 23)
    assert len(days_to_account(READY)) == 7


GOOD = DayCounts(due=10, judged=10)


def test_yes() -> None:
    assert verdict(GOOD, served=True) is DayVerdict.MADE
    assert verdict(DayCounts(), served=True) is DayVerdict.MADE


@pytest.mark.parametrize("missing", [field.name for field in fields(DayCounts) if field.name not in {"due", "judged"}])
def test_no_where_anything_is_missing(missing: str) -> None:
    counts = replace(GOOD, **{missing: 1})
    assert verdict(counts, served=True) is DayVerdict.NOT_MADE
    assert counts.missing == 1


def test_neither_before_the_service_ran() -> None:
    assert verdict(GOOD, served=False) is DayVerdict.CANNOT_TELL
    assert verdict(replace(GOOD, left=1), served=False) is DayVerdict.CANNOT_TELL
