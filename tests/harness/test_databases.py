"""The databases that the other tests stand on: empty, migrated, apart, and undone when they say so."""

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from app.rules.errors import Unavailable
from app.store.session import autocommit, transaction
from tests.database import Database
from tests.undone import Undone

ADD = text(
    "INSERT INTO offices (id, code, level, name, path, created_at)"
    " SELECT id, id::text, 'county', '某县', id::text, timestamptz '2026-01-01 00:00Z' FROM gen_random_uuid() AS id"
)
COUNT = text("SELECT count(*) FROM offices")


def test_the_application_is_not_the_owner(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT current_user")) == "zhifang_app"
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("CREATE TABLE public.mine (id integer)"))


def test_measuring_works_in_the_application_role(tx: Connection) -> None:
    metres = tx.scalar(text("SELECT ST_Distance('POINT(116.4 39.9)'::geography, 'POINT(116.4 39.901)'::geography)"))
    assert metres == pytest.approx(111, abs=1)


@pytest.mark.parametrize("_time", [1, 2])
def test_what_a_test_writes_is_gone_in_the_next(tx: Connection, _time: int) -> None:
    assert tx.scalar(COUNT) == 0
    tx.execute(ADD)
    assert tx.scalar(COUNT) == 1


@pytest.mark.parametrize("_time", [1, 2])
def test_what_the_service_commits_is_undone(undone: Engine, _time: int) -> None:
    with transaction(undone) as connection:
        assert connection.scalar(COUNT) == 0
        connection.execute(ADD)
    with autocommit(undone) as connection:
        connection.execute(ADD)
    with autocommit(undone) as connection:
        assert connection.scalar(COUNT) == 2


def test_a_transaction_that_raises_leaves_nothing(undone: Engine) -> None:
    with transaction(undone) as connection:
        connection.execute(ADD)
    with pytest.raises(DBAPIError, match="division by zero"), transaction(undone) as connection:
        connection.execute(ADD)
        connection.execute(text("SELECT 1 / 0"))
    with pytest.raises(DBAPIError, match="division by zero"), autocommit(undone) as connection:
        connection.execute(text("SELECT 1 / 0"))
    with transaction(undone) as connection:
        assert connection.scalar(COUNT) == 1


def test_what_one_test_does_to_its_connection_the_next_does_not_find(worker_database: Database) -> None:
    undoing = Undone(worker_database.url)
    with undoing.of_one_test() as engine, transaction(engine) as connection:
        connection.execute(ADD)
        connection.execute(text("SET lock_timeout = 12345"))
        connection.execute(text("CREATE TEMPORARY TABLE left_over ()"))
    with undoing.of_one_test() as engine, autocommit(engine) as connection:
        assert connection.scalar(COUNT) == 0
        assert connection.scalar(text("SHOW lock_timeout")) != "12345ms"
        assert connection.scalar(text("SELECT to_regclass('left_over')")) is None
    with pytest.raises(Unavailable), undoing.of_one_test() as engine, autocommit(engine) as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    with undoing.of_one_test() as engine, autocommit(engine) as connection:
        assert connection.scalar(COUNT) == 0
    undoing.close()


def test_a_fresh_database_takes_commits_of_its_own(fresh_database: Database, tx: Connection) -> None:
    engine = create_engine(fresh_database.owner_url)
    with engine.begin() as connection:
        connection.execute(ADD)
    with engine.connect() as connection:
        assert connection.scalar(COUNT) == 1
    engine.dispose()
    assert tx.scalar(COUNT) == 0


@pytest.mark.durable
def test_a_durable_database_runs_as_in_production(durable_database: Database) -> None:
    engine = create_engine(durable_database.url)
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert connection.scalar(text(f"SHOW {setting}")) == "on"
    engine.dispose()
