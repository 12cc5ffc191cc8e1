"""Phones that need a hand, on a real database: from when on, told once, over when the phone says so."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.look_at_phones import Looked, carried_phones, look_at_phones
from app.actions.report_device_health import ReportDeviceHealth, report_device_health
from app.rules.devices import Device
from app.rules.facts import Actor, Channel
from app.store import devices
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised, alerts_of, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_power, a_report, report
from tests.builders.users import Worker, a_user

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    """Whose phone is heard all the time."""
    made = a_supervised(tx, tree, officer, at=MONDAY - 30 * DAY)
    set_state(tx, made, last_heard_at=MONDAY)
    return made


def told(tx: Connection, subject_id: UUID, at: datetime, **health: Any) -> None:
    actor = Actor("subject", subject_id, device_id=uuid4())
    report_device_health(tx, actor, ReportDeviceHealth(uuid4(), b"body", **health), now=at)


def looked(tx: Connection, now: datetime = MONDAY) -> Looked:
    return look_at_phones(tx, carried_phones(tx), now=now)


def test_a_lost_permission_is_told_once_and_is_over_when_it_is_back(tx: Connection, subject_id: UUID) -> None:
    told(tx, subject_id, MONDAY - 3 * DAY, location_permission="denied")
    told(tx, subject_id, MONDAY - 2 * DAY, location_permission="always")
    told(tx, subject_id, MONDAY - 20 * HOUR, location_permission="denied")
    told(tx, subject_id, MONDAY - 2 * HOUR, location_permission="services_off", battery_saver=True)

    assert looked(tx) == Looked(raised=1)
    assert looked(tx) == Looked()
    [alert] = alerts_of(tx, subject_id)
    assert (alert.kind, alert.cause, alert.event_at) == ("device_trouble", "phone", MONDAY - 20 * HOUR)
    assert alert.why["params"]["troubles"] == "permission"

    told(tx, subject_id, MONDAY + HOUR, location_permission="always")
    assert looked(tx, MONDAY + 2 * HOUR) == Looked(over=1)
    assert alerts_of(tx, subject_id)[0].condition == "recovered"


def test_another_phone_begins_anew(tx: Connection, subject_id: UUID) -> None:
    told(tx, subject_id, MONDAY - 9 * DAY, battery_saver=True)
    devices.bind(tx, subject_id, Device(uuid4(), "android"), now=MONDAY - DAY)

    assert looked(tx) == Looked()


def test_nobody_without_a_phone_is_looked_at(tx: Connection, tree: Tree, officer: Worker) -> None:
    without = a_supervised(tx, tree, officer, channel=Channel.NO_SMARTPHONE, at=MONDAY - DAY)

    assert without not in carried_phones(tx)


def test_a_phone_far_from_a_talk(tx: Connection, subject_id: UUID, officer: Worker) -> None:
    a_power(tx, subject_id, MONDAY - DAY, MONDAY)
    at = MONDAY - 5 * HOUR
    report(tx, subject_id, a_report(at, lon=118.70, lat=28.738), now=at + MINUTE)
    tx.execute(
        text(
            "INSERT INTO records (id, kind, subject_id, office_id, officer_id, happened_at, written_at, place,"
            " accuracy_m, note, reasons, body_hash)"
            " VALUES (gen_random_uuid(), 'talk', :subject, :office, :officer, :at, :at,"
            " ST_SetSRID(ST_MakePoint(118.627, 28.738), 4326), 20, '', '[]', '')"
        ),
        {"subject": subject_id, "office": officer.office.id, "officer": officer.id, "at": at},
    )

    assert looked(tx) == Looked(raised=1)
    assert looked(tx, MONDAY + DAY) == Looked(raised=1)
    [alert] = alerts_of(tx, subject_id)
    assert (alert.kind, alert.occurrences, alert.cause) == ("suspected_separation", 1, "unsure")
    assert alert.why["params"]["km"] == "7.1"
