"""However long a subject's history, no statement of the positions path reads it: ranges of an index, and short ones."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, TextClause, text

from app.rules.facts import DutyKind, DutyState
from app.rules.positions import sort_out
from app.rules.timing import Sending
from app.store import orders, positions, rejudging, tracks
from app.store.session import make_engine
from tests import database
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, set_state
from tests.builders.offices import a_tree
from tests.builders.positions import a_power, a_report
from tests.builders.users import a_user
from tests.patience import PATIENT

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOW = MONDAY + 12 * HOUR
HISTORY = 25_000


@pytest.fixture(scope="module")
def history(database_server: database.Server) -> Iterator[tuple[Connection, UUID]]:
    """Somebody's history in a database of this file's own: how rows are found must not hang on other tests' rows."""
    with database.copy_of_template(database_server) as copy:
        engine = make_engine(copy.url, limits=PATIENT)
        with engine.connect().execution_options(isolation_level="READ COMMITTED") as tx:
            outer = tx.begin()
            yield tx, somebody_with_a_history(tx)
            outer.rollback()
        engine.dispose()


@pytest.fixture
def tx(history: tuple[Connection, UUID]) -> Iterator[Connection]:
    connection, _ = history
    with connection.begin_nested() as before:
        yield connection
        before.rollback()


@pytest.fixture
def subject_id(history: tuple[Connection, UUID]) -> UUID:
    return history[1]


def somebody_with_a_history(tx: Connection) -> UUID:
    """Somebody with a fix each minute of the last seventeen days, by the phone's own clock and by ours."""
    tree = a_tree(tx)
    made = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - 30 * DAY)
    a_power(tx, made, NOW - 60 * DAY, NOW + DAY, kind="order")
    tx.execute(text("SELECT ensure_position_partitions('2026-02-01', 2)"))
    tx.execute(
        text(
            "INSERT INTO positions SELECT :id, t, gen_random_uuid(), t, NULL, t, true, gen_random_uuid(),"
            " ST_SetSRID(ST_MakePoint(118, 28), 4326), 118, 28, 'wgs84', 10"
            " FROM generate_series(CAST(:now AS timestamptz) - :n * interval '1 minute',"
            " CAST(:now AS timestamptz) - interval '1 minute', interval '1 minute') t"
        ),
        {"id": made, "now": NOW, "n": HISTORY},
    )
    a_duty(tx, tree, made, NOW - 20 * MINUTE, NOW + MINUTE, kind=DutyKind.LOCATION_CHECK, state=DutyState.OPEN)
    set_state(tx, made, rejudge_from=NOW - 5 * MINUTE)
    tx.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    return made


def rows_read(plan: dict[str, Any]) -> int:
    """How many rows of positions the plan fetched, whether they were of use or thrown away."""
    found = 0
    for node in _nodes(plan):
        if str(node.get("Relation Name", "")).startswith("positions_") and "Scan" in node["Node Type"]:
            thrown_away = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            found += (node["Actual Rows"] + thrown_away) * node["Actual Loops"]
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


def explained(tx: Connection, statement: TextClause, values: dict[str, Any]) -> dict[str, Any]:
    found = tx.execute(text(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.text}"), values).scalar_one()
    plan: dict[str, Any] = found[0]["Plan"]
    return plan


READ = text(
    "SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) FROM pg_stat_xact_user_tables"
    " WHERE relname LIKE 'positions@_%' ESCAPE '@'"
)
"""Rows of positions that this transaction has fetched: what functions do does not show in their callers' plans."""


@pytest.mark.parametrize(
    ("size", "apart", "at_most"),
    [(1, SECOND, 1), (500, SECOND, 500), (60, MINUTE, 120), (500, HOUR, 500)],
    ids=["one", "just now", "the last hour", "three weeks"],
)
def test_a_batch_looks_up_its_own_points_and_no_others(
    tx: Connection, subject_id: UUID, size: int, apart: timedelta, at_most: int
) -> None:
    reports = [a_report(NOW - n * apart) for n in range(size)]
    sorted_out = sort_out(reports, Sending(NOW))
    before = tx.execute(READ).scalar_one()

    receipt = positions.store(tx, positions.Batch(subject_id, UUID(int=1), b"", sorted_out.usable, (), (), 0, NOW))

    assert receipt is not None
    assert receipt.stored > 0
    assert tx.execute(READ).scalar_one() - before <= at_most


def test_judging_reads_the_window_and_an_hour_around_it(tx: Connection, subject_id: UUID) -> None:
    plan = explained(tx, rejudging.CHECKS, {"ids": [subject_id], "now": NOW})

    assert 0 < rows_read(plan) <= 150


def test_a_page_of_a_track_reads_its_time_and_an_hour_around_it(tx: Connection, subject_id: UUID) -> None:
    values = {"subject_id": subject_id, "from_at": NOW - HOUR, "until": NOW, "limit": 500}
    values |= {"after_at": None, "after_recorded": None, "after_id": None}

    assert 60 <= rows_read(explained(tx, tracks.PAGE, values)) <= 200


def test_a_purge_reads_what_came_after_the_lifting(tx: Connection, subject_id: UUID) -> None:
    values = {"subject_id": subject_id, "order_id": UUID(int=7), "since": NOW - HOUR}

    for purge in orders.PURGE:
        assert rows_read(explained(tx, purge, values)) <= 150
