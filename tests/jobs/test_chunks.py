"""Sweeping in chunks: what cannot be done stands alone, everything else goes through."""

import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import Connection, Engine, text

from app.actions.judge_duties import Judged, judge_duties
from app.jobs import chunks
from app.jobs.chunks import Stopped, Swept, in_chunks, sweep
from app.rules.errors import Unavailable
from app.rules.facts import DutyState, Role
from app.store import due
from app.store.session import Limits, make_engine, transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import a_tree
from tests.builders.users import a_user
from tests.database import Database

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
IDS = [UUID(int=n) for n in range(10)]


@dataclass(frozen=True)
class Kept:
    kept: int = 0


class Ledger:
    """Work that notes each transaction it was given, and what of it was kept; fails on the ids it was told to."""

    def __init__(self, engine: Engine, *bad: UUID) -> None:
        self.engine = engine
        self.bad = set(bad)
        self.tried: list[int] = []
        with transaction(engine) as tx:
            tx.execute(text("CREATE TEMPORARY TABLE IF NOT EXISTS ledger (id uuid PRIMARY KEY)"))
            tx.execute(text("TRUNCATE ledger"))

    def __call__(self, tx: Connection, ids: Sequence[UUID]) -> Kept:
        self.tried.append(len(ids))
        tx.execute(text("INSERT INTO ledger SELECT unnest(CAST(:ids AS uuid[]))"), {"ids": list(ids)})
        if self.bad & set(ids):
            raise ValueError("cannot be done")
        return Kept(len(ids))

    def transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self.engine)

    def kept(self) -> set[UUID]:
        with transaction(self.engine) as tx:
            return set(tx.execute(text("SELECT id FROM ledger")).scalars())


def test_chunks_are_no_larger_than_they_may_be(undone: Engine) -> None:
    work = Ledger(undone)
    swept = in_chunks(IDS, work, work.transaction, size=4)
    assert (work.tried, swept.counts, swept.failed) == ([4, 4, 2], {"kept": 10}, [])


@pytest.mark.parametrize("bad", [IDS[:1], IDS[5:6], IDS[9:], IDS[3:5], IDS])
def test_what_fails_is_halved_until_it_stands_alone(undone: Engine, bad: list[UUID]) -> None:
    work = Ledger(undone, *bad)
    swept = in_chunks(IDS, work, work.transaction, size=8)
    assert swept.failed == bad
    assert work.kept() == set(IDS) - set(bad)
    assert swept.counts["kept"] == len(IDS) - len(bad)


def test_one_bad_item_of_500_costs_few_transactions(undone: Engine) -> None:
    ids = [uuid5(IDS[0], str(n)) for n in range(500)]
    work = Ledger(undone, ids[123])
    in_chunks(ids, work, work.transaction)
    assert len(work.kept()) == 499
    assert len(work.tried) <= 2 * 9 + 1


def test_where_the_database_is_away_nothing_is_halved(undone: Engine) -> None:
    tries = []

    def work(_tx: Connection, ids: Sequence[UUID]) -> Kept:
        tries.append(len(ids))
        raise Unavailable("database_away")

    with pytest.raises(Unavailable):
        in_chunks(IDS, work, lambda: transaction(undone), size=8)
    assert tries == [8]


def test_what_takes_too_long_together_is_done_in_smaller_parts(fresh_database: Database) -> None:
    """Else the same chunk would be begun and given up for ever, and all behind it would wait."""
    engine = make_engine(fresh_database.url, limits=Limits(statement_ms=1_000))
    tries = []

    def work(tx: Connection, ids: Sequence[UUID]) -> Kept:
        tries.append(len(ids))
        tx.execute(text("SELECT pg_sleep(:s)"), {"s": 60 if len(ids) > 2 else 0})
        return Kept(len(ids))

    swept = in_chunks(IDS[:4], work, lambda: transaction(engine))
    assert (tries, swept.counts, swept.failed) == ([4, 2, 2], {"kept": 4}, [])
    engine.dispose()


def test_a_process_that_is_told_to_end_begins_no_further_chunk(undone: Engine) -> None:
    stopping, ledger = threading.Event(), Ledger(undone)

    def work(tx: Connection, ids: Sequence[UUID]) -> Kept:
        stopping.set()
        return ledger(tx, ids)

    with pytest.raises(Stopped):
        in_chunks(IDS, work, ledger.transaction, size=4, stopping=stopping)
    assert ledger.kept() == set(IDS[:4])


def test_a_run_names_what_it_left_behind() -> None:
    swept = Swept()
    swept.counts.update({"missed": 3})
    swept.failed += IDS
    counts = swept.as_counts()
    assert (counts["missed"], counts["failed"]) == (3, 10)
    assert {f"failed {item}" for item in IDS} <= counts.keys()
    many = Swept(failed=[uuid5(IDS[0], str(n)) for n in range(1000)])
    assert len(many.as_counts()) == chunks.NAMED + 1


# --------------------------------------------------------------------------------------------------------- real duties


def made(engine: Engine, people: int, days: int) -> None:
    with transaction(engine) as tx:
        tree = a_tree(tx)
        officer = a_user(tx, tree.office, Role.OFFICER)
        api_up(tx, MONDAY - DAY, MONDAY + 30 * DAY)
        for _ in range(people):
            subject = a_supervised(tx, tree, officer, at=MONDAY - DAY)
            for day in range(days):
                a_duty(tx, tree, subject, MONDAY + day * DAY, MONDAY + day * DAY + HOUR, state=DutyState.OPEN)


def test_a_sweep_goes_through_everything_that_is_due_in_chunks(undone: Engine) -> None:
    made(undone, people=3, days=5)
    sizes = []
    now = MONDAY + 4 * DAY

    def work(tx: Connection, ids: Sequence[UUID]) -> Judged:
        sizes.append(len(ids))
        return judge_duties(tx, now=now, ids=ids)

    swept = sweep(due.JUDGE, work, lambda: transaction(undone), now=now, size=5)
    assert (sizes, swept.counts["missed"], swept.failed) == ([5, 5, 2], 12, [])


def test_a_sweep_ends_although_something_in_it_stays_undone(undone: Engine) -> None:
    made(undone, people=2, days=3)
    now = MONDAY + 4 * DAY
    bad: list[UUID] = []

    def work(tx: Connection, ids: Sequence[UUID]) -> Any:
        if not bad:
            bad.append(ids[1])
        if bad[0] in ids:
            raise ValueError("cannot be judged")
        return judge_duties(tx, now=now, ids=ids)

    swept = sweep(due.JUDGE, work, lambda: transaction(undone), now=now, size=2)
    assert (swept.counts["missed"], swept.failed) == (5, bad)
    with transaction(undone) as tx:
        states = tx.execute(text("SELECT state, count(*) FROM duties GROUP BY 1 ORDER BY 1")).all()
    assert [tuple(row) for row in states] == [("missed", 5), ("open", 1)]
