"""Failure mode 5 with two channels: pushes and officers' own channels both fail for two hours, or one of them for good.

On recovery each alert is delivered by both; where one never recovers the other is enough; where neither does, every
alert has failed for all to see and has been handed up. The app alone would have been enough all the time.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine

from app.clients.push_apprise import AppriseChannel
from app.config import CHANNELS, ChannelSettings
from app.jobs.deliver_channels import deliver_channels
from app.simulation.fake_fcm_answers import CUT, UNAVAILABLE, Answer
from app.store.session import make_engine, transaction
from tests.builders.channels import a_channel
from tests.builders.push import a_push
from tests.builders.robots import Reply, Robots, the_robots
from tests.database import Database
from tests.failure_modes.test_05_notice_failed import DAY, EXPIRY, HOUR, MINUTE, PEOPLE, County
from tests.patience import PATIENT

TOLD = ("xu", "wang", "zhang")
"""Whom two hours reach: the officer in charge, and both at the county once its time has come."""


class TwoChannels(County):
    """The same county, where everybody has a robot beside the phone."""

    robots: Robots

    def run(self) -> None:
        super().run()
        deliver_channels(self.deps, self.clock.now())

    def written_to(self, login: str) -> int:
        """Different notices that this user's robot took."""
        return len(set(self.robots.texts_to(token_of(login))))

    def pending(self, channel: str) -> int:
        return self.number(f"deliveries WHERE channel = '{channel}' AND state = 'pending'")


def token_of(login: str) -> str:
    return f"robot000of{login}"


@pytest.fixture
def county(fresh_database: Database) -> Iterator[TwoChannels]:
    engine, owner = make_engine(fresh_database.url, limits=PATIENT), create_engine(fresh_database.owner_url)
    with a_push() as push, the_robots() as robots:
        made = TwoChannels(engine, push, owner)
        made.robots = robots
        settings = ChannelSettings(CHANNELS, origin=robots.origin)
        made.deps = replace(made.deps, channels=AppriseChannel(settings, timeout_s=60.0))
        with transaction(engine) as tx:
            for user in made.team.everybody:
                a_channel(tx, user, token_of(user.login), at=EXPIRY - DAY)
        yield made
    engine.dispose()
    owner.dispose()


@pytest.mark.parametrize(
    ("push", "robot"),
    [
        (UNAVAILABLE, Reply(503, {})),
        (CUT, Reply(0)),
        (Answer(500), Reply(body={"errcode": -1, "errmsg": "busy"})),
    ],
    ids=["503", "torn", "busy"],
)
def test_both_channels_fail_for_two_hours(county: TwoChannels, push: Answer, robot: Reply) -> None:
    county.push.fcm.set_outage(push)
    county.robots.outage = robot
    county.run_for(2 * HOUR)
    assert county.pending("fcm") > 0
    assert county.pending("apprise") > 0
    assert county.number("deliveries WHERE state = 'dead'") == 0
    assert len(county.unfinished()) == PEOPLE

    county.push.fcm.set_outage(None)
    county.robots.outage = None
    county.run_for(15 * MINUTE)

    assert county.unfinished() == []
    assert county.pending("fcm") == county.pending("apprise") == 0
    for login in TOLD:
        assert county.shown_to(login) == county.written_to(login) == PEOPLE, login
    assert county.number("notices WHERE about_kind = 'alert'") == len(TOLD) * PEOPLE
    assert county.faults() == {}


def test_where_pushes_are_off_the_robots_are_written_to_at_once(county: TwoChannels) -> None:
    county.deps = replace(county.deps, push=None)
    county.run()
    assert county.unfinished() == []
    assert county.written_to("xu") == PEOPLE
    assert county.faults() == {}


def test_robots_that_never_come_back_hold_up_nothing(county: TwoChannels) -> None:
    county.robots.outage = Reply(body={"errcode": -1})
    county.run_for(30 * MINUTE)
    assert county.unfinished() == []
    assert county.shown_to("xu") == PEOPLE
    assert county.number("alert_steps WHERE step = 'county'") == 0, "a push that arrived is enough to wait in peace"


def test_channels_that_all_refuse_hand_every_alert_up_at_once(county: TwoChannels) -> None:
    county.push.fcm.set_outage(Answer(404, "UNREGISTERED"))
    county.robots.outage = Reply(body={"errcode": 310000})
    for _ in range(6):
        county.run()
    assert county.number("alerts WHERE step = 'city'") == PEOPLE
    assert county.number("deliveries WHERE channel = 'in_app' AND state = 'pending'") >= 4 * PEOPLE, "it is in the app"
