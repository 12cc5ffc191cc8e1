"""How many statements lists and files of subjects take, and what counts as open."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from app.access.table import allow
from app.actions.notice_judgment import notice_judgment
from app.queries.judgments import judgments
from app.queries.subject_file import subject_file
from app.queries.subjects import Wanted, days_left, subjects
from app.queries.timeline import Section, timeline
from app.rules.errors import NotFound
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.judgments import an_announcement
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import a_subject, an_id_number
from tests.builders.users import Worker, a_user
from tests.statements import counted

SETTINGS = settings_for_tests()


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


def test_a_list_is_one_statement_whatever_its_length(tx: Connection, officer: Worker) -> None:
    for _ in range(4):
        a_subject(tx, officer)
    with counted(tx) as sent:
        page = subjects(tx, officer.actor, Wanted(), now=MONDAY)
    assert (len(page.items), len(sent)) == (4, 1)


def test_a_file_is_three_statements(tx: Connection, officer: Worker) -> None:
    subject = a_subject(tx, officer, id_number=an_id_number())
    with counted(tx) as sent:
        shown = subject_file(tx, officer.actor, subject.id, SETTINGS, now=MONDAY)
    assert shown.id_number == "330*************" + an_id_number()[-2:]
    assert len(sent) == 3  # the reach of the subject is asked for again where its contacts are read


def test_a_timeline_is_two_statements(tx: Connection, officer: Worker) -> None:
    subject = a_subject(tx, officer)
    readers = {Section.FILE: allow(officer.actor, "subjects.read")}
    with counted(tx) as sent:
        timeline(tx, officer.actor, readers, subject.id)
    assert len(sent) == 2


def test_a_list_of_judgments_is_two_statements(tx: Connection, officer: Worker) -> None:
    for _ in range(3):
        notice_judgment(tx, officer.actor, an_announcement(officer.office), SETTINGS, now=MONDAY)
    with counted(tx) as sent:
        page = judgments(tx, officer.actor, now=MONDAY)
    assert (len(page.items), len(sent)) == (3, 2)


def test_a_planned_duty_whose_time_has_come_counts_as_open(tx: Connection, officer: Worker) -> None:
    subject = a_subject(tx, officer)
    before = subject_file(tx, officer.actor, subject.id, SETTINGS, now=MONDAY).open_duties
    after = subject_file(tx, officer.actor, subject.id, SETTINGS, now=MONDAY + timedelta(hours=24)).open_duties
    assert after > before > 0, "what is owed from intake on, and a day later the first check-in"


def test_days_left_end_with_the_last_day(tx: Connection) -> None:
    last = (MONDAY + timedelta(days=1)).date()
    assert [days_left(last, MONDAY + timedelta(days=n)) for n in (0, 1, 2)] == [1, 0, 0]
    assert days_left(None, MONDAY) is None


def test_each_office_sees_its_own(tx: Connection, tree: Tree, officer: Worker) -> None:
    mine = a_subject(tx, officer)
    next_door = a_subject(tx, a_user(tx, tree.second_office))
    county = a_user(tx, tree.county)
    seen = {
        worker.login: [row.id for row in subjects(tx, worker.actor, Wanted(), now=MONDAY).items]
        for worker in (officer, county)
    }
    assert seen == {officer.login: [mine.id], county.login: [mine.id, next_door.id]}
    with pytest.raises(NotFound):
        subject_file(tx, officer.actor, next_door.id, SETTINGS, now=MONDAY)
    with pytest.raises(NotFound):
        timeline(tx, officer.actor, {}, next_door.id)
