"""Were all checks of yesterday made? Told the next morning, and mended when they were made after all."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection

from app.actions.account_for_days import account_for_days
from app.actions.beat import beat
from app.queries.service_days import DayView, days
from app.rules.calendar import end_of_day, legal_day
from app.rules.day_accounts import READY_AFTER
from app.rules.effects import ChangeDuty, Decision
from app.rules.facts import JOB, DayVerdict, DutyState, Reason
from app.store import effects
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = end_of_day(legal_day(MONDAY)) + HOUR


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    return a_supervised(tx, tree, officer, at=MONDAY - 30 * DAY, planned_until=MONDAY + 30 * DAY)


def duty(tx: Connection, tree: Tree, subject: UUID, opens_at: datetime, state: DutyState) -> UUID:
    return a_duty(tx, tree, subject, opens_at, opens_at + HOUR, state=state)


def yesterday(tx: Connection) -> DayView:
    (view,) = days(tx, now=TUESDAY, how_many=1)
    return view


def test_nothing_is_known_before_anybody_looked(tx: Connection) -> None:
    assert yesterday(tx).verdict is DayVerdict.CANNOT_TELL
    assert yesterday(tx).made_at is None


def test_nothing_can_be_told_of_a_day_on_which_no_scheduler_had_ever_run(tx: Connection) -> None:
    account_for_days(tx, now=TUESDAY)
    assert (yesterday(tx).verdict, yesterday(tx).made_at) == (DayVerdict.CANNOT_TELL, TUESDAY)


class TestWithAScheduler:
    @pytest.fixture(autouse=True)
    def scheduler(self, tx: Connection) -> None:
        beat(tx, "scheduler", "one", now=MONDAY - 10 * DAY)

    def test_a_day_whose_duties_were_all_judged(self, tx: Connection, tree: Tree, subject: UUID) -> None:
        duty(tx, tree, subject, MONDAY, DutyState.FULFILLED)
        duty(tx, tree, subject, MONDAY + HOUR, DutyState.MISSED)
        duty(tx, tree, subject, MONDAY + 2 * HOUR, DutyState.CANCELLED)
        assert account_for_days(tx, now=TUESDAY) == {"looked_at": 7, "not_made": 0}
        assert yesterday(tx).verdict is DayVerdict.MADE
        assert (yesterday(tx).counts.due, yesterday(tx).counts.judged) == (2, 2)

    def test_a_day_that_is_done_is_not_looked_at_again(self, tx: Connection) -> None:
        account_for_days(tx, now=TUESDAY)
        assert account_for_days(tx, now=TUESDAY + HOUR) == {"looked_at": 0, "not_made": 0}

    def test_a_duty_that_nobody_judged_is_missing_until_it_is(self, tx: Connection, tree: Tree, subject: UUID) -> None:
        forgotten = duty(tx, tree, subject, MONDAY, DutyState.OPEN)
        assert account_for_days(tx, now=TUESDAY)["not_made"] == 1
        assert (yesterday(tx).verdict, yesterday(tx).counts.left) == (DayVerdict.NOT_MADE, 1)
        effects.apply(tx, [Decision((ChangeDuty(forgotten, DutyState.MISSED, TUESDAY, Reason("duty_missed"), JOB),))])
        assert account_for_days(tx, now=TUESDAY + HOUR) == {"looked_at": 1, "not_made": 0}
        assert yesterday(tx).verdict is DayVerdict.MADE

    def test_what_ends_at_midnight_and_is_judged_after_it_belongs_to_the_day(
        self, tx: Connection, tree: Tree, subject: UUID
    ) -> None:
        """Its grace is over when the account is made: that nobody judged it is told, however late it ended."""
        midnight = end_of_day(legal_day(MONDAY))
        forgotten = duty(tx, tree, subject, midnight - HOUR, DutyState.OPEN)
        account_for_days(tx, now=midnight + READY_AFTER)
        assert (yesterday(tx).verdict, yesterday(tx).counts.left) == (DayVerdict.NOT_MADE, 1)
        effects.apply(tx, [Decision((ChangeDuty(forgotten, DutyState.MISSED, TUESDAY, Reason("duty_missed"), JOB),))])
        account_for_days(tx, now=TUESDAY)
        assert yesterday(tx).verdict is DayVerdict.MADE

    def test_a_duty_that_the_service_could_not_judge_was_not_checked(
        self, tx: Connection, tree: Tree, subject: UUID
    ) -> None:
        duty(tx, tree, subject, MONDAY, DutyState.UNJUDGED)
        account_for_days(tx, now=TUESDAY)
        assert (yesterday(tx).verdict, yesterday(tx).counts.unjudged) == (DayVerdict.NOT_MADE, 1)

    def test_a_silence_that_nobody_looked_at_is_missing(self, tx: Connection, subject: UUID) -> None:
        set_state(tx, subject, silence_check_at=MONDAY)
        account_for_days(tx, now=TUESDAY)
        assert (yesterday(tx).verdict, yesterday(tx).counts.silences_left) == (DayVerdict.NOT_MADE, 1)

    def test_what_is_due_today_says_nothing_of_yesterday(self, tx: Connection, tree: Tree, subject: UUID) -> None:
        set_state(tx, subject, silence_check_at=TUESDAY)
        duty(tx, tree, subject, TUESDAY, DutyState.OPEN)
        account_for_days(tx, now=TUESDAY + HOUR)
        assert yesterday(tx).verdict is DayVerdict.MADE
