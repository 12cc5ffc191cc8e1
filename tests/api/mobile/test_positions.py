"""Batches of positions through HTTP: receipts, repetition, what a body may hold, and what one costs."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.clients.datum import Datum, from_wgs84
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree
from tests.builders.positions import JIANGSHAN, a_power, a_sent_batch, a_sent_report, state_of, stored
from tests.builders.users import a_user, phone_logged_in
from tests.statements import counted

URL = "/api/mobile/v1/positions"
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, clock: TestClock) -> UUID:
    """Somebody whose phone may report the day before and the day after now."""
    with transaction(undone) as tx:
        made = a_supervised(tx, tree, a_user(tx, tree.office), at=clock.now() - 30 * DAY)
        a_power(tx, made, clock.now() - DAY, clock.now() + DAY, kind="order")
    return made


@pytest.fixture
def phone(app: Flask, subject_id: UUID) -> dict[str, str]:
    return phone_logged_in(app, subject_id)


def points(undone: Engine, subject_id: UUID) -> list[Any]:
    with transaction(undone) as tx:
        return stored(tx, subject_id)


def test_a_batch_gets_a_receipt_that_settles_every_report(
    client: FlaskClient, phone: dict[str, str], clock: TestClock
) -> None:
    nowhere = a_sent_report(clock.now(), lon=0, lat=0)
    ahead = a_sent_report(clock.now() + HOUR)
    batch = a_sent_batch(
        a_sent_report(clock.now()),
        a_sent_report(clock.now() - MINUTE),
        a_sent_report(clock.now() - 2 * DAY),
        nowhere,
        ahead,
    )

    answer = client.post(URL, json=batch, headers=phone)

    assert answer.status_code == 201
    receipt = answer.get_json()
    assert receipt.pop("receipt_no").startswith("2026-")
    assert receipt == {
        "received_at": "2026-03-02T09:00:00+08:00",
        "stored": 2,
        "repeated": 0,
        "not_kept": 1,
        "set_aside": [
            {"id": nowhere["id"], "reason": "null_island"},
            {"id": ahead["id"], "reason": "future_time"},
        ],
    }


def test_a_repeated_request_gets_the_same_receipt_however_its_transport_differs(
    client: FlaskClient, phone: dict[str, str], clock: TestClock, undone: Engine, subject_id: UUID
) -> None:
    report = a_sent_report(clock.now(), recorded_elapsed_ms=5_000)
    batch = a_sent_batch(report, sent_at=clock.now().isoformat(), sent_elapsed_ms=6_000, boot_id="one")
    first = client.post(URL, json=batch, headers=phone)
    clock.advance(HOUR)
    rebooted = {key: value for key, value in report.items() if key != "recorded_elapsed_ms"}

    again = client.post(
        URL, json={**batch, "reports": [rebooted], "sent_elapsed_ms": 1, "boot_id": "two"}, headers=phone
    )

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    assert len(points(undone, subject_id)) == 1


def test_an_id_that_is_used_for_another_body_is_refused(
    client: FlaskClient, phone: dict[str, str], clock: TestClock
) -> None:
    batch = a_sent_batch(a_sent_report(clock.now()))
    client.post(URL, json=batch, headers=phone)

    answer = client.post(URL, json={**batch, "reports": [a_sent_report(clock.now())]}, headers=phone)

    assert answer.status_code == 409
    assert answer.get_json()["code"] == "id_reused"


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_another_datum_is_converted_and_the_pair_kept_as_sent(
    client: FlaskClient, phone: dict[str, str], clock: TestClock, undone: Engine, subject_id: UUID, datum: str
) -> None:
    lon, lat = from_wgs84(*JIANGSHAN, Datum(datum))

    client.post(URL, json=a_sent_batch(a_sent_report(clock.now(), lon=lon, lat=lat, datum=datum)), headers=phone)

    [row] = points(undone, subject_id)
    assert (row.lon, row.lat, row.datum) == (lon, lat, datum)
    with transaction(undone) as tx:
        place = tx.execute(text("SELECT ST_X(place) AS lon, ST_Y(place) AS lat FROM positions")).one()
        assert (place.lon, place.lat) == pytest.approx(JIANGSHAN, abs=1e-6)
        assert state_of(tx, subject_id).last_lon == pytest.approx(JIANGSHAN[0], abs=1e-6)


def test_what_a_receiver_does_not_know_is_unknown(
    client: FlaskClient, phone: dict[str, str], clock: TestClock, undone: Engine, subject_id: UUID
) -> None:
    unknown = {"accuracy_m": -1, "speed_mps": -1, "heading_deg": -1, "battery_percent": -1}

    answer = client.post(URL, json=a_sent_batch(a_sent_report(clock.now(), **unknown)), headers=phone)

    assert answer.status_code == 201
    [row] = points(undone, subject_id)
    assert (row.accuracy_m, row.speed_mps, row.heading_deg, row.battery_percent) == (0, None, None, None)


def without(report: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key != name}


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("reports.0.lat", {"lat": 91}),
        ("reports.0.lat", {"lat": "north"}),
        ("reports.0.lon", {"lon": -180.1}),
        ("reports.0.lon", {"lon": None}),
        ("reports.0.accuracy_m", {"accuracy_m": -2}),
        ("reports.0.recorded_at", {"recorded_at": "2026-03-02T09:00:00"}),
        ("reports.0.recorded_at", {"recorded_at": "1999-12-31T23:59:59+00:00"}),
        ("reports.0.recorded_at", {"recorded_at": 1772413200}),
        ("reports.0.id", {"id": "one"}),
        ("reports.0.datum", {"datum": "nad27"}),
        ("reports.0.battery_percent", {"battery_percent": 101}),
        ("reports.0.recorded_elapsed_ms", {"recorded_elapsed_ms": 10**30}),
        ("reports.0.altitude", {"altitude": 3}),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_by_name(
    client: FlaskClient, phone: dict[str, str], clock: TestClock, field: str, change: dict[str, Any]
) -> None:
    answer = client.post(URL, json=a_sent_batch({**a_sent_report(clock.now()), **change}), headers=phone)

    assert answer.status_code == 422
    assert answer.get_json()["code"] == "unreadable"
    named = {error["field"] for error in answer.get_json()["errors"]}
    assert field in named


def test_characters_that_no_database_stores_are_refused(
    client: FlaskClient, phone: dict[str, str], clock: TestClock
) -> None:
    answer = client.post(URL, json=a_sent_batch(a_sent_report(clock.now(), provider="g\x00ps")), headers=phone)

    assert answer.status_code == 422


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_refused(client: FlaskClient, phone: dict[str, str], clock: TestClock, value: str) -> None:
    body = json.dumps(a_sent_batch(a_sent_report(clock.now(), lon=77.125))).replace("77.125", value)

    answer = client.post(URL, data=body, content_type="application/json", headers=phone)

    assert answer.status_code == 422


def test_one_to_five_hundred_reports(client: FlaskClient, phone: dict[str, str], clock: TestClock) -> None:
    reports = [a_sent_report(clock.now() - n * SECOND) for n in range(501)]

    assert client.post(URL, json=a_sent_batch(*reports), headers=phone).status_code == 422
    assert client.post(URL, json=a_sent_batch(), headers=phone).status_code == 422
    answer = client.post(URL, json=a_sent_batch(*reports[:500]), headers=phone)
    assert (answer.status_code, answer.get_json()["stored"]) == (201, 500)


@pytest.mark.parametrize("size", [1, 100, 500])
def test_a_request_costs_one_statement_which_also_looks_the_log_in_up(
    client: FlaskClient, phone: dict[str, str], clock: TestClock, undone: Engine, size: int
) -> None:
    batch = a_sent_batch(*(a_sent_report(clock.now() - n * SECOND) for n in range(size)))

    with counted(undone) as sent:
        assert client.post(URL, json=batch, headers=phone).status_code == 201

    assert ["keep_batch" in statement for statement in sent] == [True]


ENDINGS = {
    "the session": "UPDATE sessions SET ended_at = now()",
    "its time": "UPDATE sessions SET expires_at = created_at",
    "the phone's binding": "UPDATE device_bindings SET bound = tstzrange(lower(bound), lower(bound) + interval '1 us')",
    "the correction": "UPDATE subjects SET status = 'ended', ended_at = now(), end_reason = 'completed'",
}


@pytest.mark.parametrize("ended", ENDINGS)
def test_a_phone_whose_log_in_has_ended_is_refused_at_once_and_leaves_nothing(
    client: FlaskClient, phone: dict[str, str], clock: TestClock, undone: Engine, subject_id: UUID, ended: str
) -> None:
    assert client.post(URL, json=a_sent_batch(a_sent_report(clock.now())), headers=phone).status_code == 201
    with transaction(undone) as tx:
        tx.execute(text(ENDINGS[ended]))
    clock.advance(SECOND)
    nowhere = a_sent_report(clock.now(), lon=0, lat=0)

    answer = client.post(URL, json=a_sent_batch(a_sent_report(clock.now()), nowhere), headers=phone)

    assert (answer.status_code, answer.get_json()["code"]) == (401, "session_ended")
    assert len(points(undone, subject_id)) == 1
    with transaction(undone) as tx:
        assert tx.execute(text("SELECT count(*) FROM poison")).scalar_one() == 0
        assert state_of(tx, subject_id).last_heard_at == clock.now() - SECOND


def test_the_phone_counts_as_heard_by_that_same_statement(
    client: FlaskClient, phone: dict[str, str], clock: TestClock, undone: Engine, subject_id: UUID
) -> None:
    clock.advance(3 * HOUR)

    client.post(URL, json=a_sent_batch(a_sent_report(clock.now())), headers=phone)

    with transaction(undone) as tx:
        assert state_of(tx, subject_id).last_heard_at == clock.now()


def test_an_answer_never_repeats_where_somebody_was(
    client: FlaskClient, phone: dict[str, str], clock: TestClock
) -> None:
    batch = a_sent_batch(a_sent_report(clock.now() + HOUR, lon=118.987654), a_sent_report(clock.now(), lat=95.123456))

    for body in (batch, {**batch, "request_id": str(uuid4()), "reports": batch["reports"][:1]}):
        shown = client.post(URL, json=body, headers=phone).get_data(as_text=True)
        assert "118.98" not in shown
        assert "95.12" not in shown
