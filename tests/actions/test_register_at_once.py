"""Registrations that arrive at the same time, on connections of their own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from app.actions.install_policy import install_policy
from app.actions.register_subject import register_subject
from app.rules.errors import Conflict
from app.rules.registration import Registration
from app.store.session import make_engine, transaction
from app.store.shipped_policies import shipped
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.offices import a_tree
from tests.builders.subjects import a_registration, a_subject, an_id_number
from tests.builders.users import Worker, a_user
from tests.database import Database
from tests.patience import PATIENT, WAITING, eventually

AT_ONCE = 4


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def officer(engine: Engine) -> Worker:
    """In an office where somebody is registered, so that the area is there already."""
    with transaction(engine) as tx:
        worker = a_user(tx, a_tree(tx).office)
        a_subject(tx, worker)
    return worker


def register_all(engine: Engine, officer: Worker, entered: list[Registration]) -> list[str]:
    """What became of each: its number, `repeated`, or the code of its conflict."""

    def one(registration: Registration) -> str:
        try:
            with transaction(engine) as tx:
                receipt, created = register_subject(tx, officer.actor, registration, settings_for_tests(), now=MONDAY)
        except Conflict as conflict:
            return conflict.code
        return receipt.subject_no if created else "repeated"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(one, entered))


def test_one_request_sent_many_times_registers_once(engine: Engine, officer: Worker) -> None:
    entered = a_registration(officer, id_number=an_id_number())
    outcomes = register_all(engine, officer, [entered] * AT_ONCE)
    assert outcomes == ["330881202600002", "repeated", "repeated", "repeated"]
    with transaction(engine) as tx:
        assert tx.execute(text("SELECT count(*) FROM subjects")).scalar_one() == 2


def test_one_person_entered_by_many_is_registered_once(engine: Engine, officer: Worker) -> None:
    entered = [a_registration(officer, id_number=an_id_number()) for _ in range(AT_ONCE)]
    outcomes = register_all(engine, officer, entered)
    assert outcomes[1:] == ["id_number_taken"] * (AT_ONCE - 1)


def test_many_people_get_numbers_without_gap_or_double(engine: Engine, officer: Worker) -> None:
    entered = [a_registration(officer) for _ in range(AT_ONCE)]
    assert register_all(engine, officer, entered) == [f"33088120260000{n}" for n in range(2, 2 + AT_ONCE)]


def test_a_new_policy_reaches_whoever_is_being_registered_this_moment(engine: Engine, officer: Worker) -> None:
    """The registration has read the old version and planned by it, and nobody else sees its rows yet."""
    later = MONDAY + timedelta(hours=1)
    entered = a_registration(officer)

    def install() -> None:
        with transaction(engine) as tx:
            install_policy(tx, officer.office.id, shipped("demo"), effective_from=later, created_by=None, now=MONDAY)

    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as tx:
            register_subject(tx, officer.actor, entered, settings_for_tests(), now=MONDAY)
            installing = pool.submit(install)
            eventually(lambda: installing.done() or bool(tx.execute(WAITING).scalar_one()), every_s=0.01)
        installing.result()
    with transaction(engine) as tx:
        of = {"id": entered.id}
        until = tx.execute(text("SELECT planned_until FROM subject_states WHERE subject_id = :id"), of).scalar_one()
        check_ins = "SELECT count(*) FROM duties WHERE subject_id = :id AND kind = 'check_in' AND state = 'planned'"
        left = tx.execute(text(f"{check_ins} AND opens_at >= :later"), {**of, "later": later}).scalar_one()
    assert (until, left) == (later, 0), "to be planned anew from then on"
