"""When check-ins stand out so that a person should look, and how it is said."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules.errors import Refused
from app.rules.patterns import Habit, Pattern, Shared, of_one, of_two, refuse_days
from app.rules.wording import sentence
from app.rules.wording.patterns import NAMES

DAY = timedelta(days=1)
ORDINARY = Habit(
    days=14,
    span=13 * DAY,
    latest_start_s=3600.0,
    minute_days=14,
    minute_spread_s=5400.0,
    minute_at="08:05",
    place_days=14,
    place_spread_m=35.0,
    same_digits=False,
)


@pytest.mark.parametrize(
    ("changes", "patterns"),
    [
        ({}, []),
        ({"latest_start_s": 299.9}, [Pattern.FIRST_MINUTES]),
        ({"latest_start_s": 300.0}, []),
        ({"latest_start_s": 299.9, "days": 8}, [Pattern.FIRST_MINUTES]),
        ({"latest_start_s": 299.9, "days": 7}, []),
        ({"latest_start_s": 299.9, "span": 9 * DAY}, []),
        ({"minute_spread_s": 60.0}, [Pattern.SAME_MINUTE]),
        ({"minute_spread_s": 60.1}, []),
        ({"minute_spread_s": None}, []),
        ({"minute_spread_s": 0.0, "minute_days": 7}, []),
        ({"place_spread_m": 1.0}, [Pattern.SAME_PLACE]),
        ({"place_spread_m": 1.01}, []),
        ({"place_spread_m": None, "place_days": 0}, []),
        ({"place_spread_m": 0.0, "place_days": 7}, []),
        (
            {"latest_start_s": 60.0, "minute_spread_s": 10.0, "place_spread_m": 0.0, "same_digits": True},
            [Pattern.FIRST_MINUTES, Pattern.SAME_MINUTE, Pattern.SAME_PLACE],
        ),
    ],
)
def test_what_stands_out(changes: dict[str, Any], patterns: list[Pattern]) -> None:
    assert [pattern for pattern, _ in of_one(replace(ORDINARY, **changes))] == patterns


@pytest.mark.parametrize(
    ("days", "same_device", "code"),
    [(2, False, None), (3, False, "pattern_together"), (0, True, "pattern_same_device")],
)
def test_of_two_people(days: int, same_device: bool, code: str | None) -> None:
    why = of_two(Shared(UUID(int=1), UUID(int=2), days, same_device=same_device))
    assert (why.code if why else None) == code


def test_each_reason_names_another_explanation_and_no_blame() -> None:
    all_at_once = replace(ORDINARY, latest_start_s=1.0, minute_spread_s=1.0, place_spread_m=0.0)
    reasons = [why for _, why in (*of_one(all_at_once), *of_one(replace(all_at_once, same_digits=True)))]
    reasons += [why for why in (of_two(Shared(UUID(int=1), UUID(int=2), 5)),) if why]
    for why in reasons:
        told = sentence(why.code, dict(why.params))
        assert "可能" in told
        assert "—" not in told
        assert not any(word in told for word in ("作弊", "造假", "违规", "拒不"))
    assert set(NAMES) == set(Pattern)


@pytest.mark.parametrize(("days", "taken"), [(13, False), (14, True), (60, True), (61, False)])
def test_how_many_days_may_be_looked_at(days: int, taken: bool) -> None:
    if taken:
        refuse_days(days)
    else:
        with pytest.raises(Refused):
            refuse_days(days)
