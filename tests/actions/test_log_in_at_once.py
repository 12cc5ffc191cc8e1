"""Two log-ins, or two exchanges of one token, at the same moment: several connections, real commits."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from app.actions.log_in import open_phone_session, open_user_session
from app.actions.refresh_session import Refreshed, refresh_session
from app.rules.devices import Device
from app.rules.errors import Conflict
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import a_subject
from tests.builders.users import a_user
from tests.database import Database
from tests.patience import PATIENT


@pytest.fixture
def engine(fresh_database: Database) -> Iterator[Engine]:
    made = make_engine(fresh_database.url, limits=PATIENT)
    yield made
    made.dispose()


@pytest.fixture
def tree(engine: Engine) -> Tree:
    with transaction(engine) as tx:
        return a_tree(tx)


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each gives, or the error that it raises, when all begin together."""
    start = Barrier(len(works))

    def run(work: Callable[[], object]) -> object:
        start.wait()
        try:
            return work()
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_one_of_two_phones_is_bound(engine: Engine, tree: Tree) -> None:
    with transaction(engine) as tx:
        subject = a_subject(tx, a_user(tx, tree.office), at=MONDAY)

    def log_in(phone: UUID) -> Callable[[], object]:
        def work() -> object:
            with transaction(engine) as tx:
                return open_phone_session(tx, uuid4(), subject.id, Device(phone, "android"), now=MONDAY).device_id

        return work

    phones = [uuid4(), uuid4()]
    answers = at_once(*map(log_in, phones))
    assert answers.count("device_not_bound") == 1
    with transaction(engine) as tx:
        bound = tx.execute(text("SELECT device_id FROM device_bindings")).scalars().all()
    assert set(bound) == set(answers) - {"device_not_bound"}


def test_a_phone_is_bound_to_one_of_two_subjects(engine: Engine, tree: Tree) -> None:
    with transaction(engine) as tx:
        officer = a_user(tx, tree.office)
        subjects = [a_subject(tx, officer, at=MONDAY).id for _ in range(2)]
    phone = Device(uuid4(), "android")

    def log_in(subject_id: UUID) -> Callable[[], object]:
        def work() -> object:
            with transaction(engine) as tx:
                return open_phone_session(tx, uuid4(), subject_id, phone, now=MONDAY).owner_id

        return work

    answers = at_once(*map(log_in, subjects))
    assert answers.count("device_not_bound") == 1
    assert len(set(answers) & set(subjects)) == 1


def test_a_token_is_exchanged_once(engine: Engine, tree: Tree) -> None:
    session_id, phone = uuid4(), Device(uuid4(), "android")
    with transaction(engine) as tx:
        user_id = a_user(tx, tree.office).id
        open_user_session(tx, session_id, user_id, phone, now=MONDAY)

    def exchange() -> object:
        with transaction(engine) as tx:
            return refresh_session(tx, session_id, "user", user_id, 0, now=MONDAY)

    answers = at_once(exchange, exchange)
    assert sorted(isinstance(answer, Refreshed) for answer in answers) == [False, True]
    with transaction(engine) as tx:
        reason = tx.execute(text("SELECT end_reason FROM sessions")).scalar_one()
    assert reason == "reuse", "nobody can tell which of the two was the thief"
