"""Failure mode 14, for the clients of other makers: pings from one place are dropped as duplicates, so contact is lost.

Six hours in the same place with a ping each quarter of an hour: "last heard" is never older than that. A message that
is truly repeated (the same own id, or the same time and place) makes one row, and is a sign of life all the same.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.jobs import sweeps
from app.rules.facts import TrackerClient
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import a_clock, deps_for_tests, make_test_app
from tests.builders.duties import a_supervised, alerts_of, api_up
from tests.builders.offices import a_tree
from tests.builders.positions import a_head, an_order, phones_under_order, state_of, stored
from tests.builders.trackers import Phone, a_location, a_tracker
from tests.builders.users import a_user

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CLIENTS = list(TrackerClient)


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def http(undone: Engine, clock: TestClock) -> Iterator[FlaskClient]:
    app: Flask = make_test_app(undone, clock)
    with app.test_client() as made:
        yield made


@pytest.fixture(params=CLIENTS)
def phone(request: pytest.FixtureRequest, undone: Engine, clock: TestClock) -> tuple[Phone, UUID]:
    with transaction(undone) as tx:
        tree = a_tree(tx, policy=phones_under_order())
        api_up(tx, clock.now() - 30 * DAY, clock.now() + 30 * DAY)
        officer = a_user(tx, tree.office)
        subject_id: UUID = a_supervised(tx, tree, officer, at=clock.now() - DAY)
        an_order(tx, a_head(tx, tree), subject_id, clock.now())
        return a_tracker(tx, officer, subject_id, request.param, now=clock.now()), subject_id


def kept(undone: Engine, subject_id: UUID) -> list[Any]:
    with transaction(undone) as tx:
        return stored(tx, subject_id)


def test_six_hours_in_one_place_are_six_hours_of_contact(
    undone: Engine, http: FlaskClient, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    pings = 6 * 4 + 1
    for _ in range(pings):
        assert sender.send(http, a_location(sender, clock.now())).status_code == 200
        clock.advance(15 * MINUTE)
        with transaction(undone) as tx:
            assert clock.now() - state_of(tx, subject_id).last_heard_at <= 15 * MINUTE
        sweeps.silence(deps_for_tests(undone, clock), clock.now())

    assert len(kept(undone, subject_id)) == pings
    with transaction(undone) as tx:
        assert alerts_of(tx, subject_id) == []


def test_a_stale_fix_sent_again_is_one_row_and_contact(
    undone: Engine, http: FlaskClient, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    first = a_location(sender, clock.now())
    for _ in range(4):
        sender.send(http, first)
        clock.advance(15 * MINUTE)

    (row,) = kept(undone, subject_id)
    with transaction(undone) as tx:
        state = state_of(tx, subject_id)
    assert row.recorded_at == state.last_position_at
    assert clock.now() - state.last_heard_at == 15 * MINUTE


def test_a_message_with_the_same_own_id_is_one_row(
    undone: Engine, http: FlaskClient, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    message = a_location(sender, clock.now())
    own = message if sender.client is TrackerClient.OWNTRACKS else message["location"]
    own["_id" if sender.client is TrackerClient.OWNTRACKS else "uuid"] = "a3f1c97e"
    rounded = a_location(sender, clock.now(), lon=118.6271)
    inner = rounded if sender.client is TrackerClient.OWNTRACKS else rounded["location"]
    inner["_id" if sender.client is TrackerClient.OWNTRACKS else "uuid"] = "a3f1c97e"

    for sent in (message, message, rounded):
        sender.send(http, sent)

    assert len(kept(undone, subject_id)) == 1


def test_the_same_fix_with_another_battery_is_one_row(
    undone: Engine, http: FlaskClient, clock: TestClock, phone: tuple[Phone, UUID]
) -> None:
    sender, subject_id = phone
    if sender.client is TrackerClient.OWNTRACKS:
        again = a_location(sender, clock.now()) | {"batt": 79, "t": "p"}
    else:
        again = a_location(sender, clock.now())
        again["location"]["battery"] = {"level": 0.79, "is_charging": True}

    answers = [sender.send(http, sent).status_code for sent in (a_location(sender, clock.now()), again)]

    assert answers == [200, 200]
    assert len(kept(undone, subject_id)) == 1
