"""Failure mode 2: a refused message blocks the queue for ever. Both clients send the head of theirs again and again.

Whatever a phone with a good credential sends is answered 200, and what follows it is stored. The exception is by
design: a credential that was taken back gets 401, and its office an alert.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from app.actions.issue_tracker import revoke_tracker
from app.actions.look_at_phones import look_at_phones
from app.actions.release_device import release_device
from app.actions.replay_poison import Chosen
from app.api.trackers import replaying
from app.api.trackers.messages import MOST_ELEMENTS, MOST_OTHERS
from app.rules.facts import TrackerClient
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import a_clock, deps_for_tests, make_test_app
from tests.builders.duties import a_supervised, alerts_of
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import DAY, a_power, state_of, stored
from tests.builders.trackers import Phone, a_location, a_tracker, poison_of
from tests.builders.users import Worker, a_user

CLIENTS = list(TrackerClient)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def app(undone: Engine, clock: TestClock) -> Flask:
    return make_test_app(undone, clock)


@pytest.fixture
def http(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def tree(undone: Engine) -> Tree:
    with transaction(undone) as tx:
        return a_tree(tx)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, officer: Worker, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        made: UUID = a_supervised(tx, tree, officer, at=clock.now() - DAY)
        a_power(tx, made, clock.now() - DAY, clock.now() + DAY, kind="order")
    return made


def a_phone(undone: Engine, officer: Worker, subject_id: UUID, client: TrackerClient, now: datetime) -> Phone:
    with transaction(undone) as tx:
        return a_tracker(tx, officer, subject_id, client, now=now - DAY)


def bad_ones(phone: Phone, now: datetime) -> dict[str, Any]:
    """What such services are known to have choked on, as this client would send it, with the reason for each."""
    ahead = a_location(phone, now + timedelta(hours=3))
    return {
        "no_json": b'{"_type":"location","lat":28.7',
        "no_place": a_location(phone, now, lat=91.0),
        "future_time": ahead,
        "unknown_type": {"_type": "teleport", "device_id": phone.name},
        "empty": b"",
    }


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("reason", ["no_json", "no_place", "future_time", "unknown_type", "empty"])
def test_a_bad_message_stands_in_nobodys_way(
    undone: Engine,
    http: FlaskClient,
    officer: Worker,
    subject_id: UUID,
    clock: TestClock,
    client: TrackerClient,
    reason: str,
) -> None:
    phone = a_phone(undone, officer, subject_id, client, clock.now())

    bad = phone.send(http, bad_ones(phone, clock.now())[reason])
    good = phone.send(http, a_location(phone, clock.now()))

    assert (bad.status_code, good.status_code) == (200, 200)
    with transaction(undone) as tx:
        assert [row.reason for row in poison_of(tx, subject_id)] == [reason]
        assert len(stored(tx, subject_id)) == 1
        assert state_of(tx, subject_id).last_position_at == clock.now()


@pytest.mark.parametrize("client", CLIENTS)
def test_what_is_set_aside_is_unreadable_without_the_key(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock, client: TrackerClient
) -> None:
    phone = a_phone(undone, officer, subject_id, client, clock.now())
    phone.send(http, b'{"_type":"location","lat":28.7381,"lon":118.6')

    with transaction(undone) as tx:
        (row,) = poison_of(tx, subject_id)
    told = bytes(row.body_cipher)
    assert b"28.7381" not in told
    assert phone.secret.encode() not in told


@pytest.mark.parametrize("client", CLIENTS)
def test_a_large_body_is_settled_too(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock, client: TrackerClient
) -> None:
    phone = a_phone(undone, officer, subject_id, client, clock.now())

    answer = phone.send(http, b"[" + b"0," * 600_000 + b"0]")

    assert answer.status_code == 200
    with transaction(undone) as tx:
        assert [row.reason for row in poison_of(tx, subject_id)] == ["too_large"]


def test_a_list_is_taken_element_by_element(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    phone = a_phone(undone, officer, subject_id, TrackerClient.OWNTRACKS, clock.now())
    now = clock.now()
    sent = [a_location(phone, now - MINUTE), a_location(phone, now, lat=91.0), a_location(phone, now), "no message"]

    answer = phone.send(http, sent)

    assert answer.status_code == 200
    with transaction(undone) as tx:
        assert [row.recorded_at for row in stored(tx, subject_id)] == [now - MINUTE, now]
        assert [row.reason for row in poison_of(tx, subject_id)] == ["no_place", "unknown_type"]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_credential_that_was_taken_back_is_refused_and_told(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock, client: TrackerClient
) -> None:
    phone = a_phone(undone, officer, subject_id, client, clock.now())
    assert phone.send(http, a_location(phone, clock.now())).status_code == 200
    with transaction(undone) as tx:
        revoke_tracker(tx, officer.actor, phone.credential_id, "手机遗失", now=clock.now())

    clock.advance(MINUTE)
    answers = [phone.send(http, a_location(phone, clock.now())).status_code for _ in range(40)]

    assert set(answers) == {401}
    with transaction(undone) as tx:
        assert len(stored(tx, subject_id)) == 1
        (alert,) = alerts_of(tx, subject_id)
        assert (alert.kind, alert.occurrences, alert.cause) == ("device_trouble", 1, "phone")
        assert state_of(tx, subject_id).last_heard_at == clock.now() - MINUTE


def test_a_refused_phone_is_no_trouble_that_passes_by_the_morning(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    """Nobody has set it up anew; and what ails the phone in hand is told all the same."""
    phone = a_phone(undone, officer, subject_id, TrackerClient.OWNTRACKS, clock.now())
    with transaction(undone) as tx:
        revoke_tracker(tx, officer.actor, phone.credential_id, "手机遗失", now=clock.now())
    phone.send(http, a_location(phone, clock.now()))
    clock.advance(DAY)

    with transaction(undone) as tx:
        look_at_phones(tx, [subject_id], now=clock.now())
        (alert,) = alerts_of(tx, subject_id)
        assert (alert.condition, alert.occurrences) == ("active", 1)

    other = a_phone_of_another_client(undone, officer, subject_id, clock.now())
    other.send(http, {"_type": "status", "_id": "1", "android": {"loc": -4}})
    clock.advance(timedelta(hours=23))
    other.send(http, {"_type": "status", "_id": "2", "android": {"loc": -4}})
    with transaction(undone) as tx:
        look_at_phones(tx, [subject_id], now=clock.now() + timedelta(hours=2))
        (alert,) = alerts_of(tx, subject_id)
        assert (alert.condition, alert.occurrences, alert.why["code"]) == ("active", 2, "device_trouble")


def a_phone_of_another_client(undone: Engine, officer: Worker, subject_id: UUID, now: datetime) -> Phone:
    with transaction(undone) as tx:
        return a_tracker(tx, officer, subject_id, TrackerClient.OWNTRACKS, now=now, key="two")


def test_a_released_phone_is_refused_like_one_whose_credential_was_taken_back(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    phone = a_phone(undone, officer, subject_id, TrackerClient.OWNTRACKS, clock.now())
    with transaction(undone) as tx:
        release_device(tx, officer.actor, subject_id, "换手机", now=clock.now())

    refused = phone.send(http, a_location(phone, clock.now()))

    assert (refused.status_code, refused.headers["WWW-Authenticate"].split()[0]) == (401, "Basic")


@pytest.mark.parametrize("client", CLIENTS)
def test_nobody_is_told_of_a_phone_that_sends_after_the_end(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock, client: TrackerClient
) -> None:
    phone = a_phone(undone, officer, subject_id, client, clock.now())
    with transaction(undone) as tx:
        tx.execute(text("UPDATE subjects SET status = 'ended' WHERE id = :id"), {"id": subject_id})

    refused = phone.send(http, a_location(phone, clock.now()))

    assert refused.status_code == 401
    with transaction(undone) as tx:
        assert alerts_of(tx, subject_id) == []
        assert stored(tx, subject_id) == []


@pytest.mark.parametrize(
    ("client", "body"),
    [
        (TrackerClient.OWNTRACKS, rb'[{"_type":"\ud800"},{"_type":"\ud800"}]'),
        (TrackerClient.TRACCAR, rb'{"location":["\ud800","\ud800"]}'),
    ],
)
def test_half_a_character_in_a_list_is_settled_and_can_be_replayed(
    undone: Engine,
    http: FlaskClient,
    officer: Worker,
    subject_id: UUID,
    clock: TestClock,
    client: TrackerClient,
    body: bytes,
) -> None:
    phone = a_phone(undone, officer, subject_id, client, clock.now())

    assert phone.send(http, body).status_code == 200
    with transaction(undone) as tx:
        assert [row.reason for row in poison_of(tx, subject_id)] == ["unknown_type"]
    assert replaying.replay_poison(deps_for_tests(undone, clock), Chosen())["still"] == 1


def test_many_odd_ones_in_one_message_are_set_aside_as_one(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    """Each would be a row of its own: one phone could keep all others waiting for minutes."""
    phone, now = a_phone(undone, officer, subject_id, TrackerClient.OWNTRACKS, clock.now()), clock.now()
    odd = [{"_type": "status", "n": n} for n in range(MOST_OTHERS + 1)]

    assert phone.send(http, [a_location(phone, now), *odd]).status_code == 200
    assert phone.send(http, [0] * (MOST_ELEMENTS + 1)).status_code == 200

    with transaction(undone) as tx:
        assert len(stored(tx, subject_id)) == 1
        assert [row.reason for row in poison_of(tx, subject_id)] == ["too_many", "too_many"]


def test_a_replay_of_what_was_too_large_to_be_kept_says_so_still(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    phone = a_phone(undone, officer, subject_id, TrackerClient.OWNTRACKS, clock.now())
    phone.send(http, b"[" + b"0," * 600_000 + b"0]")

    assert replaying.replay_poison(deps_for_tests(undone, clock), Chosen())["still"] == 1

    with transaction(undone) as tx:
        assert [row.reason for row in poison_of(tx, subject_id)] == ["too_large"]


def test_the_same_words_said_again_later_are_news(
    undone: Engine, http: FlaskClient, officer: Worker, subject_id: UUID, clock: TestClock
) -> None:
    """OwnTracks on iOS tells of its permission without a number or a time: denied, given, denied are three things."""
    phone = a_phone(undone, officer, subject_id, TrackerClient.OWNTRACKS, clock.now())
    for granted in ("Denied", "AuthorizedAlways", "Denied"):
        clock.advance(MINUTE)
        told = {"locationManagerAuthorizationStatus": f"kCLAuthorizationStatus{granted}"}
        assert phone.send(http, {"_type": "status", "iOS": told}).status_code == 200

    with transaction(undone) as tx:
        rows = tx.execute(text("SELECT location_permission FROM device_health ORDER BY received_at")).scalars()
        assert list(rows) == ["denied", "always", "denied"]
