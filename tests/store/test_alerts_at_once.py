"""Two workers at one alert, on connections of their own: the ladder moves it while a check-in or a miss changes it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, text

from app.actions.climb_ladder import climb_ladder
from app.rules.facts import About, Cause
from app.store import states
from app.store.session import make_engine, transaction
from tests.builders.alerts import alert_row, an_alert, events_of, raise_all, raising, recover
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree, a_tree
from tests.builders.users import a_user
from tests.database import Database
from tests.patience import PATIENT, WAITING

HOUR = timedelta(hours=1)
SOURCE = About("duty", UUID(int=1))


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def county(engine: Engine) -> tuple[Tree, UUID, UUID]:
    """A tree, a subject, and an alert whose first step is due."""
    with transaction(engine) as tx:
        tree = a_tree(tx)
        subject = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - timedelta(days=30))
        return tree, subject, an_alert(tx, tree, subject, MONDAY, source=SOURCE)


def during_a_climb(engine: Engine, change: Callable[[Connection], None]) -> None:
    """Do `change` while the ladder holds the alert: it waits for the ladder's commit, and goes on from there."""

    def other() -> None:
        with transaction(engine) as tx:
            change(tx)

    thread = Thread(target=other)
    with transaction(engine) as tx:
        climb_ladder(tx, now=MONDAY)
        thread.start()
        while not tx.execute(WAITING).scalar_one():
            thread.join(0.01)
            assert thread.is_alive()
    thread.join()


def test_a_recovery_during_a_climb_ends_the_ladder(engine: Engine, county: tuple[Tree, UUID, UUID]) -> None:
    _, subject, alert_id = county
    during_a_climb(engine, lambda tx: recover(tx, subject, MONDAY + HOUR, source=SOURCE, cause=Cause.PHONE))
    with transaction(engine) as tx:
        row = alert_row(tx, alert_id)
        assert (row.condition, row.step, row.next_step, row.cause) == ("recovered", "office", None, "phone")
        assert [event.what for event in events_of(tx, alert_id)] == ["opened", "recovered"]


def test_an_occurrence_during_a_climb_has_a_step_of_its_own(engine: Engine, county: tuple[Tree, UUID, UUID]) -> None:
    tree, subject, alert_id = county
    during_a_climb(engine, lambda tx: raise_all(tx, raising(tree, subject, MONDAY + HOUR)))
    with transaction(engine) as tx:
        row = alert_row(tx, alert_id)
        assert (row.occurrences, row.next_step, row.next_step_at) == (2, "office", MONDAY + HOUR)


def test_a_registration_and_a_climb_never_wait_for_each_other(engine: Engine, county: tuple[Tree, UUID, UUID]) -> None:
    """Whoever changes the subject's keys and then its alert, and whoever has the alert and then names the subject."""
    _, subject, alert_id = county
    climbed: list[dict[str, int]] = []

    def climb() -> None:
        with transaction(engine) as tx:
            climbed.append(climb_ladder(tx, now=MONDAY))

    thread = Thread(target=climb)
    with transaction(engine) as tx:
        states.lock(tx, [subject])
        tx.execute(text("UPDATE subjects SET registration_id = id WHERE id = :id"), {"id": subject})
        thread.start()
        while thread.is_alive() and not tx.execute(WAITING).scalar_one():
            thread.join(0.01)
        recover(tx, subject, MONDAY + HOUR, source=SOURCE)
    thread.join()
    assert climbed == [{}], "left to whoever holds the subject, and taken up a second later"
    with transaction(engine) as tx:
        assert climb_ladder(tx, now=MONDAY + HOUR)["alerts"] == 1
        assert alert_row(tx, alert_id).condition == "recovered"
