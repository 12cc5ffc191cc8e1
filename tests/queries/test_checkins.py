"""Lists of check-ins: whose rows they hold, in which order, and that a foreign cursor is refused."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.check_in import CheckIn, check_in
from app.queries import checkins as queries
from app.rules.errors import NotFound, Refused
from app.rules.facts import Actor, Role
from tests.builders.app import MONDAY
from tests.builders.checkins import a_resident
from tests.builders.duties import a_duty
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user
from tests.statements import counted

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


def waits(tx: Connection, tree: Tree, officer: Worker, tries: int = 1) -> tuple[UUID, list[UUID]]:
    """A resident with tries that wait for review, one a second."""
    resident = a_resident(tx, tree, officer)
    a_duty(tx, tree, resident, MONDAY - HOUR, MONDAY + HOUR)
    made = []
    for n in range(tries):
        at = MONDAY + n * SECOND
        receipt, _ = check_in(tx, Actor("subject", resident), CheckIn(uuid4(), b"hash", at), now=at)
        made.append(receipt.id)
    return resident, made


def test_pages_follow_one_another_without_gap_or_double(tx: Connection, tree: Tree, officer: Worker) -> None:
    resident, made = waits(tx, tree, officer, tries=5)
    me = Actor("subject", resident)
    seen: list[UUID] = []
    after = None
    for _ in range(3):
        page = queries.own_receipts(tx, me, after=after, limit=2)
        seen += [receipt.id for receipt in page.items]
        after = page.next_key
    assert seen == made[::-1]
    assert after is None


def test_an_office_reads_a_page_in_one_query_whatever_its_length(tx: Connection, tree: Tree, officer: Worker) -> None:
    resident, made = waits(tx, tree, officer, tries=5)
    with counted(tx) as sent:
        page = queries.waiting(tx, officer.actor, limit=50)
    assert ([view.receipt.id for view in page.items], len(sent)) == (made, 1)
    assert {view.receipt.subject_id for view in page.items} == {resident}


def test_a_reviewed_try_waits_no_longer(tx: Connection, tree: Tree, officer: Worker) -> None:
    _, (first, second) = waits(tx, tree, officer, tries=2)
    tx.execute(text("UPDATE attempts SET reviewed_at = :at WHERE id = :id"), {"at": MONDAY, "id": first})
    assert [view.receipt.id for view in queries.waiting(tx, officer.actor).items] == [second]


def test_an_outside_helper_sees_only_who_was_assigned(tx: Connection, tree: Tree, officer: Worker) -> None:
    helper = a_user(tx, tree.office, Role.PROVIDER)
    strangers, _ = waits(tx, tree, officer)
    own, _ = waits(tx, tree, helper)
    assert {view.receipt.subject_id for view in queries.waiting(tx, helper.actor).items} == {own}
    with pytest.raises(NotFound):
        queries.of_subject(tx, helper.actor, strangers)


def test_without_a_grant_nothing_is_seen(tx: Connection, tree: Tree, officer: Worker) -> None:
    resident, _ = waits(tx, tree, officer)
    nobody = Actor("user", officer.id)
    assert queries.waiting(tx, nobody).items == ()
    with pytest.raises(NotFound):
        queries.of_subject(tx, nobody, resident)


def test_a_cursor_of_another_list_is_refused(tx: Connection, tree: Tree, officer: Worker) -> None:
    for key in (["a"], ["a", "b"], ["2026-03-02T09:00:00", str(uuid4())], []):
        with pytest.raises(Refused, match="bad_cursor"):
            queries.waiting(tx, officer.actor, after=key)
