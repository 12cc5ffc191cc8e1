"""Who may send: a credential of that client and nobody else, and what guessing costs."""

from base64 import b64encode
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.rules.facts import TrackerClient
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.duties import a_supervised, alerts_of
from tests.builders.offices import a_tree
from tests.builders.positions import DAY, a_power, stored
from tests.builders.trackers import OWNTRACKS, TRACCAR, Phone, a_location, a_tracker, an_owntracks_location
from tests.builders.users import Worker, a_user, logged_in, phone_logged_in


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


def a_person(
    undone: Engine, client: TrackerClient, now: datetime, *, covered: bool = True
) -> tuple[Phone, UUID, Worker]:
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id: UUID = a_supervised(tx, tree, officer, at=now - DAY)
        if covered:
            a_power(tx, subject_id, now - DAY, now + DAY, kind="order")
        return a_tracker(tx, officer, subject_id, client, now=now - DAY), subject_id, officer


def test_nobody_sends_without_a_credential(http: FlaskClient) -> None:
    assert http.post(OWNTRACKS, json={"_type": "location"}).status_code == 401
    assert http.get(f"{TRACCAR}/48241179?id=48241179&lat=28.7&lon=118.6").status_code == 401


@pytest.mark.parametrize("client", list(TrackerClient))
def test_the_name_of_a_device_opens_nothing(
    undone: Engine, http: FlaskClient, clock: TestClock, client: TrackerClient
) -> None:
    phone, subject_id, _ = a_person(undone, client, clock.now())
    basic = {"Authorization": "Basic " + b64encode(f"{phone.name}:{phone.name}".encode()).decode()}
    names = {"X-Limit-U": phone.name, "X-Limit-D": phone.name}

    refused = [
        http.post(OWNTRACKS, json=an_owntracks_location(clock.now()), headers=basic | names),
        http.get(f"{TRACCAR}/{phone.name}", query_string={"id": phone.name, "lat": 28.7, "lon": 118.6}),
    ]

    assert [answer.status_code for answer in refused] == [401, 401]
    with transaction(undone) as tx:
        assert stored(tx, subject_id) == []


def test_a_credential_is_good_for_its_own_client_alone(undone: Engine, http: FlaskClient, clock: TestClock) -> None:
    phone, _, _ = a_person(undone, TrackerClient.OWNTRACKS, clock.now())

    assert http.get(f"{TRACCAR}/{phone.secret}?id={phone.name}").status_code == 401
    assert phone.send(http, an_owntracks_location(clock.now())).status_code == 200


def test_tokens_of_others_open_nothing(undone: Engine, app: Flask, http: FlaskClient, clock: TestClock) -> None:
    phone, subject_id, officer = a_person(undone, TrackerClient.OWNTRACKS, clock.now())
    with transaction(undone) as tx:
        tx.execute(text("UPDATE device_bindings SET bound = tstzrange(lower(bound), :now)"), {"now": clock.now()})
    for headers in (logged_in(app, officer), phone_logged_in(app, subject_id)):
        assert http.post(OWNTRACKS, json={}, headers=headers).status_code == 401
    assert phone.send(http, {}).status_code == 401


def test_guessing_is_slowed_and_the_honest_are_not(undone: Engine, http: FlaskClient, clock: TestClock) -> None:
    phone, subject_id, _ = a_person(undone, TrackerClient.TRACCAR, clock.now())

    guesses = [http.get(f"{TRACCAR}/guess{number}?id=x").status_code for number in range(40)]

    assert guesses[0] == 401
    assert guesses[-1] == 429
    assert "Retry-After" in http.get(f"{TRACCAR}/guess?id=x").headers
    assert phone.send(http, a_location(phone, clock.now())).status_code == 200
    with transaction(undone) as tx:
        assert len(stored(tx, subject_id)) == 1
        assert alerts_of(tx, subject_id) == []


def test_what_no_power_covers_is_not_kept(undone: Engine, http: FlaskClient, clock: TestClock) -> None:
    phone, subject_id, _ = a_person(undone, TrackerClient.OWNTRACKS, clock.now(), covered=False)

    answer = phone.send(http, an_owntracks_location(clock.now()))

    assert (answer.status_code, answer.get_json()) == (200, [])
    with transaction(undone) as tx:
        assert stored(tx, subject_id) == []
        (receipt,) = tx.execute(text("SELECT * FROM position_batches"))
        assert (receipt.stored, receipt.not_kept) == (0, 1)


def test_a_configured_datum_is_converted_at_the_edge(undone: Engine, http: FlaskClient, clock: TestClock) -> None:
    with transaction(undone) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id = a_supervised(tx, tree, officer, at=clock.now() - DAY)
        a_power(tx, subject_id, clock.now() - DAY, clock.now() + DAY, kind="order")
        phone = a_tracker(tx, officer, subject_id, TrackerClient.TRACCAR, now=clock.now() - DAY, datum="gcj02")

    phone.send(http, a_location(phone, clock.now(), lon=118.63155, lat=28.73531))

    with transaction(undone) as tx:
        (row,) = stored(tx, subject_id)
        moved_m = tx.execute(
            text(
                "SELECT ST_Distance(place::geography, ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography)"
                " FROM positions WHERE subject_id = :id"
            ),
            {"id": subject_id},
        ).scalar_one()
    assert (row.lon, row.lat, row.datum) == (118.63155, 28.73531, "gcj02")
    assert 300 < moved_m < 700


def test_late_messages_keep_their_own_time(undone: Engine, http: FlaskClient, clock: TestClock) -> None:
    phone, subject_id, _ = a_person(undone, TrackerClient.TRACCAR, clock.now())
    newest = clock.now() - timedelta(hours=1)
    for hours in (3, 1, 2):
        phone.send(http, a_location(phone, clock.now() - timedelta(hours=hours)))

    with transaction(undone) as tx:
        rows = stored(tx, subject_id)
    assert [clock.now() - row.effective_at for row in rows] == [timedelta(hours=hours) for hours in (3, 2, 1)]
    assert {row.received_at for row in rows} == {clock.now()}
    assert not any(row.time_proven for row in rows)
    with transaction(undone) as tx:
        last = tx.execute(
            text("SELECT last_position_at FROM subject_states WHERE subject_id = :id"), {"id": subject_id}
        )
        assert last.scalar_one() == newest
