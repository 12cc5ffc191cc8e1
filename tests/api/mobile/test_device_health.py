"""What a phone says of itself, through HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree
from tests.builders.positions import state_of
from tests.builders.users import a_user, phone_logged_in

URL = "/api/mobile/v1/device-health"


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, a_user(tx, tree.office), at=clock.now())


@pytest.fixture
def phone(app: Flask, subject_id: UUID) -> dict[str, str]:
    return phone_logged_in(app, subject_id)


def a_health(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "battery_percent": 41,
        "location_permission": "while_in_use",
        "battery_saver": True,
        "network": "cellular",
        **changes,
    }


def test_it_is_kept_as_it_was_said(
    client: FlaskClient, phone: dict[str, str], undone: Engine, subject_id: UUID, clock: TestClock
) -> None:
    body = a_health(sent_at=(clock.now() - timedelta(seconds=40)).isoformat(), boot_id="one", sent_elapsed_ms=7)

    answer = client.post(URL, json=body, headers=phone)

    assert answer.status_code == 201
    assert answer.get_json() == {"id": body["id"], "received_at": "2026-03-02T09:00:00+08:00"}
    with transaction(undone) as tx:
        row = tx.execute(text("SELECT * FROM device_health")).one()
        assert (row.subject_id, row.battery_percent, row.location_permission) == (subject_id, 41, "while_in_use")
        assert (row.battery_saver, row.network) == (True, "cellular")
        assert row.received_at - row.sent_at == timedelta(seconds=40)
        assert state_of(tx, subject_id).battery_percent == 41
        assert tx.execute(text("SELECT offset_s FROM clock_proofs")).scalar_one() == 40


def test_what_it_does_not_know_it_leaves_out(client: FlaskClient, phone: dict[str, str]) -> None:
    assert client.post(URL, json={"id": str(uuid4())}, headers=phone).status_code == 201


def test_a_repeat_gets_the_same_answer(client: FlaskClient, phone: dict[str, str], clock: TestClock) -> None:
    body = a_health()
    first = client.post(URL, json=body, headers=phone)
    clock.advance(timedelta(hours=1))

    again = client.post(URL, json={**body, "boot_id": "two"}, headers=phone)
    other = client.post(URL, json={**body, "battery_percent": 40}, headers=phone)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert again.get_json() == first.get_json()


def test_ids_are_each_subjects_own(
    client: FlaskClient, phone: dict[str, str], app: Flask, undone: Engine, tree: Tree, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        other = a_supervised(tx, tree, a_user(tx, tree.office), at=clock.now())
    body = a_health()
    client.post(URL, json=body, headers=phone)

    answer = client.post(URL, json={**body, "battery_percent": 9}, headers=phone_logged_in(app, other))

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [("battery_percent", 101), ("network", "carrier pigeon"), ("location_permission", ""), ("battery_saver", "maybe")],
)
def test_a_body_that_cannot_be_read_is_refused(
    client: FlaskClient, phone: dict[str, str], field: str, value: Any
) -> None:
    answer = client.post(URL, json=a_health(**{field: value}), headers=phone)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.get_json()["errors"]] == [field]
