"""Failure mode 5: the state was saved, the notice failed, and the alert was lost.

From the moment at which check-ins expire, looking up whom to tell and every way to tell them fail for two hours. On
recovery each alert is delivered; and where nothing ever recovers, it has failed for all to see and has been handed up.
"""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, text

from app.deps import Deps
from app.jobs import sweeps
from app.jobs.deliver import deliver
from app.queries.watchdog import impossible_states
from app.simulation.clock import TestClock
from app.simulation.fake_fcm_answers import CUT, DEAD, UNAVAILABLE, Answer, quota
from app.store.session import make_engine, transaction
from tests.builders.alerts import Team, a_phone, a_team
from tests.builders.app import MONDAY, a_clock, deps_for_tests
from tests.builders.duties import a_duty, a_supervised, api_up
from tests.builders.offices import a_tree
from tests.builders.push import Push, a_push
from tests.database import Database
from tests.patience import PATIENT

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EXPIRY = MONDAY + 30 * MINUTE + timedelta(seconds=30)
"""Windows ended on Monday at nine; half an hour of grace later they are judged."""

PEOPLE = 6

UNFINISHED = text(
    """
    SELECT a.id FROM alerts a WHERE NOT EXISTS (
        SELECT FROM notices n JOIN deliveries d ON d.notice_id = n.id
        WHERE n.about_kind = 'alert' AND n.about_id = a.id AND d.state = 'sent')
    """
)
"""Alerts of which nothing was delivered, in the app or by push."""


class County:
    """Six people who missed a window, an office of two officers and an aide, and everybody above them with a phone."""

    def __init__(self, engine: Engine, push: Push, owner: Engine) -> None:
        self.push = push
        self.clock: TestClock = a_clock(EXPIRY)
        self.deps: Deps = deps_for_tests(engine, self.clock, push=push.channel)
        self.engine = engine
        self._owner = owner
        with transaction(engine) as tx:
            tree = a_tree(tx)
            self.team: Team = a_team(tx, tree)
            for user in self.team.everybody:
                a_phone(tx, user.id, f"phone-of-{user.login}", at=MONDAY - DAY)
            api_up(tx, MONDAY - 30 * DAY, MONDAY + 30 * DAY)
            for _ in range(PEOPLE):
                person = a_supervised(
                    tx, tree, self.team.officer, at=MONDAY - 20 * DAY, planned_until=MONDAY + 30 * DAY
                )
                a_duty(tx, tree, person, MONDAY - HOUR, MONDAY)

    def run(self) -> None:
        """One tick of every job that has to do with alerts."""
        for job in (sweeps.judge, sweeps.ladder, deliver):
            job(self.deps, self.clock.now())

    def run_for(self, duration: timedelta, step: timedelta = 5 * MINUTE) -> None:
        until = self.clock.now() + duration
        while self.clock.now() < until:
            self.run()
            self.clock.advance(step)

    def command(self, statement: str) -> None:
        """Something that the database's owner does."""
        with self._owner.begin() as connection:
            connection.execute(text(statement))

    def number(self, what: str) -> int:
        with transaction(self.engine) as tx:
            return int(tx.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())

    def unfinished(self) -> list[UUID]:
        with transaction(self.engine) as tx:
            return list(tx.execute(UNFINISHED).scalars())

    def faults(self) -> dict[str, int]:
        with transaction(self.engine) as tx:
            return {state: n for state, n in impossible_states(tx, now=self.clock.now()).items() if n}

    def shown_to(self, login: str) -> int:
        return len({notice for address, notice in self.push.shown if address == f"phone-of-{login}"})


@pytest.fixture
def county(fresh_database: Database) -> Iterator[County]:
    engine, owner = make_engine(fresh_database.url, limits=PATIENT), create_engine(fresh_database.owner_url)
    with a_push() as push:
        yield County(engine, push, owner)
    engine.dispose()
    owner.dispose()


