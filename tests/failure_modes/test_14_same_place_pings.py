"""Failure mode 14, for the service's own interface: pings from one place are dropped as duplicates, so contact is lost.

Six hours in the same place with a ping each quarter of an hour: "last heard" is never older than that, and nobody is
called silent under an order's short limit. A message that is truly repeated makes one row.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.deps import Deps
from app.jobs import sweeps
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import a_clock, deps_for_tests, make_test_app
from tests.builders.duties import a_supervised, alerts_of, api_up
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
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    return make_test_app(undone, clock)


@pytest.fixture
def deps(undone: Engine, clock: TestClock) -> Deps:
    return deps_for_tests(undone, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def subject_id(undone: Engine, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        tree = a_tree(tx, policy=phones_under_order())
        api_up(tx, clock.now() - 30 * DAY, clock.now() + 30 * DAY)
        made = a_supervised(tx, tree, a_user(tx, tree.office), at=clock.now() - DAY)
        an_order(tx, a_head(tx, tree), made, clock.now())
    return made


@pytest.fixture
def phone(app: Flask, subject_id: UUID) -> dict[str, str]:
    return phone_logged_in(app, subject_id)


def kept(undone: Engine, subject_id: UUID) -> list[Any]:
    with transaction(undone) as tx:
        return stored(tx, subject_id)


def test_six_hours_in_one_place_are_six_hours_of_contact(
    client: FlaskClient, phone: dict[str, str], undone: Engine, deps: Deps, subject_id: UUID, clock: TestClock
) -> None:
    pings = 6 * 4 + 1
    for _ in range(pings):
        client.post(URL, json=a_sent_batch(a_sent_report(clock.now())), headers=phone)
        for _ in range(15):
            clock.advance(MINUTE)
            with transaction(undone) as tx:
                assert clock.now() - state_of(tx, subject_id).last_heard_at <= 15 * MINUTE
        sweeps.silence(deps, clock.now())

    assert len(kept(undone, subject_id)) == pings
    with transaction(undone) as tx:
        assert alerts_of(tx, subject_id) == []


def test_a_message_that_is_sent_twice_makes_one_row(
    client: FlaskClient, phone: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    report = a_sent_report(clock.now())
    batch = a_sent_batch(report)

    client.post(URL, json=batch, headers=phone)
    client.post(URL, json=batch, headers=phone)
    again = client.post(URL, json=a_sent_batch(report), headers=phone).get_json()
    renamed = client.post(URL, json=a_sent_batch({**report, "id": str(uuid4())}), headers=phone).get_json()

    assert (again["stored"], again["repeated"]) == (0, 1)
    assert (renamed["stored"], renamed["repeated"]) == (0, 1)
    assert len(kept(undone, subject_id)) == 1


def test_the_same_place_at_another_time_is_another_row(
    client: FlaskClient, phone: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    report = a_sent_report(clock.now())
    clock.advance(MINUTE)
    later = {**report, "recorded_at": clock.now().isoformat()}

    receipt = client.post(URL, json=a_sent_batch(report, later), headers=phone).get_json()

    assert (receipt["stored"], receipt["repeated"]) == (2, 0)
    assert len(kept(undone, subject_id)) == 2


def test_a_ping_that_no_power_covers_is_contact_all_the_same(
    client: FlaskClient, phone: dict[str, str], undone: Engine, deps: Deps, subject_id: UUID, clock: TestClock
) -> None:
    clock.advance(40 * DAY)
    with transaction(undone) as tx:
        api_up(tx, clock.now() - 12 * DAY, clock.now() + DAY, instance="two")

    receipt = client.post(URL, json=a_sent_batch(a_sent_report(clock.now())), headers=phone).get_json()
    clock.advance(23 * HOUR)
    sweeps.silence(deps, clock.now())

    assert (receipt["stored"], receipt["not_kept"]) == (0, 1)
    with transaction(undone) as tx:
        assert alerts_of(tx, subject_id) == []
