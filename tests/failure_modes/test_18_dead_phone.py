"""Failure mode 18: a phone lies at home, dead or killed, and nobody sees it for days.

One alert that rises step by step, put down to the phone where that said so of itself, else unsure; and who has not
looked at it for a day is listed for those above.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, text

from app.actions.report_device_health import ReportDeviceHealth, report_device_health
from app.jobs import sweeps
from app.queries.left_alone import left_alone
from app.rules.facts import Actor, Role
from app.store.session import autocommit, transaction
from tests.builders.app import MONDAY, a_clock, deps_for_tests, make_test_app
from tests.builders.duties import a_supervised, alerts_of, api_up, occurrences_of, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user, logged_in

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class County:
    """One silent person, with an officer, a county and a city above."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.clock = engine, a_clock()
        self.deps = deps_for_tests(engine, self.clock)
        with transaction(engine) as tx:
            self.tree: Tree = a_tree(tx)
            self.officer: Worker = a_user(tx, self.tree.office)
            self.county = a_user(tx, self.tree.county, Role.COUNTY_STAFF)
            self.city = a_user(tx, self.tree.city, Role.CITY_STAFF)
            api_up(tx, MONDAY - 30 * DAY, MONDAY + 30 * DAY)
            self.silent: UUID = a_supervised(tx, self.tree, self.officer, at=MONDAY - 20 * DAY)
            set_state(tx, self.silent, last_heard_at=MONDAY, silence_check_at=MONDAY + DAY, planned_until=None)

    def told(self, **health: Any) -> None:
        """The phone's last word on itself."""
        with transaction(self.engine) as tx:
            actor = Actor("subject", self.silent, device_id=uuid4())
            report_device_health(tx, actor, ReportDeviceHealth(uuid4(), b"body", **health), now=MONDAY - HOUR)

    def pass_(self, span: timedelta) -> None:
        self.clock.advance(span)
        for job in (sweeps.outages, sweeps.silence, sweeps.weigh, sweeps.ladder):
            job(self.deps, self.clock.now())

    def notices(self) -> list[UUID]:
        with autocommit(self.engine) as connection:
            return list(connection.execute(text("SELECT recipient_id FROM notices ORDER BY seq")).scalars())


@pytest.fixture
def county(undone: Engine) -> County:
    return County(undone)


def test_one_alert_that_rises_by_the_ladder(county: County) -> None:
    county.pass_(DAY)
    assert county.notices() == [county.officer.id]
    for _ in range(7 * 6):
        county.pass_(4 * HOUR)

    assert county.notices() == [county.officer.id, county.county.id, county.city.id]
    with autocommit(county.engine) as connection:
        [alert] = alerts_of(connection, county.silent)
        assert (alert.kind, alert.occurrences, alert.condition) == ("lost_contact", 1, "active")
        assert len(occurrences_of(connection, alert.id)) == 1


@pytest.mark.parametrize(
    ("health", "cause"),
    [
        ({"battery_saver": True}, "phone"),
        ({"location_permission": "denied"}, "phone"),
        ({"battery_percent": 6}, "phone"),
        ({}, "unsure"),
        ({"battery_percent": 90, "location_permission": "always", "battery_saver": False}, "unsure"),
    ],
)
def test_its_last_word_is_its_cause(county: County, health: dict[str, Any], cause: str) -> None:
    county.told(**health)
    county.pass_(DAY)

    with autocommit(county.engine) as connection:
        assert [alert.cause for alert in alerts_of(connection, county.silent)] == [cause]


def test_late_evidence_changes_the_cause_and_the_history_keeps_the_old_one(county: County) -> None:
    county.told(battery_percent=90, location_permission="always", battery_saver=False)
    county.pass_(DAY)
    county.pass_(DAY)

    with autocommit(county.engine) as connection:
        [alert] = alerts_of(connection, county.silent)
        assert (alert.cause, alert.strength, alert.why["code"]) == ("person", "weak", "silent_for_long")
        events = connection.execute(
            text("SELECT what, cause FROM alert_events WHERE what IN ('opened', 'corrected') ORDER BY id")
        ).all()
        assert [tuple(event) for event in events] == [("opened", "unsure"), ("corrected", "person")]


def test_who_has_not_looked_for_a_day_is_listed_for_those_above(county: County) -> None:
    app: Flask = make_test_app(county.engine, county.clock)
    county.pass_(DAY)

    def listed(who: Worker) -> list[UUID]:
        with autocommit(county.engine) as connection:
            return [one.subject_id for one in left_alone(connection, who.actor, now=county.clock.now())]

    county.pass_(DAY - MINUTE)
    assert listed(county.county) == []
    county.pass_(MINUTE)
    assert listed(county.county) == [county.silent]

    with autocommit(county.engine) as connection:
        [alert] = alerts_of(connection, county.silent)
    answer = app.test_client().post(
        f"/api/office/v1/alerts/{alert.id}/acknowledge", json={}, headers=logged_in(app, county.officer)
    )
    assert answer.status_code == 200, answer.json
    assert listed(county.county) == []
