"""What becomes of one try to deliver a notice."""

from datetime import UTC, datetime, timedelta

import pytest

from app.rules.deliveries import LONGEST_WAIT_S, MOST_TRIES, Answer, Settlement, Tried, settle, wait_s
from app.rules.facts import DeliveryState

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PENDING, SENT, DEAD, RETIRED = DeliveryState


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        (Tried(Answer.SENT), Settlement(SENT, 3)),
        (
            Tried(Answer.UNREGISTERED),
            Settlement(RETIRED, 3, error="unregistered", retire_endpoint=True),
        ),
        (Tried(Answer.REJECTED, "invalid"), Settlement(DEAD, 3, error="invalid")),
        (Tried(Answer.UNREACHABLE, "channel_off"), Settlement(RETIRED, 2, error="channel_off")),
        (Tried(Answer.UNTRIED), Settlement(PENDING, 2, NOW)),
        (Tried(Answer.RETRY, "unavailable"), Settlement(PENDING, 3, NOW + timedelta(seconds=20), "unavailable")),
    ],
    ids=lambda value: value.answer if isinstance(value, Tried) else "",
)
def test_what_becomes_of_the_third_try(tried: Tried, expected: Settlement) -> None:
    assert settle(3, tried, now=NOW) == expected


@pytest.mark.parametrize(("state", "failed"), [(PENDING, False), (SENT, False), (DEAD, True), (RETIRED, True)])
def test_which_states_are_an_end_without_success(state: DeliveryState, failed: bool) -> None:
    assert Settlement(state, 1).failed is failed


def test_waits_double_up_to_five_minutes() -> None:
    assert [wait_s(n) for n in range(1, 10)] == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert wait_s(10_000) == LONGEST_WAIT_S


@pytest.mark.parametrize(
    ("attempts", "after_s", "wait"),
    [(1, None, 5), (1, 0.0, 5), (1, 4.0, 5), (1, 6.5, 6.5), (1, 3600, 3600), (9, 60.0, 300), (9, 301.0, 301)],
)
def test_a_longer_wish_of_the_vendor_is_obeyed_and_a_shorter_one_is_not(
    attempts: int, after_s: float | None, wait: float
) -> None:
    settled = settle(attempts, Tried(Answer.RETRY, "quota", after_s), now=NOW)
    assert settled.next_try_at == NOW + timedelta(seconds=wait)


def test_the_last_try_ends_it_and_the_one_before_does_not() -> None:
    assert settle(MOST_TRIES - 1, Tried(Answer.RETRY, "timeout"), now=NOW).state is PENDING
    last = settle(MOST_TRIES, Tried(Answer.RETRY, "timeout", after_s=5), now=NOW)
    assert last == Settlement(DEAD, MOST_TRIES, error="timeout")


def test_tries_go_on_for_three_hours() -> None:
    """Longer than the two hours of failure that no alert may be lost by (failure mode 5)."""
    at, attempts = NOW, 1
    while (settled := settle(attempts, Tried(Answer.RETRY, "unavailable"), now=at)).next_try_at:
        at, attempts = settled.next_try_at, attempts + 1
    assert timedelta(hours=3) <= at - NOW < timedelta(hours=3, minutes=5)


def test_what_was_not_tried_does_not_count_as_a_try() -> None:
    attempts = 1
    for _ in range(100):
        settled = settle(attempts, Tried(Answer.UNTRIED), now=NOW)
        attempts = settled.attempts + 1
    assert attempts == 1
