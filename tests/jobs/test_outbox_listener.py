"""The worker's wake-up: it comes with a commit, not before, and survives a database that goes away."""

import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text

from app.jobs.outbox_listener import OutboxListener
from app.store.session import make_engine, transaction
from tests.builders.alerts import a_notice
from tests.builders.app import MONDAY
from tests.builders.offices import a_tree
from tests.builders.users import Worker, a_user
from tests.database import Database
from tests.patience import LONG_S, PATIENT


@pytest.fixture
def service(fresh_database: Database) -> Iterator[Engine]:
    engine = make_engine(fresh_database.url, pool_size=2, limits=PATIENT)
    yield engine
    engine.dispose()


@pytest.fixture
def listener(fresh_database: Database) -> Iterator[OutboxListener]:
    with OutboxListener(fresh_database.url) as made:
        yield made


@pytest.fixture
def officer(service: Engine) -> Worker:
    with transaction(service) as tx:
        return a_user(tx, a_tree(tx).office)


def test_the_first_wait_never_trusts_what_it_did_not_hear(listener: OutboxListener) -> None:
    assert listener.wait(0.0) is True
    assert listener.wait(0.0) is False


def test_it_hears_a_commit_and_nothing_before_it(listener: OutboxListener, service: Engine, officer: Worker) -> None:
    listener.wait(0.0)
    with transaction(service) as tx:
        a_notice(tx, officer.id, MONDAY)
        assert listener.wait(0.1) is False
    assert listener.wait(LONG_S) is True
    assert listener.wait(0.0) is False


def test_it_hears_nothing_of_what_was_rolled_back(listener: OutboxListener, service: Engine, officer: Worker) -> None:
    listener.wait(0.0)
    with pytest.raises(ZeroDivisionError), transaction(service) as tx:
        a_notice(tx, officer.id, MONDAY)
        raise ZeroDivisionError
    assert listener.wait(0.2) is False


def test_many_commits_are_few_wake_ups(listener: OutboxListener, service: Engine, officer: Worker) -> None:
    """What the server has sent by then is one; what it still had to send when the first ended is another."""
    listener.wait(0.0)
    for _ in range(20):
        with transaction(service) as tx:
            a_notice(tx, officer.id, MONDAY)
    assert listener.wait(LONG_S) is True
    more = 0
    while listener.wait(0.0):
        more += 1
    assert more < 3


def test_a_wait_ends_with_the_notification(listener: OutboxListener, service: Engine, officer: Worker) -> None:
    listener.wait(0.0)

    def commit() -> None:
        with transaction(service) as tx:
            a_notice(tx, officer.id, MONDAY)

    timer = threading.Timer(0.2, commit)
    begun = time.monotonic()
    timer.start()
    assert listener.wait(10 * LONG_S) is True
    assert time.monotonic() - begun < LONG_S
    timer.join()


def test_it_comes_back_after_its_connection_was_cut(
    listener: OutboxListener, fresh_database: Database, service: Engine, officer: Worker
) -> None:
    listener.wait(0.0)
    owner = create_engine(fresh_database.owner_url)
    with owner.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
        )
    owner.dispose()
    assert listener.wait(1.0) is False
    with transaction(service) as tx:
        a_notice(tx, officer.id, MONDAY)
    assert listener.wait(1.0) is True, "what was missed meanwhile is looked for"
    with transaction(service) as tx:
        a_notice(tx, officer.id, MONDAY)
    assert listener.wait(LONG_S) is True


def test_without_a_database_it_waits_out_its_time(fresh_database: Database) -> None:
    with OutboxListener("postgresql+psycopg://nobody@127.0.0.1:1/nothing") as listener:
        begun = time.monotonic()
        assert listener.wait(0.3) is False
        assert 0.25 <= time.monotonic() - begun < LONG_S


def test_a_closed_one_waits_no_more(listener: OutboxListener) -> None:
    listener.wait(0.0)
    listener.close()
    assert listener.wait(60.0) is False


def test_it_is_closed_from_another_thread_while_it_waits(listener: OutboxListener) -> None:
    listener.wait(0.0)
    heard: list[bool] = []
    waiting = threading.Thread(target=lambda: heard.append(listener.wait(0.5)))
    waiting.start()
    time.sleep(0.1)
    listener.close()
    waiting.join(timeout=LONG_S)
    assert heard == [False]
    assert listener.wait(60.0) is False
