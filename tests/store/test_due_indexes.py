"""What is due is found by an index that holds nothing else, however many rows lie around it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, TextClause, text

from app.queries import watchdog
from app.rules.effects import Decision
from app.rules.effects.occasions import NoteOccasion
from app.rules.facts import JOB, About, OccasionKind
from app.rules.planning import CHAINED
from app.store import deliveries, due, effects, ladder, planning, policies, staffing
from app.store.due import Sweep
from app.store.session import make_engine
from tests import database
from tests.builders.alerts import an_alert
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.patience import PATIENT

HOUR = timedelta(hours=1)

SWEEPS = {
    due.PLAN: "ix_subject_states_planned_until",
    due.OPEN: "ix_duties_opens_at",
    due.REMIND: "ix_duties_remind_at",
    due.JUDGE: "ix_duties_judge_at",
    due.OCCASIONS: "ix_occasions_unplanned",
    due.REJUDGE: "ix_subject_states_rejudge_from",
    due.SILENCE: "ix_subject_states_silence_check_at",
    due.HEARD_AGAIN: "ix_subject_states_heard_again_at",
}

WATCHED = ("duties", "subject_states", "alerts", "deliveries")
PLACE = {"due_by": MONDAY, "after_at": None, "after_id": None, "lowest": UUID(int=0), "limit": 500}

OFFICES = """
    INSERT INTO offices (id, code, level, name, parent_id, path, created_at)
    SELECT gen_random_uuid(), 'N' || n, 'justice_office', '第' || n || '司法所', o.id, o.path || '.N' || n, o.created_at
    FROM offices o, generate_series(1, 300) n WHERE o.id = :county_id
"""


FILES = """
    INSERT INTO file_contents (id, sha256, size, object, key_version, stored_at)
    SELECT gen_random_uuid(), decode(md5('x' || n), 'hex'), 1, 'x' || n, 1, s.registered_at
    FROM subjects s, generate_series(1, 400) n WHERE s.id = :subject_id;
    INSERT INTO attachments (id, subject_id, about_kind, about_id, purpose, content_id, sha256, media_type, size,
                             added_by, added_at, keep_until, basis)
    SELECT gen_random_uuid(), s.id, 'subject', s.id, 'document', c.id, c.sha256, 'application/pdf', 1, s.officer_id,
           c.stored_at, c.stored_at + interval '3 years', 'x'
    FROM file_contents c, subjects s WHERE s.id = :subject_id
"""


@pytest.fixture(scope="module")
def unused(database_server: database.Server) -> Iterator[Engine]:
    """A database of this file's own: what other tests took back still fills the indexes, and the planner counts it."""
    with database.copy_of_template(database_server) as copy:
        made = make_engine(copy.url, limits=PATIENT)
        yield made
        made.dispose()


@pytest.fixture
def seeded(unused: Engine) -> Iterator[Connection]:
    """A few of everything; the planner knows of it, reads no table whole if it can help it, and knows no parameters."""
    with unused.connect().execution_options(isolation_level="READ COMMITTED") as tx:
        outer = tx.begin()
        yield _with_a_few_of_everything(tx)
        outer.rollback()


def _with_a_few_of_everything(tx: Connection) -> Connection:
    tree = a_tree(tx)
    officer = a_user(tx, tree.office)
    people = [a_supervised(tx, tree, officer, at=MONDAY) for _ in range(5)]
    for subject_id in people:
        a_duty(tx, tree, subject_id, MONDAY, MONDAY + HOUR)
        an_alert(tx, tree, subject_id, MONDAY)
        effects.apply(tx, [Decision((_something_happened(subject_id),))])
    for statement in FILES.split(";"):
        tx.execute(text(statement), {"subject_id": people[-1]})
    tx.execute(text(OFFICES), {"county_id": tree.county.id})
    for table in (
        "duties",
        "subject_states",
        "alerts",
        "deliveries",
        "notices",
        "offices",
        "policy_versions",
        "occasions",
    ):
        tx.execute(text(f"ANALYZE {table}"))
    tx.execute(text("SET LOCAL enable_seqscan = off"))
    tx.execute(text("SET LOCAL enable_bitmapscan = off"))
    tx.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    return tx


