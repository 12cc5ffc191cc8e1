"""What phones sent is counted once by what became of it: a request that is sent again counts no more."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import Counter
from sqlalchemy import Engine

from app.metrics import CHECK_INS, POSITIONS
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.checkins import a_check_in
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree
from tests.builders.positions import a_power, a_sent_batch, a_sent_report
from tests.builders.users import a_user, phone_logged_in

DAY = timedelta(days=1)


@pytest.fixture
def phone(app: Flask, undone: Engine, tree: Tree, clock: TestClock) -> dict[str, str]:
    with transaction(undone) as tx:
        subject_id: UUID = a_supervised(tx, tree, a_user(tx, tree.office), at=clock.now() - 30 * DAY)
        a_power(tx, subject_id, clock.now() - DAY, clock.now() + DAY, kind="order")
    return phone_logged_in(app, subject_id)


def counted(metric: Counter) -> dict[str, float]:
    samples = (sample for family in metric.collect() for sample in family.samples)
    return {s.labels["outcome"]: s.value for s in samples if s.name.endswith("_total")}


def risen(metric: Counter, before: dict[str, float]) -> dict[str, float]:
    return {k: v - before.get(k, 0) for k, v in counted(metric).items() if v != before.get(k, 0)}


def test_positions(client: FlaskClient, phone: dict[str, str], clock: TestClock) -> None:
    before = counted(POSITIONS)
    batch = a_sent_batch(
        a_sent_report(clock.now()),
        a_sent_report(clock.now() - timedelta(minutes=1)),
        a_sent_report(clock.now() - 2 * DAY),
        a_sent_report(clock.now(), lon=0, lat=0),
    )
    for status in (201, 200):
        assert client.post("/api/mobile/v1/positions", json=batch, headers=phone).status_code == status
    assert risen(POSITIONS, before) == {"stored": 2, "not_kept": 1, "null_island": 1}


def test_check_ins(client: FlaskClient, phone: dict[str, str], clock: TestClock) -> None:
    before = counted(CHECK_INS)
    body = a_check_in(clock.now())
    for status in (201, 200):
        assert client.post("/api/mobile/v1/checkins", json=body, headers=phone).status_code == status
    assert sum(risen(CHECK_INS, before).values()) == 1
