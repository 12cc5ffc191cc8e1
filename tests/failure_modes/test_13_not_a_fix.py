"""Failure mode 13, for the service's own interface: what is no fix is not stored as one.

"Last heard" moves, "last position" does not and shows its true age. A phone's other points are stored all the same.
"""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import a_power, a_sent_batch, a_sent_report, state_of, stored
from tests.builders.users import a_user, logged_in, phone_logged_in

URL = "/api/mobile/v1"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    return make_test_app(undone, clock)


def test_null_island_and_a_heartbeat_are_heard_and_are_no_positions(
    undone: Engine, app: Flask, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id: UUID = a_supervised(tx, tree, officer, at=clock.now() - DAY)
        a_power(tx, subject_id, clock.now() - DAY, clock.now() + DAY, kind="order")
    client, phone = app.test_client(), phone_logged_in(app, subject_id)
    seen = clock.now()
    client.post(f"{URL}/positions", json=a_sent_batch(a_sent_report(seen)), headers=phone)

    clock.advance(2 * HOUR)
    nowhere = client.post(
        f"{URL}/positions",
        json=a_sent_batch(a_sent_report(clock.now(), lon=0, lat=0), a_sent_report(clock.now() - HOUR, lon=0.0, lat=0)),
        headers=phone,
    )
    clock.advance(HOUR)
    client.get(f"{URL}/collection", headers=phone)

    assert nowhere.status_code == 201
    assert [aside["reason"] for aside in nowhere.get_json()["set_aside"]] == ["null_island", "null_island"]
    with transaction(undone) as tx:
        assert len(stored(tx, subject_id)) == 1
        state = state_of(tx, subject_id)
        assert tx.execute(text("SELECT count(*) FROM poison")).scalar_one() == 2
    assert (state.last_heard_at, state.last_position_at) == (clock.now(), seen)
    shown = client.get(
        f"/api/office/v1/subjects/{subject_id}/last-position", headers=logged_in(app, officer)
    ).get_json()
    assert shown["position"]["age_s"] == 3 * 3600
