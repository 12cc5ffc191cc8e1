"""A statement that is bounded by somebody's reach is planned for it each time; others are prepared."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, func, select, text

from app.models.office import Office
from app.store.scope import below
from app.store.session import autocommit, make_engine
from tests.database import Database

OFTEN = 12
"""The driver prepares what it sent five times, and the database makes one plan for all after five more."""
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%offices%'")


@pytest.fixture
def connection(worker_database: Database) -> Iterator[Connection]:
    """One whose statements nobody has sent before."""
    engine: Engine = make_engine(worker_database.url, pool_size=1)
    with autocommit(engine) as opened:
        yield opened
    engine.dispose()


def test_what_is_bounded_by_a_reach_is_never_prepared(connection: Connection) -> None:
    for n in range(OFTEN):
        connection.execute(
            select(func.count()).select_from(Office).where(below(f"P.C{n}"), Office.name != "")
        ).scalar_one()
    assert connection.execute(PREPARED).scalar_one() == 0


def test_what_is_not_is_prepared(connection: Connection) -> None:
    for n in range(OFTEN):
        connection.execute(select(Office.id).where(Office.path == f"P.C{n}")).all()
    assert connection.execute(PREPARED).scalar_one() == 1
