"""Nothing that lies outside a legal power is readable afterwards, wherever one looks: every table is searched.

A place is sent by every door while no power covers it: in batches, with a check-in, by both kinds of clients of other
makers, as a report that cannot be used, in a body that cannot be read. Then the jobs run. The place may then stand
nowhere, neither in digits nor in the bytes of a number; the same search finds the place that a power covered.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from struct import pack
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, text

from app.jobs import sweeps
from app.rules.facts import TrackerClient
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import a_clock, deps_for_tests, make_test_app
from tests.builders.checkins import a_check_in
from tests.builders.duties import a_supervised, api_up
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import DAY, a_power, a_sent_batch, a_sent_report
from tests.builders.trackers import a_location, a_tracker
from tests.builders.users import Worker, a_user, phone_logged_in

HOUR = timedelta(hours=1)
UNCOVERED, COVERED = (119.731864, 29.374925), (118.624173, 28.739462)
TABLES = text(
    "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    " AND relname <> 'spatial_ref_sys' ORDER BY relname"
)


def traces(place: tuple[float, float]) -> list[str]:
    """How a place may be read in a row that is written as text: its digits, and its numbers' bytes in either order."""
    digits = [f"{value:.4f}" for value in place]  # four are some ten metres
    return [*digits, *(pack(order, value).hex() for value in place for order in ("<d", ">d"))]


def where_it_stands(tx: Connection, place: tuple[float, float]) -> set[str]:
    """The tables (partitions by their own name) with a row in which the place can be read."""
    found = set()
    for table in tx.execute(TABLES).scalars().all():
        for trace in traces(place):
            sql = text(f"SELECT EXISTS (SELECT FROM {table} AS row WHERE position(:trace IN lower(row::text)) > 0)")
            if tx.execute(sql, {"trace": trace}).scalar_one():
                found.add(table)
    return found


@pytest.fixture
def clock() -> TestClock:
    return a_clock()


@pytest.fixture
def client(undone: Engine, clock: TestClock) -> Iterator[FlaskClient]:
    with make_test_app(undone, clock).test_client() as made:
        yield made


@pytest.fixture
def tree(undone: Engine, clock: TestClock) -> Tree:
    with transaction(undone) as tx:
        api_up(tx, clock.now() - 3 * DAY, clock.now() + 3 * DAY)
        return a_tree(tx)


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office)


@pytest.fixture
def subject_id(undone: Engine, clock: TestClock, tree: Tree, officer: Worker) -> UUID:
    """Covered for an hour, some hours ago; not now, and nothing is planned that would cover anything."""
    with transaction(undone) as tx:
        made = a_supervised(tx, tree, officer, at=clock.now() - DAY)
        a_power(tx, made, clock.now() - 5 * HOUR, clock.now() - 4 * HOUR, kind="order")
    return made


def test_what_no_power_covered_stands_in_no_table(
    undone: Engine, clock: TestClock, client: FlaskClient, subject_id: UUID
) -> None:
    phone = phone_logged_in(client.application, subject_id)
    lon, lat = UNCOVERED
    here: dict[str, Any] = {"lon": lon, "lat": lat}
    now = clock.now()
    covered = a_sent_report(now - 4.5 * HOUR, lon=COVERED[0], lat=COVERED[1])
    sent = a_sent_batch(
        covered, a_sent_report(now, **here), a_sent_report(now - 6 * HOUR, **here), a_sent_report(now + HOUR, **here)
    )
    answers = [client.post("/api/mobile/v1/positions", json=sent, headers=phone)]
    assert answers[0].get_json() | {"stored": 1, "not_kept": 2} == answers[0].get_json()
    attempt = a_check_in(now, position={**here, "accuracy_m": 15.0})
    answers.append(client.post("/api/mobile/v1/checkins", json=attempt, headers=phone))
    unreadable = a_sent_batch(a_sent_report(now, **here, accuracy_m="near"))
    answers.append(client.post("/api/mobile/v1/positions", json=unreadable, headers=phone))
    assert [answer.status_code for answer in answers] == [201, 201, 422]

    _run_all_jobs(undone, clock)

    with transaction(undone) as tx:
        assert where_it_stands(tx, UNCOVERED) == set()
        assert {table for table in where_it_stands(tx, COVERED) if table.startswith("positions")}


@pytest.mark.parametrize("maker", list(TrackerClient))
def test_nor_does_what_clients_of_other_makers_sent(
    undone: Engine, clock: TestClock, client: FlaskClient, officer: Worker, subject_id: UUID, maker: TrackerClient
) -> None:
    """Of now, of an hour ahead, and one that cannot be read."""
    with transaction(undone) as tx:
        phone = a_tracker(tx, officer, subject_id, maker, now=clock.now())
    lon, lat = UNCOVERED
    fixes: list[Any] = [a_location(phone, at, lon=lon, lat=lat) for at in (clock.now(), clock.now() + HOUR)]
    answers = [phone.send(client, fix) for fix in (*fixes, json.dumps(fixes[0]).encode() + b"}")]
    assert {answer.status_code for answer in answers} == {200}

    _run_all_jobs(undone, clock)

    with transaction(undone) as tx:
        assert where_it_stands(tx, UNCOVERED) == set()


def _run_all_jobs(engine: Engine, clock: TestClock) -> None:
    deps = deps_for_tests(engine, clock)
    for job in (sweeps.judge_fixes, sweeps.open_windows, sweeps.judge, sweeps.silence, sweeps.ladder):
        job(deps, clock.now())