def _something_happened(subject_id: UUID) -> NoteOccasion:
    source = About("test", subject_id)
    return NoteOccasion(uuid4(), subject_id, OccasionKind.VIOLATION, MONDAY, MONDAY, source, JOB)


def scans(tx: Connection, statement: TextClause, values: dict[str, Any]) -> set[tuple[str, str]]:
    """The tables that a statement reads, each with the index by which it finds its rows; "" where it reads them all.

    An index that holds only what waits finds it without a condition too.
    """
    found = tx.execute(text(f"EXPLAIN (FORMAT JSON) {statement.text}"), values).scalar_one()
    read = [node for node in _nodes(found[0]["Plan"]) if "Relation Name" in node and "Scan" in node["Node Type"]]
    return {(node["Relation Name"], _index(node)) for node in read}


def _index(node: dict[str, Any]) -> str:
    index: str = node.get("Index Name", "")
    return index if "Index Cond" in node or index in SWEEPS.values() else ""


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", []):
        yield from _nodes(inner)


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.column)
def test_each_sweep_has_an_index_of_what_waits_for_it(seeded: Connection, sweep: Sweep) -> None:
    assert scans(seeded, sweep.listing(), PLACE) == {(sweep.table, SWEEPS[sweep])}


def test_the_last_due_of_each_item_is_found_without_reading_what_else_was_owed(seeded: Connection) -> None:
    values = {"subject_ids": [UUID(int=1)], "codes": ["访1", "谈1"], "since": None, "chained": list(CHAINED)}
    assert ("duties", "uq_duties_subject_id_rule_code_slot_start") in _indexes(seeded, planning.LAST_DUE, values)


def _indexes(tx: Connection, statement: TextClause, values: dict[str, Any]) -> set[tuple[str, str]]:
    found = tx.execute(text(f"EXPLAIN (FORMAT JSON) {statement.text}"), values).scalar_one()
    return {
        (node["Relation Name"], node.get("Index Name", ""))
        for node in _nodes(found[0]["Plan"])
        if "Relation Name" in node
    }


def test_the_ladder_and_the_outbox_have_theirs(seeded: Connection) -> None:
    climbing = {"now": MONDAY, "limit": 500, "only": None}
    assert ("alerts", "ix_alerts_next_step_at") in scans(seeded, ladder.CLAIM, climbing)
    values = {"now": MONDAY, "limit": 50, "lease": UUID(int=1), "leased_until": MONDAY + HOUR}
    assert ("deliveries", "ix_deliveries_next_try_at") in scans(seeded, deliveries.CLAIM, values)


def test_the_watchdog_reads_no_table_whole(seeded: Connection) -> None:
    found = scans(seeded, watchdog.STATES, {"now": MONDAY, "before": MONDAY - HOUR})
    assert {table for table, _ in found} >= {"alerts", "deliveries", "duties", "subject_states"}
    assert not [table for table, index in found if not index]


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (policies.IN_FORCE, {"office_ids": [UUID(int=1)], "at": MONDAY, "parsed": []}),
        (planning.VERSIONS, {"office_ids": [UUID(int=1)], "from_at": MONDAY, "to_at": MONDAY + HOUR}),
        (ladder.MEMBERS, {"office_ids": [UUID(int=1)], "now": MONDAY}),
        (staffing.OFFICES, {"office_ids": [UUID(int=1)]}),
    ],
    ids=["policy in force", "versions", "members", "county"],
)
def test_whoever_asks_of_one_office_reads_few_others(
    seeded: Connection, statement: TextClause, values: dict[str, Any]
) -> None:
    """Those above it have a path of their own, and are not looked for among all offices of the province."""
    found = {index for table, index in scans(seeded, statement, values) if table == "offices"}
    assert found
    assert "" not in found
