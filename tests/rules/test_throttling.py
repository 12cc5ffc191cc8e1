from datetime import UTC, datetime, timedelta

import pytest

from app.rules.errors import TooOften
from app.rules.throttling import (
    ACCOUNT,
    ADDRESS,
    DOUBLINGS,
    KNOWN_DEVICE,
    Lane,
    Stand,
    level_now,
    one_more,
    refuse_haste,
    wait,
)

T = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 5), (6, 10), (7, 20), (8, 40), (9, 80), (10, 160), (11, 320), (12, 640), (13, 900), (99, 900)],
)
def test_waits_double_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert wait(Stand(failures, T), ACCOUNT, now=T) == seconds * SECOND


@pytest.mark.parametrize(("passed", "free"), [(timedelta(0), False), (4 * SECOND, False), (5 * SECOND, True)])
def test_a_wait_is_over_when_it_is_over(passed: timedelta, free: bool) -> None:
    stands = [(Stand(5, T), ACCOUNT)]
    if free:
        refuse_haste(stands, now=T + passed)
    else:
        with pytest.raises(TooOften, match="too_many_log_ins") as told:
            refuse_haste(stands, now=T + passed)
        assert told.value.params == {"retry_after_s": (5 * SECOND - passed).seconds}


def test_the_longest_wait_of_all_lanes_is_told() -> None:
    with pytest.raises(TooOften) as told:
        refuse_haste([(Stand(6, T), ACCOUNT), (None, ADDRESS), (Stand(33, T), ADDRESS)], now=T)
    assert told.value.params == {"retry_after_s": 40}


def test_a_part_of_a_second_is_told_as_a_second() -> None:
    with pytest.raises(TooOften) as told:
        refuse_haste([(Stand(5, T), ACCOUNT)], now=T + timedelta(seconds=4.9))
    assert told.value.params == {"retry_after_s": 1}


@pytest.mark.parametrize(
    ("lane", "passed", "left"),
    [
        (ACCOUNT, timedelta(0), 7),
        (ACCOUNT, 29 * MINUTE, 7),
        (ACCOUNT, 30 * MINUTE, 6),
        (ACCOUNT, 3.5 * 60 * MINUTE, 0),
        (ACCOUNT, 99 * 60 * MINUTE, 0),
        (ADDRESS, 10 * MINUTE, 5),
        (KNOWN_DEVICE, 60 * MINUTE, 5),
        (ACCOUNT, -MINUTE, 7),  # a clock that was set back takes nothing away
    ],
)
def test_time_takes_failures_back(lane: Lane, passed: timedelta, left: int) -> None:
    assert level_now(Stand(7, T), lane, now=T + passed) == left


def test_each_try_counts_from_what_is_left() -> None:
    assert one_more(None, ACCOUNT, now=T) == Stand(1, T)
    assert one_more(Stand(3, T - 60 * MINUTE), ACCOUNT, now=T) == Stand(2, T)


def test_a_level_climbs_no_further_than_time_can_take_back_in_half_a_day() -> None:
    stand = None
    for _ in range(1000):
        stand = one_more(stand, ACCOUNT, now=T)
    assert stand == Stand(ACCOUNT.free + DOUBLINGS, T)
    assert level_now(stand, ACCOUNT, now=T + timedelta(hours=12)) == 0


def test_guessing_goes_on_at_less_than_a_hundred_and_fifty_tries_a_day() -> None:
    """Whoever waits as told and tries at once: so many passwords of one account a day, from everywhere together."""
    stand, now, tries = Stand(0, T), T, 0
    while now < T + timedelta(days=1):
        now += max(wait(stand, ACCOUNT, now=now), timedelta(0))
        stand, tries = one_more(stand, ACCOUNT, now=now), tries + 1
    assert 90 < tries < 150
