"""What makes a window's form, and when two windows of a class stand in one another's way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.policy import FixedWindow, Policy, PolicyError, RandomWindow, RepeatedWindow, Window, with_changes
from app.rules.policy.windows import may_overlap
from tests.rules.policies import shipped

DAILY = frozenset(range(7))
MONDAY, TUESDAY, SUNDAY = frozenset({0}), frozenset({1}), frozenset({6})


def changed(**rows: object) -> Policy:
    return with_changes(shipped("jiangshan"), {f"windows.{class_}": windows for class_, windows in rows.items()})


def codes(changes: dict[str, object]) -> set[tuple[str, str]]:
    with pytest.raises(PolicyError) as caught:
        with_changes(shipped("jiangshan"), changes)
    return {(problem.code, problem.key) for problem in caught.value.problems}


def test_three_forms_of_a_window() -> None:
    policy = changed(
        strict=[{"days": "daily", "from": "00:00", "to": "24:00"}],
        normal=[{"days": ["sun"], "length_min": 15, "start_from": "00:00", "start_to": "23:45"}],
        lenient=[{"every_min": 60, "length_min": 60}],
    )
    assert policy.windows.strict == (FixedWindow(DAILY, 0, 1440),)
    assert policy.windows.normal == (RandomWindow(SUNDAY, 15, 0, 1425),)
    assert policy.windows.lenient == (RepeatedWindow(60, 60),)


def test_a_class_may_owe_nothing() -> None:
    assert changed(lenient=[]).windows.lenient == ()


def test_a_random_window_may_run_past_midnight_if_it_ends_before_it_can_start_again() -> None:
    night = {"days": "daily", "length_min": 60, "start_from": "22:00", "start_to": "23:30"}
    assert changed(normal=[night]).windows.normal == (RandomWindow(DAILY, 60, 1320, 1410),)
    row = {"days": "daily", "length_min": 30, "start_from": "00:00", "start_to": "23:30"}
    assert changed(normal=[row]).windows.normal == (RandomWindow(DAILY, 30, 0, 1410),)
    assert ("does_not_fit", "windows.normal.1") in codes({"windows.normal": [row | {"start_to": "23:31"}]})


@pytest.mark.parametrize(("length", "fits"), [(14, False), (15, True), (16, True)])
def test_a_window_lasts_three_polls(length: int, fits: bool) -> None:
    """At 300 s between polls three turns are 15 min."""
    for key in ("windows.strict.2.length_min", "location_checks.length_min"):
        if fits:
            with_changes(shipped("jiangshan"), {key: length})
        else:
            assert codes({key: length}) == {("shorter_than_polls", key)}


def test_rarer_polls_ask_for_longer_windows() -> None:
    assert codes({"poll_after_s": 601}) == {("shorter_than_polls", "location_checks.length_min")}
    assert with_changes(shipped("jiangshan"), {"poll_after_s": 600}).poll_after_s == 600


@pytest.mark.parametrize(("count", "fits"), [(0, True), (31, True), (32, False)])
def test_location_checks_need_room_to_lie_apart(count: int, fits: bool) -> None:
    """900 min of starts hold 30 gaps of 30 min."""
    if fits:
        assert (
            with_changes(shipped("jiangshan"), {"location_checks.strict": count}).location_checks.per_day.strict
            == count
        )
    else:
        assert codes({"location_checks.strict": count}) == {("too_many", "location_checks.strict")}


def test_so_many_windows_and_no_more() -> None:
    rows = [{"days": "daily", "from": f"{hour:02d}:00", "to": f"{hour:02d}:30"} for hour in range(24)]
    assert len(changed(strict=rows).windows.strict) == 24
    more = {"days": "daily", "from": "00:30", "to": "00:40"}
    assert codes({"windows.strict": [*rows, more]}) == {("too_long", "windows.strict")}


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (FixedWindow(DAILY, 480, 600), FixedWindow(DAILY, 600, 700), False),
        (FixedWindow(DAILY, 480, 601), FixedWindow(DAILY, 600, 700), True),
        (FixedWindow(MONDAY, 480, 600), FixedWindow(TUESDAY, 480, 600), False),
        (FixedWindow(DAILY, 480, 600), RandomWindow(MONDAY, 60, 600, 660), False),
        (FixedWindow(DAILY, 480, 600), RandomWindow(MONDAY, 60, 599, 660), True),
        (FixedWindow(DAILY, 720, 730), RandomWindow(MONDAY, 60, 600, 660), False),
        (FixedWindow(DAILY, 719, 730), RandomWindow(MONDAY, 60, 600, 660), True),
        # past midnight into the next day, and from Sunday into Monday
        (RandomWindow(MONDAY, 60, 1320, 1410), FixedWindow(TUESDAY, 30, 60), False),
        (RandomWindow(MONDAY, 60, 1320, 1410), FixedWindow(TUESDAY, 29, 60), True),
        (RandomWindow(SUNDAY, 60, 1320, 1410), FixedWindow(MONDAY, 30, 60), False),
        (RandomWindow(SUNDAY, 60, 1320, 1410), FixedWindow(MONDAY, 29, 60), True),
        (RepeatedWindow(5, 2), FixedWindow(MONDAY, 480, 600), True),
    ],
)
def test_windows_that_can_be_open_at_once(one: Window, other: Window, overlap: bool) -> None:
    assert may_overlap(one, other) is overlap
    assert may_overlap(other, one) is overlap


def fixed_windows() -> st.SearchStrategy[FixedWindow]:
    days = st.frozensets(st.integers(0, 6), min_size=1)
    bounds = st.tuples(st.integers(0, 1440), st.integers(0, 1440)).filter(lambda pair: pair[0] < pair[1])
    return st.builds(lambda chosen, pair: FixedWindow(chosen, *pair), days, bounds)


@given(one=fixed_windows(), other=fixed_windows())
def test_fixed_windows_overlap_just_when_they_share_a_minute(one: FixedWindow, other: FixedWindow) -> None:
    def minutes(window: FixedWindow) -> set[int]:
        return {day * 1440 + minute for day in window.days for minute in range(window.from_minute, window.to_minute)}

    assert may_overlap(one, other) is bool(minutes(one) & minutes(other))
