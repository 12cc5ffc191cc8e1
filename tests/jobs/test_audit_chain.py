"""The chain over the audit on a real database: how it is made, and what somebody with all rights cannot hide."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event, make_url, text
from sqlalchemy.exc import ProgrammingError

from app.actions.seal_audit import seal_audit
from app.clients.checkpoints import read
from app.deps import Deps
from app.jobs import audit_chain
from app.models.audit import Audit
from app.queries.audit_chain import Verdict, verify
from app.rules.audit_chain import Break, Checkpoints
from app.store.session import autocommit, make_engine, transaction
from tests.builders.app import MONDAY, a_clock, deps_for_tests
from tests.builders.audit import acts, all_rights, an_act
from tests.database import ROOT, Database, Server
from tests.jobs.processes import Process, environment
from tests.patience import LONG_S, PATIENT, eventually

NOBODY_WAITS = 0.0


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def deps(engine: Engine) -> Deps:
    return deps_for_tests(engine, a_clock())


def sealed(deps: Deps) -> int:
    return audit_chain.seal(deps, deps.now(), patience_s=NOBODY_WAITS)["sealed"]


def looked(deps: Deps, checkpoints: Checkpoints | None = None, *, now: datetime = MONDAY) -> Verdict:
    return verify(deps.autocommit, checkpoints or Checkpoints(), now=now)


def chain(deps: Deps) -> list[tuple[int, int]]:
    with autocommit(deps.engine) as connection:
        return [tuple(row) for row in connection.execute(text("SELECT seq, audit_id FROM audit_seals ORDER BY seq"))]


def _apart(deps: Deps) -> Engine:
    """The same connections, each of which begins and ends what it does by itself."""
    return deps.engine.execution_options(isolation_level="READ COMMITTED")


# ---- how it is made


def test_what_was_added_is_sealed_once_in_its_order(deps: Deps) -> None:
    acts(deps.engine, 3)
    assert [sealed(deps), sealed(deps)] == [3, 0]
    acts(deps.engine, 2, first=4)
    assert sealed(deps) == 2
    assert chain(deps) == [(n, n) for n in range(1, 6)]
    assert looked(deps).verified == 5


def test_an_act_of_a_transaction_that_still_runs_is_not_passed_by(deps: Deps) -> None:
    """Its id is lower than that of an act which is committed already."""
    with _apart(deps).connect() as slow, slow.begin():
        an_act(slow, 1)
        acts(deps.engine, 1, first=2)
        counts = audit_chain.seal(deps, MONDAY, patience_s=0.05)
        assert (counts["sealed"], counts["waiting"], chain(deps)) == (0, 1, [])
    assert sealed(deps) == 2
    assert chain(deps) == [(1, 1), (2, 2)]


def test_sealing_waits_for_those_who_write_when_it_begins_and_for_nobody_after(deps: Deps) -> None:
    """So that on a busy day it comes to its turn: a transaction that begins later holds only later acts."""
    with _apart(deps).connect() as early, _apart(deps).connect() as later:
        first, second = early.begin(), later.begin()
        an_act(early, 1)
        run: list[int] = []
        sealing = threading.Thread(
            target=lambda: run.append(audit_chain.seal(deps, MONDAY, patience_s=LONG_S)["sealed"])
        )
        with_horizon(deps, sealing)
        an_act(later, 2)
        first.commit()
        sealing.join()
        assert run == [1]
        second.commit()
    assert sealed(deps) == 1
    assert chain(deps) == [(1, 1), (2, 2)]


def with_horizon(deps: Deps, sealing: threading.Thread) -> None:
    """Start it and come back when it has seen who writes."""
    seen = threading.Event()

    def look(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "virtualtransaction" in statement:
            seen.set()

    event.listen(deps.engine, "after_cursor_execute", look)
    sealing.start()
    assert seen.wait(LONG_S), "it never looked who writes"


def test_an_act_that_was_taken_back_leaves_no_hole(deps: Deps) -> None:
    with _apart(deps).connect() as failed, failed.begin() as undone:
        an_act(failed, 1)
        undone.rollback()
    acts(deps.engine, 1, first=2)
    assert sealed(deps) == 1
    assert (chain(deps), looked(deps).broken) == ([(1, 2)], None)


def test_two_sealers_at_once_write_nothing_twice(deps: Deps) -> None:
    acts(deps.engine, 4)
    done: list[int] = []

    def second() -> None:
        with transaction(deps.engine) as tx:
            done.append(seal_audit(tx, 4, now=MONDAY))

    other = threading.Thread(target=second)
    with transaction(deps.engine) as tx:
        done.append(seal_audit(tx, 4, now=MONDAY, limit=3))
        other.start()
        other.join(timeout=0.2)
        assert other.is_alive()
    other.join()
    assert (done, chain(deps)) == ([3, 1], [(n, n) for n in range(1, 5)])


def test_a_sealer_that_is_killed_leaves_nothing_and_the_next_goes_on(fresh_database: Database, deps: Deps) -> None:
    acts(deps.engine, 3)
    with closing(psycopg.connect(fresh_database.owner_url.replace("+psycopg", ""))) as holding:
        holding.execute("LOCK TABLE audit_seals IN SHARE MODE")
        sealer = Process(fresh_database.url, "jobs", "run", "seal_audit")
        waiting = "SELECT count(*) FROM pg_locks WHERE relation = 'audit_seals'::regclass AND NOT granted"
        eventually(lambda: holding.execute(waiting).fetchone() == (1,))
        sealer.kill()
        assert chain(deps) == []
    assert sealed(deps) == 3
    assert (chain(deps), looked(deps).broken) == ([(1, 1), (2, 2), (3, 3)], None)


def test_the_application_can_neither_change_nor_remove_a_seal(deps: Deps) -> None:
    acts(deps.engine, 1)
    sealed(deps)
    for statement in ("UPDATE audit_seals SET seq = 2", "DELETE FROM audit_seals", "TRUNCATE audit_seals"):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction(deps.engine) as tx:
            tx.execute(text(statement))


# ---- what cannot be hidden

TAMPERING: dict[str, tuple[str, Break]] = {
    "a row is changed": ("UPDATE audit SET reason = '其他' WHERE id = 3", Break("changed", 3, 3)),
    "a row is deleted": ("DELETE FROM audit WHERE id = 3", Break("missing", 3, 3)),
    "a row is deleted with its seal": (
        "WITH gone AS (DELETE FROM audit WHERE id = 3) DELETE FROM audit_seals WHERE audit_id = 3",
        Break("seal_missing", 3),
    ),
    "two rows change places": (
        (
            "UPDATE audit SET id = -1 WHERE id = 3; UPDATE audit SET id = 3 WHERE id = 4; "
            "UPDATE audit SET id = 4 WHERE id = -1"
        ),
        Break("changed", 3, 3),
    ),
    "the newest seals are deleted": ("DELETE FROM audit_seals WHERE seq > 4", Break("unsealed", 5, 5)),
}


@pytest.mark.parametrize(("statement", "broken"), TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found(fresh_database: Database, deps: Deps, statement: str, broken: Break) -> None:
    acts(deps.engine, 6)
    sealed(deps)
    assert looked(deps).broken is None
    with all_rights(fresh_database.owner_url) as tx:
        for part in statement.split(";"):
            tx.execute(text(part))
    verdict = looked(deps, now=MONDAY + timedelta(hours=1))
    assert (verdict.broken, verdict.verified) == (broken, broken.seq - 1)


def test_a_row_slipped_into_a_gap_is_found(fresh_database: Database, deps: Deps) -> None:
    """Ids have gaps wherever a transaction was taken back."""
    acts(deps.engine, 2)
    with all_rights(fresh_database.owner_url) as tx:
        tx.execute(text("SELECT nextval(pg_get_serial_sequence('audit', 'id'))"))
    acts(deps.engine, 2, first=3)
    sealed(deps)
    assert chain(deps)[2:] == [(3, 4), (4, 5)]
    with all_rights(fresh_database.owner_url) as tx:
        names = ", ".join(column.name for column in Audit.__table__.columns if column.name != "id")
        tx.execute(text(f"INSERT INTO audit (id, {names}) SELECT 3, {names} FROM audit WHERE id = 2"))
    assert looked(deps).broken == Break("inserted", 3, 3)


OTHER_VALUES = {
    "id": "9",
    "at": "at + interval '1 microsecond'",
    "actor_kind": "'job'",
    "actor_id": "gen_random_uuid()",
    "action": "'tracks.read '",
    "subject_id": "NULL",
    "object_kind": "''",
    "object_id": "gen_random_uuid()",
    "reason": "NULL",
    "details": "jsonb_set(details, '{points}', '1.0')",
}


def test_every_column_is_sealed(fresh_database: Database, deps: Deps) -> None:
    """Whoever adds a column to the audit gives the seals a new form that holds it."""
    assert set(OTHER_VALUES) == {column.name for column in Audit.__table__.columns}
    acts(deps.engine, 1)
    sealed(deps)
    with all_rights(fresh_database.owner_url) as tx:
        for column, value in OTHER_VALUES.items():
            change = tx.begin_nested()
            assert tx.execute(text(f"UPDATE audit SET {column} = {value}")).rowcount == 1
            broken = verify(lambda: nullcontext(tx), Checkpoints(), now=MONDAY).broken
            assert (broken and broken.code) == ("missing" if column == "id" else "changed"), column
            change.rollback()
        assert verify(lambda: nullcontext(tx), Checkpoints(), now=MONDAY).broken is None


@pytest.fixture
def noted(deps: Deps, tmp_path: Path) -> tuple[Deps, Path]:
    """A service that notes the heads of its chain in a file."""
    file = tmp_path / "checkpoints.jsonl"
    return replace(deps, settings=replace(deps.settings, audit_checkpoints=file)), file


def checkpoints(file: Path) -> Checkpoints:
    return read(file.read_text(encoding="utf-8").splitlines())


def test_an_end_that_was_cut_off_is_found_by_the_file_outside(
    fresh_database: Database, noted: tuple[Deps, Path]
) -> None:
    deps, file = noted
    for first in (1, 3):
        acts(deps.engine, 2, first=first)
        sealed(deps)
        audit_chain.note_head(deps, MONDAY)
    assert looked(deps, checkpoints(file)).broken is None
    with all_rights(fresh_database.owner_url) as tx:
        tx.execute(text("DELETE FROM audit WHERE id > 2"))
        tx.execute(text("DELETE FROM audit_seals WHERE seq > 2"))
    assert looked(deps).broken is None  # without the file nothing is to be seen
    assert looked(deps, checkpoints(file)).broken == Break("cut", 4)


def test_a_database_brought_back_to_an_earlier_state_is_found(
    fresh_database: Database, noted: tuple[Deps, Path], database_server: Server
) -> None:
    deps, file = noted
    acts(deps.engine, 2)
    sealed(deps)
    deps.engine.dispose()
    name = make_url(fresh_database.url).database
    database_server.create_database(f"{name}_backup", template=name)
    try:
        acts(deps.engine, 2, first=3)
        sealed(deps)
        audit_chain.note_head(deps, MONDAY)
        backup = fresh_database.url.replace(f"/{name}?", f"/{name}_backup?")
        restored = replace(deps, engine=make_engine(backup, limits=PATIENT))
        assert looked(restored, checkpoints(file)).broken == Break("cut", 4)
        acts(restored.engine, 3, first=3, at=MONDAY + timedelta(hours=1))
        sealed(restored)
        assert looked(restored, checkpoints(file)).broken == Break("other_history", 4, 4)
        restored.engine.dispose()
    finally:
        database_server.drop_database(f"{name}_backup")


def test_part_of_the_chain_can_be_looked_at(fresh_database: Database, deps: Deps) -> None:
    for day in range(4):
        acts(deps.engine, 2, first=2 * day + 1)
        audit_chain.seal(deps, MONDAY + timedelta(days=day), patience_s=NOBODY_WAITS)
    with all_rights(fresh_database.owner_url) as tx:
        tx.execute(text("UPDATE audit SET reason = NULL WHERE id = 1"))
    since, until = MONDAY + timedelta(days=1), MONDAY + timedelta(days=3)
    verdict = verify(deps.autocommit, Checkpoints(), now=MONDAY, sealed_from=since, sealed_to=until)
    assert (verdict.verified, verdict.head.seq, verdict.broken) == (4, 6, None)
    before = verify(deps.autocommit, Checkpoints(), now=MONDAY, sealed_to=since)
    assert before.broken == Break("changed", 1, 1)


def test_the_job_fails_where_an_act_waits_too_long(deps: Deps) -> None:
    with _apart(deps).connect() as stuck, stuck.begin():
        an_act(stuck, 1)
        acts(deps.engine, 1, first=2)
        late = audit_chain.seal(deps, MONDAY + timedelta(hours=1), patience_s=NOBODY_WAITS)
    assert late == {"sealed": 0, "waiting": 1, "failed": 1}


def test_the_command_says_what_is_wrong_and_fails(fresh_database: Database, deps: Deps) -> None:
    acts(deps.engine, 3)
    sealed(deps)
    good = run("audit", "verify", url=fresh_database.url)
    assert (good.returncode, "3 rows are as they were sealed" in good.stdout) == (0, True), good
    assert "No checkpoints were given" in good.stdout
    with all_rights(fresh_database.owner_url) as tx:
        tx.execute(text("UPDATE audit SET reason = NULL WHERE id = 2"))
    bad = run("audit", "verify", url=fresh_database.url)
    assert bad.returncode == 1
    assert "BROKEN at link 2, row 2: changed" in bad.stdout


def run(*words: str, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        cwd=ROOT,
        env=environment(url),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
