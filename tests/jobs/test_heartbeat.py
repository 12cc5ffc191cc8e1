"""Beats go on whatever happens to one of them: a process that lives and does not beat would excuse everybody."""

from sqlalchemy import create_engine, text

from app.jobs.heartbeat import Heartbeat
from app.simulation.clock import TestClock
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY, deps_for_tests
from tests.database import Database
from tests.patience import PATIENT


def test_a_beat_that_fails_in_an_unforeseen_way_is_one_beat_missed(fresh_database: Database) -> None:
    engine, owner = make_engine(fresh_database.url, limits=PATIENT), create_engine(fresh_database.owner_url)
    heartbeat = Heartbeat(deps_for_tests(engine, TestClock(MONDAY)), "api")
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE uptimes RENAME TO lost"))
    heartbeat.beat_once()
    with owner.begin() as connection:
        connection.execute(text("ALTER TABLE lost RENAME TO uptimes"))
    heartbeat.beat_once()
    with transaction(engine) as tx:
        assert tx.execute(text("SELECT count(*) FROM uptimes WHERE last_at = :now"), {"now": MONDAY}).scalar_one() == 1
    engine.dispose()
    owner.dispose()
