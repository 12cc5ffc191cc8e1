"""How many statements a page takes: as many with a full desk as with one person on it."""

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine

from app.rules.facts import About
from app.store.session import transaction
from tests.builders.alerts import a_notice, an_alert
from tests.builders.app import MONDAY
from tests.statements import counted
from tests.web.browsing import a_visitor
from tests.web.office import HOUR, Office, a_person, a_try_to_review, a_visit_due, an_office_at_nine

KNOWN_AND_FRAME = 4
"""Around every page: who asks, name and posts of the user (two), unread notices."""

PAGES = {
    "/": 6,
    "/alerts": 1,
    "/subjects": 1,
    "/duties": 1,
    "/compliance": 2,
    "/compliance/duties?figure=open": 1,
    "/check-ins": 1,
    "/notices": 2,
}


def work_for(tx: Connection, office: Office, people: int) -> None:
    """Somebody with an alert, a notice of it, a visit and a doubtful check-in, so many times."""
    for number in range(people):
        person = a_person(tx, office, f"王某{number}")
        alert_id = an_alert(tx, office.tree, person, MONDAY - HOUR)
        a_notice(tx, office.officer.id, MONDAY, about=About("alert", alert_id), subject_id=person)
        a_visit_due(tx, office, person)
        a_try_to_review(tx, office, person)


@pytest.fixture(params=[1, 8])
def office(undone: Engine, request: pytest.FixtureRequest) -> Office:
    with transaction(undone) as tx:
        made = an_office_at_nine(tx)
        work_for(tx, made, request.param)
    return made


def test_no_page_asks_once_for_each_line(undone: Engine, app: Flask, office: Office) -> None:
    for reader in (office.officer, office.county):
        visitor = a_visitor(app, reader)
        costs = {}
        for path in PAGES:
            with counted(undone) as sent:
                visitor.text(path)
            costs[path] = len(sent) - KNOWN_AND_FRAME
        assert costs == (PAGES if reader is office.officer else {**PAGES, "/": 5, "/notices": 1}), reader.role
