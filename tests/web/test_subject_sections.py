"""The parts of the page of one person: each keeps to its number of statements, and stands there for whom it is open."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine

from app.access.table import ACTIONS, allow
from app.actions.record_talk import record_talk
from app.actions.record_visit import record_visit
from app.actions.request_leave import request_leave
from app.queries.subject_file import subject_file
from app.rules.facts import DutyKind, Role
from app.store.session import transaction
from app.web.sections import Seen
from app.web.subject_sections import SECTIONS
from tests.builders.alerts import an_alert
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.leave import wanted
from tests.builders.users import a_user
from tests.builders.visits import a_new_record
from tests.statements import counted
from tests.web.browsing import a_visitor
from tests.web.office import HOUR, Office, a_person, a_visit_due, an_office_at_nine

HEAD = 10
"""Around the parts: who asks and what stands around every page, the person with contacts, the look put on record."""


def much_about(tx: Connection, office: Office, person: UUID, times: int) -> None:
    """Alerts, duties and records, so many times."""

    for number in range(times):
        an_alert(tx, office.tree, person, MONDAY - number * HOUR)
        a_visit_due(tx, office, person, in_hours=5 + number)
        record_visit(tx, office.officer.actor, a_new_record(person, MONDAY - number * HOUR), now=MONDAY)
        talk = a_new_record(person, MONDAY - number * HOUR, kind=DutyKind.TALK)
        record_talk(tx, office.officer.actor, talk, now=MONDAY)
        from_at = MONDAY + timedelta(days=10 * (number + 1))
        request_leave(tx, office.officer.actor, person, wanted(from_at, from_at + HOUR), now=MONDAY)


@pytest.fixture
def office(undone: Engine) -> Office:
    with transaction(undone) as tx:
        return an_office_at_nine(tx)


@pytest.mark.parametrize("times", [0, 6])
def test_every_part_keeps_to_its_statements(undone: Engine, app: Flask, office: Office, times: int) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office)
        much_about(tx, office, person, times)
        shown = subject_file(tx, office.officer.actor, person, settings_for_tests(), now=MONDAY)
        for section in SECTIONS:
            reader = allow(office.officer.actor, section.action)
            with counted(tx) as sent:
                section.read(Seen(tx, reader, shown, MONDAY, office.officer.actor))
            assert len(sent) <= section.statements, section.template
    visitor = a_visitor(app, office.officer)
    with counted(undone) as sent:
        visitor.text(f"/subjects/{person}")
    assert len(sent) <= HEAD + sum(section.statements for section in SECTIONS)


def test_every_part_says_what_it_needs() -> None:
    assert {section.action for section in SECTIONS} <= set(ACTIONS)
    assert len({section.template for section in SECTIONS}) == len(SECTIONS)


def test_nobody_sees_a_part_that_is_closed_to_the_role(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office)
        aide = a_user(tx, office.tree.office, Role.AIDE, login="aide")
    assert "电子定位</h2>" in a_visitor(app, office.officer).text(f"/subjects/{person}")
    assert "电子定位</h2>" not in a_visitor(app, aide).text(f"/subjects/{person}")


def test_a_person_of_whom_nothing_is_known_has_a_page(undone: Engine, app: Flask, office: Office) -> None:
    with transaction(undone) as tx:
        person = a_person(tx, office)
    page = a_visitor(app, office.officer).text(f"/subjects/{person}")
    for empty in ("还没有走访和谈话的记录", "没有申请过外出", "目前没有安排好的事项"):
        assert empty in page
