"""Clocks that jump: nobody is judged by a wrong one, and no tick waits until it has caught up."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from app.deps import Deps, SystemClock
from app.jobs.heartbeat import Heartbeat
from app.simulation.clock import TestClock
from app.store import session
from app.store.session import transaction
from app.worker import Every
from tests.builders.app import MONDAY, settings_for_tests

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.parametrize("off", [-24 * HOUR, -HOUR, -90 * SECOND, 90 * SECOND, HOUR, 24 * HOUR])
def test_a_clock_that_disagrees_with_the_databases_is_not_believed(off: timedelta) -> None:
    clock, told, heard = SystemClock(), SystemClock().now() + off, time.monotonic()
    clock.hear(told, heard)
    assert clock.is_off()
    assert timedelta(0) <= clock.now() - told <= timedelta(seconds=time.monotonic() - heard)


def test_a_clock_that_agrees_is_believed_to_the_microsecond() -> None:
    clock = SystemClock()
    clock.hear(SystemClock().now() + SECOND, time.monotonic())
    before = SystemClock().now()
    assert before <= clock.now() <= SystemClock().now()
    assert not clock.is_off()


def test_every_beat_compares_with_the_database(undone: Engine) -> None:
    clock = SystemClock()
    clock.hear(MONDAY, time.monotonic())
    assert clock.is_off()
    Heartbeat(Deps(settings_for_tests(), undone, clock), "scheduler").beat_once()
    assert not clock.is_off()
    with transaction(undone) as tx:
        beaten_at, shown = tx.execute(text("SELECT last_at FROM uptimes")).scalar_one(), session.clock(tx)
    assert abs(beaten_at - shown) < HOUR


def test_a_clock_that_is_moved_by_hand_is_left_alone(undone: Engine) -> None:
    deps = Deps(settings_for_tests(), undone, TestClock(MONDAY))
    deps.set_clock()
    assert deps.now() == MONDAY


@pytest.mark.parametrize("passed", [SECOND, HOUR, timedelta(days=20_000)])
def test_ticks_are_not_made_up_for_however_far_the_clock_went_ahead(passed: timedelta) -> None:
    begun = datetime(2026, 3, 2, tzinfo=UTC)
    assert Every(SECOND).get_next_fire_time(begun, begun + passed) == begun + passed + SECOND
