"""Failure mode 1, for the clients of other makers: each request that they send leaves exactly one row.

A golden request is one that a client really sends, in a file of `tests/api/trackers/golden`. A position leaves one row
in positions; what is no fix leaves one sealed row; a sign of life leaves neither and moves "last heard". Whatever it
is, the answer is 200, and no row is there before.
"""

from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from app.rules.facts import TrackerClient
from app.store.session import Limits, make_engine, transaction
from tests.builders.app import MONDAY, a_clock, make_test_app
from tests.builders.duties import a_supervised
from tests.builders.offices import a_tree
from tests.builders.positions import DAY, a_power, state_of, stored
from tests.builders.trackers import Golden, Phone, a_location, a_tracker, golden_requests, poison_of
from tests.builders.users import a_user
from tests.database import Database
from tests.patience import PATIENT
from tests.wire_cutter import wire

REQUESTS = golden_requests()
QUICK = Limits(statement_ms=60_000, lock_ms=300, idle_ms=0, pool_ms=300)


def a_phone(engine: Engine, client: TrackerClient) -> tuple[Phone, UUID]:
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office)
        subject_id: UUID = a_supervised(tx, tree, officer, at=MONDAY - DAY)
        a_power(tx, subject_id, MONDAY - DAY, MONDAY + DAY, kind="order")
        return a_tracker(tx, officer, subject_id, client, now=MONDAY - DAY), subject_id


@pytest.mark.parametrize("golden", REQUESTS, ids=lambda golden: golden.name)
def test_a_golden_request_leaves_one_row(undone: Engine, golden: Golden) -> None:
    clock = a_clock()
    app = make_test_app(undone, clock)
    phone, subject_id = a_phone(undone, golden.client)

    answers = [golden.send(app.test_client(), phone) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    with transaction(undone) as tx:
        positions, poison = stored(tx, subject_id), poison_of(tx, subject_id)
        state = state_of(tx, subject_id)
        health = tx.execute(text("SELECT * FROM device_health")).all()
    assert (len(positions), len(poison)) == {"stored": (1, 0), "poison": (0, 1), "heard": (0, 0)}[golden.leaves]
    assert state.last_heard_at == clock.now()
    assert (state.last_position_at is not None) == (golden.leaves == "stored")
    if golden.leaves == "stored":
        assert differing(positions[0], golden.values) == {}
        assert positions[0].time_proven
    elif golden.leaves == "poison":
        assert (poison[0].client, poison[0].reason) == (golden.client, golden.values["reason"])
    elif golden.values:
        assert [differing(one, golden.values) for one in health] == [{}]


def differing(row: Any, told: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Where the row is not as the file says."""
    found = {name: getattr(row, name) for name in told}
    found = {name: value.isoformat() if name == "recorded_at" else value for name, value in found.items()}
    return {
        name: (found[name], value)
        for name, value in told.items()
        if found[name] != (pytest.approx(value, abs=1e-4) if isinstance(value, float) else value)
    }


def test_the_golden_requests_know_every_type_and_reason() -> None:
    """So that a new one is not forgotten."""
    named = " ".join(golden.name for golden in REQUESTS)
    for kind in ("location", "transition", "waypoint", "waypoints", "lwt", "status", "steps", "beacon", "cmd", "card"):
        assert f"owntracks-{kind}" in named, kind
    reasons = {golden.values["reason"] for golden in REQUESTS if golden.leaves == "poison"}
    assert reasons == {
        "empty",
        "encrypted",
        "future_time",
        "no_json",
        "no_place",
        "no_time",
        "not_valid",
        "null_island",
        "other_device",
        "unknown_type",
    }


@pytest.mark.parametrize("client", list(TrackerClient))
def test_no_200_while_the_database_refuses_to_keep_it(fresh_database: Database, client: TrackerClient) -> None:
    """The positions table breaks: the client is told to keep its message, and it goes in once all is mended."""
    engine, clock = make_engine(fresh_database.url, limits=PATIENT), a_clock()
    owner = create_engine(fresh_database.owner_url)
    app: Flask = make_test_app(engine, clock)
    http: FlaskClient = app.test_client()
    phone, subject_id = a_phone(engine, client)
    for table in ("positions", "poison"):
        with owner.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT a_fault CHECK (false) NOT VALID"))
    good = a_location(phone, clock.now())

    refused = [phone.send(http, good).status_code, phone.send(http, b"{").status_code]
    for table in ("positions", "poison"):
        with owner.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT a_fault"))
    taken = [phone.send(http, good).status_code, phone.send(http, b"{").status_code]

    with transaction(engine) as tx:
        rows = len(stored(tx, subject_id)), len(poison_of(tx, subject_id))
    owner.dispose()
    engine.dispose()
    assert refused == [500, 500]
    assert taken == [200, 200]
    assert rows == (1, 1)


@pytest.mark.parametrize("client", list(TrackerClient))
def test_a_client_comes_again_while_the_database_is_away(fresh_database: Database, client: TrackerClient) -> None:
    """503 and nothing else: both clients keep the message, and the next try makes the one row."""
    with wire(fresh_database.url) as cutter:
        engine = make_engine(cutter.url, pool_size=2, limits=QUICK)
        phone, subject_id = a_phone(engine, client)
        http = make_test_app(engine, a_clock()).test_client()
        good = a_location(phone, MONDAY)

        with cutter.away():
            refused = [phone.send(http, good).status_code, phone.send(http, b"{").status_code]
        taken = [phone.send(http, good).status_code for _ in range(2)]

        with transaction(engine) as tx:
            rows = len(stored(tx, subject_id)), len(poison_of(tx, subject_id))
        engine.dispose()
    assert refused == [503, 503]
    assert taken == [200, 200]
    assert rows == (1, 0)
