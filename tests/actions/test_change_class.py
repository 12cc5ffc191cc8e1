from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.change_class import ClassChange, change_class
from app.actions.open_duties import open_duties
from app.rules.errors import Conflict, NotFound
from app.rules.facts import SupervisionClass
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import ASubject, a_subject
from tests.builders.users import Worker, a_user

KEY = settings_for_tests().window_secret
NOW = MONDAY + timedelta(hours=25)
STRICT = SupervisionClass.STRICT


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject(tx: Connection, officer: Worker) -> ASubject:
    return a_subject(tx, officer, class_=SupervisionClass.NORMAL)


def a_change(
    subject: ASubject, class_: SupervisionClass = STRICT, *, n: int = 1, at: datetime | None = None
) -> ClassChange:
    return ClassChange(UUID(int=n), subject.id, class_, "连续两次未签到", at)


def rules(tx: Connection, subject: ASubject, state: str) -> set[str]:
    statement = text("SELECT DISTINCT rule_code FROM duties WHERE subject_id = :id AND state = :state")
    return set(tx.execute(statement, {"id": subject.id, "state": state}).scalars())


def periods(tx: Connection) -> list[tuple[object, ...]]:
    rows = tx.execute(text("SELECT class, lower(period), upper(period), reason FROM class_periods ORDER BY period"))
    return [tuple(row) for row in rows]


def test_what_was_planned_by_the_old_class_is_planned_by_the_new_one(
    tx: Connection, officer: Worker, subject: ASubject
) -> None:
    open_duties(tx, now=NOW)
    receipt, created = change_class(tx, officer.actor, a_change(subject), KEY, now=NOW)
    assert (receipt.class_, receipt.at, created) == (STRICT, NOW, True)
    planned = rules(tx, subject, "planned")
    assert {"check_in.strict.1", "check_in.strict.2", "location_check.strict.4"} <= planned
    assert not [rule for rule in planned if "normal" in rule]


def test_what_has_opened_stays_as_it_was(tx: Connection, officer: Worker, subject: ASubject) -> None:
    opens_at = tx.execute(text("SELECT min(opens_at) FROM duties WHERE rule_code = 'check_in.normal.1'")).scalar_one()
    open_duties(tx, now=opens_at)
    change_class(tx, officer.actor, a_change(subject), KEY, now=opens_at + timedelta(minutes=1))
    assert "check_in.normal.1" in rules(tx, subject, "open")


def test_the_visit_that_has_begun_keeps_its_due_date(tx: Connection, officer: Worker, subject: ASubject) -> None:
    due = text("SELECT due_at FROM duties WHERE subject_id = :id AND rule_code = '访1' AND state <> 'cancelled'")
    before = tx.execute(due, {"id": subject.id}).scalar_one()
    change_class(tx, officer.actor, a_change(subject), KEY, now=NOW)
    assert tx.execute(due, {"id": subject.id}).scalar_one() == before


def test_cancelled_duties_carry_no_power(tx: Connection, officer: Worker, subject: ASubject) -> None:
    change_class(tx, officer.actor, a_change(subject), KEY, now=NOW)
    powers = text("SELECT count(*) FROM collection_powers p JOIN duties d ON d.id = p.id WHERE d.state = 'cancelled'")
    assert "cancelled" in tx.execute(text("SELECT DISTINCT state FROM duties")).scalars().all()
    assert tx.execute(powers).scalar_one() == 0


def test_the_period_of_the_old_class_ends_where_the_new_one_begins(
    tx: Connection, officer: Worker, subject: ASubject
) -> None:
    change_class(tx, officer.actor, a_change(subject), KEY, now=NOW)
    assert periods(tx) == [
        ("normal", MONDAY, NOW, "registered"),
        ("strict", NOW, None, "连续两次未签到"),
    ]


def test_it_may_hold_since_an_earlier_time(tx: Connection, officer: Worker, subject: ASubject) -> None:
    since = NOW - timedelta(hours=5)
    change_class(tx, officer.actor, a_change(subject, at=since), KEY, now=NOW)
    assert [period[:3] for period in periods(tx)] == [("normal", MONDAY, since), ("strict", since, None)]


def test_a_change_in_the_very_instant_of_registration_replaces_the_class(
    tx: Connection, officer: Worker, subject: ASubject
) -> None:
    change_class(tx, officer.actor, a_change(subject), KEY, now=MONDAY)
    assert [period[:3] for period in periods(tx)] == [("strict", MONDAY, None)]


def test_back_and_forth_gives_each_time_its_period(tx: Connection, officer: Worker, subject: ASubject) -> None:
    changes = [(STRICT, 1), (SupervisionClass.NORMAL, 2), (STRICT, 3)]
    for class_, n in changes:
        at = NOW + timedelta(hours=n)
        change_class(tx, officer.actor, a_change(subject, class_, n=n), KEY, now=at)
    assert [period[0] for period in periods(tx)] == ["normal", "strict", "normal", "strict"]
    assert "check_in.strict.1" in rules(tx, subject, "planned")


def test_the_same_request_again_gives_the_same_receipt(tx: Connection, officer: Worker, subject: ASubject) -> None:
    first, _ = change_class(tx, officer.actor, a_change(subject), KEY, now=NOW)
    again, created = change_class(tx, officer.actor, a_change(subject), KEY, now=NOW + timedelta(hours=1))
    assert (first, created) == (again, False)


def test_the_same_id_for_another_change_conflicts(tx: Connection, officer: Worker, subject: ASubject) -> None:
    change_class(tx, officer.actor, a_change(subject), KEY, now=NOW)
    other = a_subject(tx, officer)
    with pytest.raises(Conflict) as conflict:
        change_class(tx, officer.actor, a_change(other), KEY, now=NOW)
    assert conflict.value.code == "id_reused"


def test_out_of_reach_there_is_nobody_to_move(tx: Connection, tree: Tree, subject: ASubject) -> None:
    stranger = a_user(tx, tree.second_office)
    with pytest.raises(NotFound):
        change_class(tx, stranger.actor, a_change(subject), KEY, now=NOW)
