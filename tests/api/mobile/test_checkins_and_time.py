"""Check-ins as time passes: offline ones count by their own time, doubtful ones are never missed by a sweep."""

import random
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.jobs import sweeps
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import deps_for_tests
from tests.builders.checkins import a_check_in, a_resident
from tests.builders.duties import a_duty, alerts_of, api_up, duty_row, duty_states, occurrences_of
from tests.builders.offices import Tree
from tests.builders.users import a_user, phone_logged_in

URL = "/api/mobile/v1/checkins"
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree) -> UUID:
    with transaction(undone) as tx:
        return a_resident(tx, tree, a_user(tx, tree.office))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_failure_mode_03_offline_check_ins_count_by_their_own_time_in_whatever_order_they_arrive(
    app: Flask, client: FlaskClient, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock, seed: int
) -> None:
    """Five days without a network, each window missed and alerted; then all five come at once, shuffled."""
    made_at = [clock.now() + n * DAY + n * 20 * MINUTE for n in range(5)]  # the last two in the grace
    with transaction(undone) as tx:
        duties = [
            a_duty(tx, tree, subject_id, clock.now() + n * DAY - HOUR, clock.now() + n * DAY + HOUR) for n in range(5)
        ]
        api_up(tx, clock.now() - DAY, clock.now() + 6 * DAY)
    deps = deps_for_tests(undone, clock)
    for _ in duties:
        clock.advance(DAY)
        sweeps.open_windows(deps, clock.now())
        sweeps.judge(deps, clock.now())
    phone = phone_logged_in(app, subject_id)
    with transaction(undone) as tx:
        assert duty_states(tx, subject_id) == {"missed": 5}
        [alert] = alerts_of(tx, subject_id)
        assert alert.occurrences == 5
    bodies = [
        a_check_in(
            at, boot_id="a", recorded_elapsed_ms=_ms(at - made_at[0]), sent_elapsed_ms=_ms(clock.now() - made_at[0])
        )
        for at in made_at
    ]
    for body in random.Random(seed).sample(bodies, k=5):
        receipt = client.post(URL, json=body, headers=phone).get_json()
        assert (receipt["outcome"], receipt["effective_at"]) == ("accepted", receipt["recorded_at"])
        assert receipt["received_at"] > receipt["recorded_at"]
    with transaction(undone) as tx:
        rows = [duty_row(tx, duty_id) for duty_id in duties]
        [alert] = alerts_of(tx, subject_id)
        episodes = occurrences_of(tx, alert.id)
    assert [(row.state, row.fulfilled_at) for row in rows] == list(
        zip(["fulfilled", "fulfilled", "fulfilled", "late", "late"], made_at, strict=True)
    )
    assert (alert.condition, alert.handling, len(episodes)) == ("recovered", "open", 5)
    assert all(episode.recovered_at for episode in episodes)


def _ms(step: timedelta) -> int:
    return step // timedelta(milliseconds=1)


def test_failure_mode_16_three_tries_without_a_place_are_submitted_with_the_first_ones_time_and_never_missed(
    app: Flask, client: FlaskClient, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    first_at = clock.now()
    with transaction(undone) as tx:
        duty_id = a_duty(tx, tree, subject_id, clock.now() - HOUR, clock.now() + HOUR)
        api_up(tx, clock.now() - DAY, clock.now() + DAY)
    phone = phone_logged_in(app, subject_id)
    numbers = set()
    for _ in range(3):
        receipt = client.post(URL, json=a_check_in(clock.now(), position=None), headers=phone).get_json()
        assert receipt["outcome"] == "to_review"
        numbers.add(receipt["receipt_no"])
        clock.advance(minutes=5)
    clock.advance(hours=5)
    deps = deps_for_tests(undone, clock)
    sweeps.open_windows(deps, clock.now())
    sweeps.judge(deps, clock.now())
    with transaction(undone) as tx:
        duty = duty_row(tx, duty_id)
        assert (duty.state, duty.missed_at, alerts_of(tx, subject_id)) == ("submitted", None, [])
    tries = client.get(URL, headers=phone).get_json()["items"]
    assert {one["receipt_no"] for one in tries} == numbers
    assert len(numbers) == 3
    assert str(duty.evidence_id) == tries[-1]["id"]
    assert datetime.fromisoformat(tries[-1]["effective_at"]) == first_at
