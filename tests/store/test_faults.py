"""What the database refuses for a while is `Unavailable`, and no dead connection of the pool is ever used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from app.rules.errors import Unavailable
from app.store.session import Limits, autocommit, make_engine, single, transaction
from tests.database import Database
from tests.patience import PATIENT, eventually

BACKEND = text("SELECT pg_backend_pid()")


@contextmanager
def pool_of_one(database: Database, limits: Limits) -> Iterator[Engine]:
    """So that the same connection comes again unless it was given up."""
    made = make_engine(database.url, pool_size=1, limits=limits)
    yield made
    made.dispose()


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    """With time for everything."""
    with pool_of_one(fresh_database, PATIENT) as made:
        yield made


@pytest.fixture
def owner(fresh_database: Database) -> Iterator[Connection]:
    made = create_engine(fresh_database.owner_url, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        yield connection
    made.dispose()


@pytest.fixture
def peer(fresh_database: Database) -> Iterator[Connection]:
    """Another connection of the application's own role, which may end what is its own."""
    made = create_engine(fresh_database.url, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        yield connection
    made.dispose()


def backend(engine: Engine) -> int:
    with transaction(engine) as tx:
        return int(tx.execute(BACKEND).scalar_one())


def ended(peer: Connection, pid: int) -> None:
    """End a backend, and wait until it is gone."""
    assert peer.execute(text("SELECT pg_terminate_backend(:pid, 60000)"), {"pid": pid}).scalar_one()


def told(engine: Engine, statement: str) -> str | None:
    """The code of what a statement ends in; None where no code stands for it."""
    try:
        with transaction(engine) as tx:
            tx.execute(text(statement))
    except Unavailable as error:
        return error.code
    except DBAPIError:
        return None
    raise AssertionError("it went well")


def told_straight(engine: Engine, statement: str) -> str | None:
    """The same for a statement that goes straight through the driver."""
    try:
        with autocommit(engine) as connection:
            single(connection, statement, {})
    except Unavailable as error:
        return error.code
    except DBAPIError:
        return None
    raise AssertionError("it went well")


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("53100", "database_busy"),  # disk full
        ("53200", "database_busy"),
        ("53300", "database_busy"),  # too many connections
        ("40001", "database_busy"),
        ("40P01", "database_busy"),
        ("57P01", "database_away"),  # shut down
        ("57P02", "database_away"),
        ("57P03", "database_away"),  # still starting
        ("58030", "database_away"),  # its disk fails
        ("08006", "database_away"),
        ("25006", "database_away"),  # it became a stand-by
        ("26000", "database_away"),
        ("23505", None),
        ("22021", None),
        ("42P01", None),
        ("XX001", None),
    ],
)
def test_what_passes_by_itself_is_told_from_what_does_not(engine: Engine, state: str, code: str | None) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '{state}'; END $$"
    assert told(engine, statement) == code
    assert told_straight(engine, statement) == code


@pytest.mark.parametrize("state", ["25006", "26000"])
def test_a_connection_that_can_do_no_more_is_given_up_by_either_way(engine: Engine, state: str) -> None:
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '{state}'; END $$"
    for way in (told, told_straight):
        before = backend(engine)
        assert way(engine, statement) == "database_away"
        assert backend(engine) != before


def test_what_the_server_ended_under_a_statement_is_told_as_away(engine: Engine) -> None:
    assert told_straight(engine, "SELECT pg_terminate_backend(pg_backend_pid())") == "database_away"
    assert told_straight(engine, "SELECT 1/0") is None, "the next one has a connection again"


def test_a_value_that_no_database_can_hold_is_a_fault_of_ours_and_not_the_databases(engine: Engine) -> None:
    with pytest.raises(DBAPIError, match="NUL"), transaction(engine) as tx:
        tx.execute(text("SELECT CAST(:value AS text)"), {"value": "a\0b"})


def test_a_statement_that_takes_too_long_is_ended(fresh_database: Database) -> None:
    with pool_of_one(fresh_database, replace(PATIENT, statement_ms=300)) as engine:
        assert told(engine, "SELECT pg_sleep(600)") == "database_busy"


def test_a_lock_that_is_not_given_is_not_waited_for_without_end(fresh_database: Database, owner: Connection) -> None:
    with pool_of_one(fresh_database, replace(PATIENT, lock_ms=200)) as engine:
        with owner.execution_options(isolation_level="READ COMMITTED").begin():
            owner.execute(text("LOCK TABLE offices"))
            assert told(engine, "SELECT FROM offices") == "database_busy"
        with transaction(engine) as tx:
            tx.execute(text("SELECT FROM offices"))


def test_a_pool_without_a_free_connection_is_unavailable_and_recovers(fresh_database: Database) -> None:
    with pool_of_one(fresh_database, replace(PATIENT, pool_ms=200)) as engine:
        with transaction(engine), pytest.raises(Unavailable, match="database_busy"), autocommit(engine):
            pass
        assert backend(engine)


def test_a_connection_whose_server_went_away_between_two_uses_is_never_used_again(
    engine: Engine, peer: Connection
) -> None:
    first = backend(engine)
    ended(peer, first)
    assert backend(engine) != first


def test_a_connection_that_dies_in_use_costs_one_answer_and_no_other(engine: Engine, peer: Connection) -> None:
    with pytest.raises(Unavailable, match="database_away"), transaction(engine) as tx:
        ended(peer, tx.execute(BACKEND).scalar_one())
        tx.execute(BACKEND)
    assert backend(engine)


@pytest.mark.parametrize("commits", [True, False])
def test_a_transaction_in_which_nothing_happens_gives_its_locks_back(
    fresh_database: Database, peer: Connection, commits: bool
) -> None:
    """As when its process stands still: the subject that it holds would stand still with it."""
    gone = text("SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = :pid")
    with pool_of_one(fresh_database, replace(PATIENT, idle_ms=1_000)) as engine:
        with pytest.raises(Unavailable), transaction(engine) as tx:
            pid = tx.execute(BACKEND).scalar_one()
            eventually(lambda: bool(peer.execute(gone, {"pid": pid}).scalar_one()))
            if not commits:
                tx.execute(BACKEND)
        assert backend(engine) != pid


def test_a_connection_to_what_became_a_standby_is_left(engine: Engine) -> None:
    first = backend(engine)
    assert told(engine, "DO $$ BEGIN RAISE EXCEPTION 'as told' USING ERRCODE = '25006'; END $$") == "database_away"
    assert backend(engine) != first


def test_a_statement_prepared_before_a_migration_is_prepared_anew(engine: Engine, owner: Connection) -> None:
    owner.execute(text("CREATE TABLE t (a int); GRANT SELECT ON t TO PUBLIC"))
    for _ in range(7):  # the driver prepares what comes often
        with transaction(engine) as tx:
            tx.execute(text("SELECT * FROM t"))
    owner.execute(text("ALTER TABLE t ADD b int"))
    assert told(engine, "SELECT * FROM t") == "database_away"
    with transaction(engine) as tx:
        tx.execute(text("SELECT * FROM t"))
