"""Failure mode 3: a late batch is stamped with its arrival.

Five hundred points of the last 72 hours, in random order, from a phone that was offline: each keeps the time of its
fix with the arrival beside it, and the last position is the newest by the time of the fix and never moves back.
"""

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import (
    a_head,
    a_sent_batch,
    a_sent_report,
    an_order,
    phones_under_order,
    state_of,
    stored,
)
from tests.builders.users import a_user, phone_logged_in

URL = "/api/mobile/v1/positions"
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
POINTS = 500
STEP = 3 * DAY / POINTS


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    return make_test_app(undone, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def subject_id(undone: Engine, clock: TestClock) -> UUID:
    """Somebody whose phone has been under an order for five days."""
    with transaction(undone) as tx:
        tree = a_tree(tx, policy=phones_under_order())
        made = a_supervised(tx, tree, a_user(tx, tree.office), at=clock.now() - 30 * DAY)
        an_order(tx, a_head(tx, tree), made, clock.now() - 5 * DAY)
    return made


@pytest.fixture
def phone(app: Flask, subject_id: UUID) -> dict[str, str]:
    return phone_logged_in(app, subject_id)


def fixes(now: datetime) -> list[datetime]:
    """From almost 72 hours ago up to ten minutes ago, one by one, in random order."""
    times = [now - 10 * MINUTE - n * STEP for n in range(POINTS)]
    random.Random(7).shuffle(times)
    return [at.replace(microsecond=0) for at in times]


def rows(undone: Engine, subject_id: UUID) -> list[Any]:
    with transaction(undone) as tx:
        return stored(tx, subject_id)


def last(undone: Engine, subject_id: UUID) -> Any:
    with transaction(undone) as tx:
        return state_of(tx, subject_id)


def test_each_point_keeps_its_fix_time_and_arrival_stands_beside_it(
    client: FlaskClient, phone: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    times = fixes(clock.now())

    answer = client.post(URL, json=a_sent_batch(*(a_sent_report(at) for at in times)), headers=phone)

    assert (answer.status_code, answer.get_json()["stored"]) == (201, POINTS)
    kept = rows(undone, subject_id)
    assert [row.recorded_at for row in kept] == sorted(times)
    assert [row.effective_at for row in kept] == sorted(times)
    assert {row.received_at for row in kept} == {clock.now()}
    state = last(undone, subject_id)
    assert (state.last_position_at, state.last_heard_at) == (max(times), clock.now())


def test_a_phone_with_a_wrong_clock_is_put_right_point_by_point(
    client: FlaskClient, phone: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    """Its clock is two days behind; its monotonic clock, which nobody can set, ran all the time."""
    booted, behind, times = clock.now() - 4 * DAY, 2 * DAY, fixes(clock.now())

    def elapsed_ms(at: datetime) -> int:
        return int((at - booted).total_seconds() * 1000)

    reports = [a_sent_report(at - behind, recorded_elapsed_ms=elapsed_ms(at)) for at in times]
    envelope = {
        "sent_at": (clock.now() - behind).isoformat(),
        "sent_elapsed_ms": elapsed_ms(clock.now()),
        "boot_id": "one",
    }

    answer = client.post(URL, json=a_sent_batch(*reports, **envelope), headers=phone)

    assert answer.get_json()["stored"] == POINTS
    kept = rows(undone, subject_id)
    assert [row.effective_at for row in kept] == sorted(times)
    assert [row.recorded_at for row in kept] == sorted(at - behind for at in times)
    assert all(row.time_proven for row in kept)
    assert last(undone, subject_id).last_position_at == max(times)


def test_the_last_position_never_moves_back(
    client: FlaskClient, phone: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    live = a_sent_report(clock.now(), lon=118.9)
    client.post(URL, json=a_sent_batch(live), headers=phone)
    clock.advance(MINUTE)

    late = [a_sent_report(at) for at in fixes(clock.now() - MINUTE)]
    for start in range(0, POINTS, 100):
        client.post(URL, json=a_sent_batch(*late[start : start + 100]), headers=phone)
        state = last(undone, subject_id)
        assert (state.last_position_at, state.last_lon) == (clock.now() - MINUTE, 118.9)

    assert last(undone, subject_id).last_heard_at == clock.now()
    assert len(rows(undone, subject_id)) == POINTS + 1


def test_batches_in_any_order_end_at_the_same_last_position(
    client: FlaskClient, phone: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    times, seen = fixes(clock.now()), datetime.min.replace(tzinfo=clock.now().tzinfo)

    for start in range(0, POINTS, 50):
        batch = a_sent_batch(*(a_sent_report(at) for at in times[start : start + 50]))
        client.post(URL, json=batch, headers=phone)
        now_last = last(undone, subject_id).last_position_at
        assert now_last >= seen
        assert now_last == max(times[: start + 50])
        seen = now_last


def test_a_point_ahead_of_its_arrival_does_not_freeze_it(
    client: FlaskClient, phone: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    ahead = a_sent_report(clock.now() + 3 * DAY)
    good = a_sent_report(clock.now())

    receipt = client.post(URL, json=a_sent_batch(ahead, good), headers=phone).get_json()

    assert receipt["set_aside"] == [{"id": ahead["id"], "reason": "future_time"}]
    assert last(undone, subject_id).last_position_at == clock.now()