@pytest.mark.parametrize(
    ("fails", "comes_back"),
    [
        ("REVOKE SELECT ON user_roles FROM zhifang_app", "GRANT SELECT ON user_roles TO zhifang_app"),
        ("REVOKE SELECT ON policy_versions FROM zhifang_app", "GRANT SELECT ON policy_versions TO zhifang_app"),
        ("REVOKE INSERT ON notices FROM zhifang_app", "GRANT INSERT ON notices TO zhifang_app"),
        ("ALTER TABLE push_endpoints RENAME TO lost", "ALTER TABLE lost RENAME TO push_endpoints"),
    ],
    ids=["who is on duty", "which policy", "writing the notice", "which phones"],
)
def test_nothing_can_be_looked_up_or_sent_for_two_hours(county: County, fails: str, comes_back: str) -> None:
    sweeps.judge(county.deps, county.clock.now())
    assert county.number("alerts") == PEOPLE
    county.command(fails)
    county.push.fcm.set_outage(UNAVAILABLE)
    county.clock.advance(timedelta(seconds=1))
    for _ in range(8):
        assert sweeps.ladder(county.deps, county.clock.now())["failed"] == PEOPLE, "the job says that it failed"
        county.clock.advance(15 * MINUTE)
    assert county.number("notices") == 0
    assert county.number("alerts WHERE next_step = 'office'") == PEOPLE, "each step stays due"
    assert county.faults()["ladder_steps_overdue"] == PEOPLE, "and the watchdog sees it"

    county.command(comes_back)
    county.push.fcm.set_outage(None)
    county.run()

    assert county.unfinished() == []
    assert county.faults() == {}
    assert county.shown_to("xu") == PEOPLE, "the office was told"
    assert county.shown_to("wang") == PEOPLE, "and the county, whose time had come as well"
    assert county.shown_to("zhao") == 0
    assert county.number("notices") == county.number("(SELECT DISTINCT recipient_id, about_id, step FROM notices) n")


@pytest.mark.parametrize(
    "answer", [UNAVAILABLE, DEAD, CUT, quota("600"), Answer(500)], ids=["503", "no answer", "torn", "429", "500"]
)
def test_every_channel_fails_for_two_hours(county: County, answer: Answer) -> None:
    county.push.fcm.set_outage(answer)
    county.run_for(2 * HOUR)
    assert county.number("deliveries WHERE channel = 'fcm' AND state = 'pending'") > 0
    assert county.number("deliveries WHERE state = 'dead'") == 0, "two hours are not enough to give up"
    assert len(county.unfinished()) == PEOPLE

    county.push.fcm.set_outage(None)
    county.run_for(15 * MINUTE)

    assert county.unfinished() == []
    assert county.number("deliveries WHERE channel = 'fcm' AND state <> 'sent'") == 0
    assert county.shown_to("xu") == county.shown_to("wang") == PEOPLE
    assert county.faults() == {}


def test_channels_that_never_come_back_leave_every_alert_failed_and_handed_up(county: County) -> None:
    county.push.fcm.set_outage(UNAVAILABLE)
    county.run_for(9 * HOUR)
    assert county.number("deliveries WHERE channel = 'fcm' AND state = 'dead'") == 4 * PEOPLE
    assert county.number("deliveries WHERE channel = 'fcm' AND state = 'pending'") == 0
    assert county.number("alerts WHERE step = 'city' AND next_step IS NULL") == PEOPLE
    assert county.number("alert_events WHERE what = 'escalated'") == 2 * PEOPLE
    assert county.number("deliveries WHERE channel = 'in_app' AND state = 'pending'") == 4 * PEOPLE, (
        "and the app has it as soon as anybody looks"
    )


def test_an_office_whose_phones_are_gone_is_passed_at_once(county: County) -> None:
    """Dead letters climb the ladder: nobody waits an hour for somebody who cannot hear."""
    county.push.fcm.script("phone-of-xu", Answer(404, "UNREGISTERED"))
    county.run()
    county.run()
    assert county.unfinished() == []
    assert county.shown_to("wang") == county.shown_to("zhang") == PEOPLE
    assert county.number("alert_steps WHERE reason ->> 'code' = 'step_undelivered_below'") == PEOPLE


def test_an_office_without_any_phone_has_it_in_the_app_and_the_ladder_goes_on_in_its_time(county: County) -> None:
    county.command("UPDATE push_endpoints SET retired_at = created_at, retire_reason = 'logged_out'")
    county.run_for(59 * MINUTE)
    assert county.number("notices WHERE step = '1.office'") == PEOPLE
    assert county.number("notices WHERE step = '1.county'") == 0
    county.clock.set(EXPIRY + HOUR)
    county.run()
    assert county.number("notices WHERE step = '1.county'") == 2 * PEOPLE
