"""What the watchdog counts: states that must not be, and what waits for people."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection

from app.actions.acknowledge_alert import acknowledge_alert
from app.actions.check_in import CheckIn, check_in
from app.actions.climb_ladder import climb_ladder
from app.queries.watchdog import impossible_states, left_behind, left_to_people
from app.rules.facts import Actor, DutyState, Role
from app.store import accounts
from tests.builders.alerts import an_alert, recover
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    return a_supervised(tx, tree, officer, at=MONDAY - 30 * DAY, planned_until=MONDAY + 30 * DAY)


def found(tx: Connection, now_plus: timedelta) -> dict[str, int]:
    now = MONDAY + now_plus
    states = {**impossible_states(tx, now=now), **left_behind(tx, now=now)}
    return {state: n for state, n in states.items() if n}


def test_a_plan_that_a_new_policy_took_back_is_made_anew_before_anybody_complains(
    tx: Connection, subject: UUID
) -> None:
    set_state(tx, subject, planned_until=MONDAY)
    assert found(tx, 10 * MINUTE) == {}
    assert found(tx, 11 * MINUTE) == {"subjects_unplanned": 1}


class TestWhoHasTheAlert:
    @pytest.fixture
    def alert(self, tx: Connection, tree: Tree, officer: Worker, subject: UUID) -> UUID:
        made = an_alert(tx, tree, subject, MONDAY)
        climb_ladder(tx, now=MONDAY)
        acknowledge_alert(tx, officer.actor, made, now=MONDAY)
        assert found(tx, HOUR) == {}
        return made

    @pytest.mark.usefixtures("alert")
    def test_nobody_where_the_one_who_took_it_on_is_gone(self, tx: Connection, officer: Worker) -> None:
        accounts.set_disabled(tx, officer.id, MONDAY + HOUR)
        assert found(tx, HOUR) == {"alerts_left_behind": 1}

    @pytest.mark.usefixtures("alert")
    def test_nobody_where_the_one_who_took_it_on_works_elsewhere_now(
        self, tx: Connection, tree: Tree, officer: Worker
    ) -> None:
        accounts.give_role(tx, uuid4(), officer.id, Role.OFFICER, tree.other_office.id, now=MONDAY)
        for role in accounts.within_reach(tx, officer.actor, officer.id, now=MONDAY).roles:
            if role.office_id == tree.office.id:
                accounts.withdraw_role(tx, role.id, now=MONDAY + HOUR)
        assert found(tx, HOUR) == {"alerts_left_behind": 1}

    def test_a_colleague_takes_it_on(self, tx: Connection, tree: Tree, officer: Worker, alert: UUID) -> None:
        accounts.set_disabled(tx, officer.id, MONDAY + HOUR)
        acknowledge_alert(tx, a_user(tx, tree.county, Role.COUNTY_STAFF).actor, alert, now=MONDAY + HOUR)
        assert found(tx, HOUR) == {}

    @pytest.mark.usefixtures("alert")
    def test_what_is_over_needs_nobody_at_once(self, tx: Connection, officer: Worker, subject: UUID) -> None:
        recover(tx, subject, MONDAY + MINUTE)
        accounts.set_disabled(tx, officer.id, MONDAY + HOUR)
        assert found(tx, HOUR) == {}


def test_what_nobody_reviews_for_a_day_is_counted_and_is_no_fault(tx: Connection, tree: Tree, subject: UUID) -> None:
    a_duty(tx, tree, subject, MONDAY, MONDAY + HOUR, state=DutyState.OPEN)
    for minute in (1, 2):
        check_in(tx, Actor("subject", subject), CheckIn(uuid4(), b"body", MONDAY), now=MONDAY + minute * MINUTE)
    assert left_to_people(tx, now=MONDAY + DAY) == {"submitted_unreviewed": 0}
    assert left_to_people(tx, now=MONDAY + DAY + 2 * MINUTE) == {"submitted_unreviewed": 1}
    assert found(tx, DAY + 2 * MINUTE) == {}
