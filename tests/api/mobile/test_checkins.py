"""A phone's check-in through HTTP: always a receipt, never a second answer, and nothing that a body can break."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from app.models.checkin import Attempt
from app.rules.facts import DutyState
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import a_clock, make_test_app
from tests.builders.checkins import HOME, a_check_in, a_resident
from tests.builders.duties import a_duty, duty_row
from tests.builders.offices import Tree
from tests.builders.users import a_user, phone_logged_in
from tests.statements import counted

URL = "/api/mobile/v1/checkins"
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def subject_id(undone: Engine, tree: Tree) -> UUID:
    with transaction(undone) as tx:
        return a_resident(tx, tree, a_user(tx, tree.office), area="330881")


@pytest.fixture
def phone(app: Flask, subject_id: UUID) -> dict[str, str]:
    return phone_logged_in(app, subject_id)


def owe(undone: Engine, tree: Tree, subject_id: UUID, opens_at: datetime, due_at: datetime, **options: Any) -> UUID:
    with transaction(undone) as tx:
        return a_duty(tx, tree, subject_id, opens_at, due_at, **options)


def state(undone: Engine, duty_id: UUID) -> str:
    with transaction(undone) as tx:
        found: str = duty_row(tx, duty_id).state
        return found


@pytest.fixture
def duty_id(undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock) -> UUID:
    """Open since an hour, due in an hour."""
    return owe(undone, tree, subject_id, clock.now() - HOUR, clock.now() + HOUR)


# ------------------------------------------------------------------------------------------------------------- receipts


def test_the_receipt_says_what_became_of_the_try(
    client: FlaskClient, phone: dict[str, str], duty_id: UUID, clock: TestClock
) -> None:
    body = a_check_in(clock.now())
    answer = client.post(URL, json=body, headers=phone)
    assert answer.status_code == 201
    receipt = dict(answer.get_json())
    assert receipt.pop("receipt_no").startswith("2026-")
    assert receipt.pop("evidence")["area_distance_m"] > 1000
    assert receipt == {
        "id": body["id"],
        "outcome": "accepted",
        "reasons": [{"code": "checked_in", "text": "已按时签到。"}],
        "duty_id": str(duty_id),
        "recorded_at": "2026-03-02T09:00:00+08:00",
        "received_at": "2026-03-02T09:00:00+08:00",
        "effective_at": "2026-03-02T09:00:00+08:00",
        "reviewed_at": None,
        "review_accepted": None,
        "photo_id": None,
    }


def test_a_repeat_is_200_with_the_same_receipt_and_another_body_409(
    client: FlaskClient, phone: dict[str, str], duty_id: UUID, clock: TestClock
) -> None:
    body = a_check_in(clock.now(), recorded_elapsed_ms=5, sent_elapsed_ms=5, boot_id="a")
    first = client.post(URL, json=body, headers=phone)
    clock.advance(hours=30)
    resent = {**body, "sent_at": clock.now().isoformat(), "sent_elapsed_ms": 99, "boot_id": "b"}
    del resent["recorded_elapsed_ms"]  # the phone has booted since, so the reading says nothing any more
    again = client.post(URL, json=resent, headers=phone)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.get_json() == again.get_json()
    other = client.post(URL, json={**body, "recorded_at": (clock.now() + HOUR).isoformat()}, headers=phone)
    assert (other.status_code, other.get_json()["code"]) == (409, "id_reused")


def test_a_check_in_and_its_log_in_cost_nine_statements(
    client: FlaskClient, phone: dict[str, str], undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    owe(undone, tree, subject_id, clock.now() - HOUR, clock.now() + HOUR, state=DutyState.OPEN)
    body = a_check_in(clock.now(), boot_id="a", sent_at=clock.now().isoformat())
    with counted(undone) as sent:
        assert client.post(URL, json=body, headers=phone).status_code == 201
    assert len(sent) == 9


def test_each_try_stays_and_can_be_looked_up(
    client: FlaskClient, phone: dict[str, str], duty_id: UUID, clock: TestClock
) -> None:
    tries = []
    for position in (None, {"lon": 0, "lat": 0, "accuracy_m": 5}, {"lon": HOME[0], "lat": HOME[1], "accuracy_m": 20}):
        tries.append(client.post(URL, json=a_check_in(clock.now(), position=position), headers=phone).get_json())
        clock.advance(minutes=1)
    tries.append(client.post(URL, json=a_check_in(clock.now()), headers=phone).get_json())
    assert [one["outcome"] for one in tries] == ["to_review", "to_review", "accepted", "refused"]
    first_page = client.get(f"{URL}?limit=3", headers=phone).get_json()
    second_page = client.get(f"{URL}?limit=3&cursor={first_page['next_cursor']}", headers=phone).get_json()
    assert first_page["items"] + second_page["items"] == tries[::-1]
    assert second_page["next_cursor"] is None
    assert client.get(f"{URL}/{tries[0]['id']}", headers=phone).get_json() == tries[0]


def test_nobody_elses_receipt_can_be_seen(
    app: Flask, client: FlaskClient, phone: dict[str, str], duty_id: UUID, undone: Engine, tree: Tree, clock: TestClock
) -> None:
    receipt = client.post(URL, json=a_check_in(clock.now()), headers=phone).get_json()
    with transaction(undone) as tx:
        other = a_resident(tx, tree, a_user(tx, tree.office))
    others_phone = phone_logged_in(app, other)
    assert client.get(f"{URL}/{receipt['id']}", headers=others_phone).status_code == 404
    assert client.get(URL, headers=others_phone).get_json() == {"items": [], "next_cursor": None}
    assert client.get(f"{URL}/{uuid4()}", headers=phone).get_json()["code"] == "not_found"


def test_without_log_in_nothing_is_kept(client: FlaskClient, clock: TestClock) -> None:
    for answer in (client.post(URL, json=a_check_in(clock.now())), client.get(URL), client.get(f"{URL}/{uuid4()}")):
        assert (answer.status_code, answer.get_json()["code"]) == (401, "not_logged_in")


# --------------------------------------------------------------------------------------------------------------- edges


@pytest.mark.parametrize(
    ("opens", "due"),
    [
        ("2026-03-02T22:00:00", "2026-03-03T00:00:00"),
        ("2026-03-31T23:00:00", "2026-04-01T00:00:00"),
        ("2028-02-28T22:30:00", "2028-02-29T00:00:00"),
        ("2028-02-29T23:30:00", "2028-03-01T00:30:00"),
        ("2026-12-31T23:00:00", "2027-01-01T01:00:00"),
    ],
    ids=["midnight", "month end", "into 29 February", "out of 29 February", "year end"],
)
def test_one_second_around_each_edge(undone: Engine, tree: Tree, subject_id: UUID, opens: str, due: str) -> None:
    """Eight people, one window, one instant each: exactly one of on time, late and too late."""
    opens_at, due_at = (datetime.fromisoformat(f"{at}+08:00") for at in (opens, due))
    grace_until = due_at + HOUR / 2
    expected = [
        (opens_at, "checked_in", "fulfilled"),
        (due_at - SECOND, "checked_in", "fulfilled"),
        (due_at, "checked_in_late", "late"),
        (due_at + SECOND, "checked_in_late", "late"),
        (grace_until - SECOND, "checked_in_late", "late"),
        (grace_until, "too_late", "planned"),
        (grace_until + SECOND, "too_late", "planned"),
    ]
    clock = a_clock(opens_at - HOUR)
    app = make_test_app(undone, clock)
    client = app.test_client()
    for at, code, left in expected:
        with transaction(undone) as tx:
            resident = a_resident(tx, tree, a_user(tx, tree.office))
            duty_id = a_duty(tx, tree, resident, opens_at, due_at)
        clock.set(at)
        answer = client.post(URL, json=a_check_in(at), headers=phone_logged_in(app, resident))
        assert answer.status_code == 201
        assert answer.get_json()["reasons"][0]["code"] == code
        assert state(undone, duty_id) == left


# ---------------------------------------------------------------------------------------------------------------- place


def test_other_datums_are_converted_and_the_pair_is_kept_as_sent(
    client: FlaskClient, phone: dict[str, str], duty_id: UUID, undone: Engine, clock: TestClock
) -> None:
    """The home in GCJ-02, as a map of AMap gives it: fed as WGS-84 it would lie half a kilometre off."""
    pair = {"lon": 118.631727, "lat": 28.735309}
    position = {**pair, "accuracy_m": 20, "datum": "gcj02"}
    receipt = client.post(URL, json=a_check_in(clock.now(), position=position), headers=phone).get_json()
    assert receipt["evidence"]["home_distance_m"] < 100
    with transaction(undone) as tx:
        assert tx.execute(select(Attempt.place_given)).scalar_one() == {**pair, "datum": "gcj02"}


@pytest.mark.parametrize(
    ("position", "code"),
    [
        (None, "position_missing"),
        ({"lon": HOME[0], "lat": HOME[1]}, "accuracy_missing"),
        ({"lon": HOME[0], "lat": HOME[1], "accuracy_m": None}, "accuracy_missing"),
        ({"lon": HOME[0], "lat": HOME[1], "accuracy_m": -1}, "accuracy_missing"),
        ({"lon": HOME[0], "lat": HOME[1], "accuracy_m": 0}, "accuracy_missing"),
        ({"lon": HOME[0], "lat": HOME[1], "accuracy_m": 20, "mock": True}, "mock_location"),
    ],
)
def test_a_phone_that_cannot_tell_its_place_may_still_try(
    client: FlaskClient,
    phone: dict[str, str],
    duty_id: UUID,
    undone: Engine,
    clock: TestClock,
    position: dict[str, Any] | None,
    code: str,
) -> None:
    answer = client.post(URL, json=a_check_in(clock.now(), position=position), headers=phone)
    assert answer.status_code == 201
    assert (answer.get_json()["outcome"], answer.get_json()["reasons"][0]["code"]) == ("to_review", code)
    assert answer.get_json()["evidence"]["area"] == "cannot_tell"
    assert state(undone, duty_id) == "submitted"


def test_a_place_outside_is_evidence_and_no_alarm(
    client: FlaskClient, phone: dict[str, str], duty_id: UUID, undone: Engine, clock: TestClock
) -> None:
    """Hangzhou, 200 km away: the check-in counts, and the receipt says where it was made."""
    position = {"lon": 120.15, "lat": 30.28, "accuracy_m": 30}
    receipt = client.post(URL, json=a_check_in(clock.now(), position=position), headers=phone).get_json()
    assert (receipt["outcome"], receipt["evidence"]["area"]) == ("accepted", "outside")
    assert 150_000 < receipt["evidence"]["home_distance_m"] < 300_000
    assert state(undone, duty_id) == "fulfilled"


# ----------------------------------------------------------------------------------------------------------- bad bodies


@pytest.mark.parametrize(
    "change",
    [
        {"id": "1"},
        {"id": None},
        {"recorded_at": "yesterday"},
        {"recorded_at": "2026-03-02T09:00:00"},
        {"recorded_at": "0001-01-01T00:00:00+14:00"},
        {"recorded_at": None},
        {"position": {"lon": 118.6, "lat": 91, "accuracy_m": 5}},
        {"position": {"lon": 181, "lat": 28, "accuracy_m": 5}},
        {"position": {"lon": 118.6, "accuracy_m": 5}},
        {"position": {"lon": 118.6, "lat": 28, "accuracy_m": 5, "datum": "utm"}},
        {"position": {"lon": 118.6, "lat": 28, "accuracy_m": 5, "provider": "x" * 65}},
        {"position": "here"},
        {"boot_id": "x" * 65},
        {"boot_id": "a\x00b"},
        {"sent_elapsed_ms": 10**30},
        {"recorded_elapsed_ms": 1.5},
        {"answers": {"a": {"b": 1}}},
        {"answers": {"a": ["b"]}},
        {"answers": {"a": 10**30}},
        {"answers": {"a": "x" * 501}},
        {"answers": {str(n): n for n in range(21)}},
        {"answers": ["a"]},
        {"answers": {"a": "\ud800"}},
        {"photo_id": "none"},
        {"photo": str(uuid4())},
    ],
)
def test_a_body_that_cannot_be_read_is_422_and_leaves_nothing(
    client: FlaskClient,
    phone: dict[str, str],
    duty_id: UUID,
    undone: Engine,
    clock: TestClock,
    change: dict[str, Any],
) -> None:
    body = json.dumps({**a_check_in(clock.now()), **change})
    answer = client.post(URL, data=body, content_type="application/json", headers=phone)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "unreadable")
    assert answer.get_json()["errors"]
    with transaction(undone) as tx:
        assert tx.execute(select(Attempt.id)).all() == []


def test_what_is_no_json_is_422(client: FlaskClient, phone: dict[str, str], duty_id: UUID, clock: TestClock) -> None:
    good = json.dumps(a_check_in(clock.now()))
    for body in (good.replace("20.0", "NaN"), good.replace("20.0", "Infinity"), good[:-1], "", "[]x"):
        answer = client.post(URL, data=body, content_type="application/json", headers=phone)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "unreadable")


def test_odd_but_readable_values_get_a_receipt(
    client: FlaskClient, phone: dict[str, str], duty_id: UUID, clock: TestClock
) -> None:
    for change in (
        {"recorded_elapsed_ms": -5, "sent_elapsed_ms": 3, "boot_id": "a"},
        {"recorded_elapsed_ms": 10**13, "sent_elapsed_ms": -(10**13), "boot_id": "a"},
        {"sent_at": "2099-12-31T23:59:59+08:00", "boot_id": "a"},
        {"sent_at": "2000-01-01T08:00:00+08:00", "boot_id": "a"},
        {"recorded_at": "2099-12-31T23:59:59+08:00", "boot_id": "a"},
        {"recorded_at": "2000-01-01T08:00:00+08:00", "boot_id": "b"},
        {"recorded_elapsed_ms": 0, "sent_elapsed_ms": 10**13, "boot_id": "a"},
        {"answers": {"a": None, "b": True, "c": 1.5, "d": "好"}},
    ):
        answer = client.post(URL, json=a_check_in(clock.now()) | change, headers=phone)
        assert answer.status_code == 201
        assert answer.get_json()["receipt_no"]
