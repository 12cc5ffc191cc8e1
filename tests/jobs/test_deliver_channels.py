"""Users' own channels beside pushes: when they are written to, what they are told, that neither holds up the other."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, text

from app.actions.climb_ladder import climb_ladder
from app.actions.manage_channel import NewChannel, remove_channel, set_channel, try_channel, verify_channel
from app.actions.take_notices import hand_out_notices, read_notice
from app.clients.push import PushOutcome, Retry
from app.clients.push_apprise import AppriseChannel
from app.config import CHANNELS, ChannelSettings
from app.deps import Deps
from app.jobs.deliver import deliver
from app.jobs.deliver_channels import deliver_channels
from app.queries.channels import ChannelView, own_channel
from app.rules.channels import Address, Schema
from app.rules.deliveries import MOST_TRIES
from app.rules.errors import Refused
from app.rules.facts import About
from app.store import accounts
from app.store.session import transaction
from tests.builders.alerts import (
    a_notice,
    a_phone,
    a_team,
    an_alert,
    deliveries_about,
    ladder_of,
    notices_about,
    steps_of,
)
from tests.builders.app import MONDAY
from tests.builders.channels import SETTINGS, a_channel
from tests.builders.duties import a_supervised
from tests.builders.offices import Tree
from tests.builders.push import Push
from tests.builders.robots import Reply, Robots, the_robots
from tests.builders.users import Worker, a_user
from tests.patience import LONG_S
from tests.statements import counted

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
GONE = Reply(body={"errcode": 400101})
KEYWORD = Reply(body={"errcode": 310000})
BUSY = Reply(body={"errcode": -1})


@pytest.fixture(scope="module")
def running_robots() -> Iterator[Robots]:
    with the_robots() as robots:
        yield robots


@pytest.fixture
def robots(running_robots: Robots) -> Iterator[Robots]:
    yield running_robots
    running_robots.outage = None


@pytest.fixture
def deps(deps: Deps, robots: Robots) -> Deps:
    settings = ChannelSettings(CHANNELS, origin=robots.origin)
    return replace(deps, channels=AppriseChannel(settings, timeout_s=60.0))


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, login="xu")


@pytest.fixture
def token() -> str:
    return f"ding{uuid4().hex}"


def told(deps: Deps, user: Worker, *, push_after: timedelta = timedelta(0), about: About | None = None) -> UUID:
    with deps.transaction() as tx:
        return a_notice(tx, user.id, MONDAY, push_at=MONDAY + push_after, about=about).about.id


def rows(deps: Deps, about: UUID) -> list[tuple[str, int, str | None]]:
    with deps.transaction() as tx:
        return [(row.state, row.attempts, row.last_error) for row in deliveries_about(tx, about, "apprise")]


def next_try(deps: Deps, about: UUID) -> Any:
    with deps.transaction() as tx:
        return [row.next_try_at for row in deliveries_about(tx, about, "apprise")]


def seen(deps: Deps, user: Worker) -> ChannelView | None:
    with deps.transaction() as tx:
        return own_channel(tx, user.actor)


# ------------------------------------------------------------------------------------------------------- what and when


def test_who_has_no_app_is_written_to_at_once_and_told_nothing_of_whom(
    deps: Deps, robots: Robots, officer: Worker, token: str
) -> None:
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY - HOUR)
    about = told(deps, officer)
    assert deliver_channels(deps, MONDAY) == {"sent": 1}
    assert deliver_channels(deps, MONDAY + HOUR) == {}
    with deps.transaction() as tx:
        (notice,) = notices_about(tx, about)
    assert robots.texts_to(token) == [
        f"知访有一条待处理的预警,请登录查看。https://zhifang.example/notices 通知号 {notice.id.hex[:6].upper()}"
    ]
    assert rows(deps, about) == [("sent", 1, None)]


def test_other_notices_are_called_notices(deps: Deps, robots: Robots, officer: Worker, token: str) -> None:
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY - HOUR)
    told(deps, officer, about=About("office", uuid4()))
    deliver_channels(deps, MONDAY)
    assert robots.texts_to(token)[0].startswith("知访有一条新的通知")


@pytest.mark.parametrize("wait_min", [0, 5, 30])
def test_who_has_an_app_is_written_to_when_nobody_read_it_there(
    deps: Deps, robots: Robots, officer: Worker, token: str, wait_min: int
) -> None:
    with deps.transaction() as tx:
        a_phone(tx, officer.id, f"ok-{token}", at=MONDAY)
        a_channel(tx, officer, token, at=MONDAY - HOUR, wait_min=wait_min)
    about = told(deps, officer, push_after=HOUR)
    due = MONDAY + HOUR + wait_min * MINUTE
    assert next_try(deps, about) == [due]
    assert deliver(deps, MONDAY + HOUR) == {"sent": 1}
    assert deliver_channels(deps, due - SECOND) == {}
    assert deliver_channels(deps, due) == {"sent": 1}


def test_what_was_read_on_the_phone_is_not_written_of(deps: Deps, robots: Robots, officer: Worker, token: str) -> None:
    with deps.transaction() as tx:
        a_phone(tx, officer.id, f"ok-{token}", at=MONDAY)
        a_channel(tx, officer, token, at=MONDAY - HOUR)
    about = told(deps, officer)
    deliver(deps, MONDAY)
    with deps.transaction() as tx:
        (notice,) = notices_about(tx, about)
        read_notice(tx, officer.actor, notice.id, now=MONDAY + MINUTE)
    assert deliver_channels(deps, MONDAY + HOUR) == {"retired": 1}
    assert rows(deps, about) == [("retired", 0, "already_read")]
    assert robots.texts_to(token) == []


@pytest.mark.parametrize("why", ["the app is gone", "pushes are off", "one of two phones is left"])
def test_a_push_that_reached_nobody_does_not_let_the_channel_wait(
    deps: Deps, push: Push, officer: Worker, token: str, why: str
) -> None:
    with deps.transaction() as tx:
        a_phone(tx, officer.id, f"unregistered-{token}", at=MONDAY)
        if why == "one of two phones is left":
            a_phone(tx, officer.id, f"ok-{token}", at=MONDAY)
        a_channel(tx, officer, token, at=MONDAY - HOUR)
    about = told(deps, officer)
    deliver(replace(deps, push=None) if why == "pushes are off" else deps, MONDAY + SECOND)
    hurried = MONDAY + SECOND if why != "one of two phones is left" else MONDAY + 5 * MINUTE
    assert next_try(deps, about) == [hurried]


def test_an_unverified_channel_gets_nothing(deps: Deps, officer: Worker, token: str) -> None:
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY - HOUR, verified=False)
    assert rows(deps, told(deps, officer)) == []


def test_whose_account_was_closed_is_written_to_no_more(
    deps: Deps, robots: Robots, officer: Worker, token: str
) -> None:
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY - HOUR)
    about = told(deps, officer)
    with deps.transaction() as tx:
        accounts.set_disabled(tx, officer.id, MONDAY)
    assert deliver_channels(deps, MONDAY) == {"retired": 1}
    assert rows(deps, about) == [("retired", 0, "account_closed")]
    assert robots.texts_to(token) == []
    with deps.transaction() as tx:
        accounts.set_disabled(tx, officer.id, None)
    again = told(deps, officer)
    assert deliver_channels(deps, MONDAY) == {"sent": 1}
    assert rows(deps, again) == [("sent", 1, None)], "opened again, it goes on with the channel it had"


def test_the_app_alone_is_enough(deps: Deps, officer: Worker) -> None:
    about = told(deps, officer)
    assert deliver(deps, MONDAY) == deliver_channels(deps, MONDAY) == {}
    with deps.transaction() as tx:
        (notice,) = notices_about(tx, about)
        hand_out_notices(tx, officer.actor, [notice.id], now=MONDAY)
        assert [row.state for row in deliveries_about(tx, about, "in_app")] == ["sent"]


def test_channels_that_are_off_hurry_nobody(deps: Deps, officer: Worker, token: str) -> None:
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY - HOUR)
    about = told(deps, officer)
    assert deliver_channels(replace(deps, channels=None), MONDAY) == {"retired": 1}
    assert rows(deps, about) == [("retired", 0, "channel_off")]


# ---------------------------------------------------------------------------------------------- again, dead, handed up


def test_what_failed_is_tried_again_with_growing_waits_and_dies_in_the_end(
    deps: Deps, robots: Robots, officer: Worker, token: str
) -> None:
    robots.script(token, BUSY)
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY - HOUR)
    about = told(deps, officer)
    now = MONDAY
    for expected in (5, 10, 20, 40):
        assert deliver_channels(deps, now) == {"pending": 1}
        assert next_try(deps, about) == [now + expected * SECOND]
        now += expected * SECOND
    with deps.transaction() as tx:
        tx.execute(text("UPDATE deliveries SET attempts = :n WHERE channel = 'apprise'"), {"n": MOST_TRIES - 1})
    assert deliver_channels(deps, now) == {"dead": 1}
    assert rows(deps, about) == [("dead", MOST_TRIES, "vendor_error")]
    shown = seen(deps, officer)
    assert shown is not None
    assert shown.last_error == "vendor_error"


def test_a_robot_that_is_gone_is_given_up_and_its_user_told_in_the_app(
    deps: Deps, robots: Robots, officer: Worker, token: str
) -> None:
    robots.script(token, GONE)
    with deps.transaction() as tx:
        channel = a_channel(tx, officer, token, at=MONDAY - HOUR)
    told(deps, officer)
    assert deliver_channels(deps, MONDAY) == {"retired": 1}
    shown = seen(deps, officer)
    assert shown is not None
    assert shown.state == "gone"
    with deps.transaction() as tx:
        assert [row.step for row in notices_about(tx, channel)] == ["test.1", "gone"]
    told(deps, officer)
    assert deliver_channels(deps, MONDAY + HOUR) == {}


def test_where_push_and_channel_both_came_back_the_ladder_goes_on_at_once(
    deps: Deps, robots: Robots, push: Push, tree: Tree, token: str
) -> None:
    robots.script(token, KEYWORD)
    with deps.transaction() as tx:
        team = a_team(tx, tree)
        subject = a_supervised(tx, tree, team.officer, at=MONDAY - timedelta(days=30))
        a_phone(tx, team.officer.id, f"invalid-{token}", at=MONDAY)
        a_channel(tx, team.officer, token, at=MONDAY - HOUR)
        alert = an_alert(tx, tree, subject, MONDAY)
        climb_ladder(tx, now=MONDAY)
    assert deliver(deps, MONDAY) == {"dead": 1}
    with deps.transaction() as tx:
        assert ladder_of(tx, alert) == ("county", MONDAY + HOUR), "one way is still open"
    assert deliver_channels(deps, MONDAY + SECOND) == {"dead": 1}
    with deps.transaction() as tx:
        assert ladder_of(tx, alert) == ("county", MONDAY + SECOND)
        climb_ladder(tx, now=MONDAY + SECOND)
        assert steps_of(tx, alert)[-1] == (1, "county", "step_undelivered_below")


# ------------------------------------------------------------------------------------------------ apart from each other


def test_a_channel_that_hangs_holds_up_no_push(deps: Deps, officer: Worker, token: str) -> None:
    """The claims of one never take the other's, and each has a run, threads and a lease of its own."""
    entered, release = threading.Event(), threading.Event()

    class Hanging:
        def send(self, address: Address, text: str) -> PushOutcome:  # noqa: ARG002  (the channel's signature)
            entered.set()
            assert release.wait(LONG_S)
            return Retry(None, "timeout")

    with deps.transaction() as tx:
        a_phone(tx, officer.id, f"ok-{token}", at=MONDAY)
        a_channel(tx, officer, token, at=MONDAY - HOUR, wait_min=0)
    about = told(deps, officer)
    hanging = threading.Thread(target=deliver_channels, args=(replace(deps, channels=Hanging()), MONDAY))
    hanging.start()
    assert entered.wait(LONG_S)
    assert deliver(deps, MONDAY) == {"sent": 1}
    release.set()
    hanging.join()
    assert rows(deps, about) == [("pending", 1, "timeout")]


def test_statements_do_not_grow_with_the_batch(deps: Deps, tree: Tree) -> None:
    counts = []
    for n in (1, 10):
        with deps.transaction() as tx:
            users = [a_user(tx, tree.office) for _ in range(n)]
            for user in users:
                a_channel(tx, user, f"ding{uuid4().hex}", at=MONDAY - HOUR)
        for user in users:
            told(deps, user)
        with counted(deps.engine) as sent:
            assert deliver_channels(deps, MONDAY) == {"sent": n}
        counts.append(len(sent))
    assert counts == [2, 2]


# ------------------------------------------------------------------------------------------------ set, tried, proved


def test_a_channel_is_proved_by_the_code_that_came_through_it(
    deps: Deps, robots: Robots, officer: Worker, token: str
) -> None:
    new = NewChannel(uuid4(), Address(Schema.DINGTALK, token))
    with deps.transaction() as tx:
        assert set_channel(tx, officer.actor, new, SETTINGS, now=MONDAY)
        assert not set_channel(tx, officer.actor, new, SETTINGS, now=MONDAY), "a repeat"
        try_channel(tx, officer.actor, now=MONDAY)
        for notice in notices_about(tx, new.id):
            read_notice(tx, officer.actor, notice.id, now=MONDAY)
    assert deliver_channels(deps, MONDAY) == {"sent": 1}
    (message,) = robots.texts_to(token)
    code = message.partition("验证码 ")[2][:6]
    with deps.transaction() as tx:
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert not verify_channel(tx, officer.actor, wrong, SETTINGS, now=MONDAY + MINUTE)
        assert verify_channel(tx, officer.actor, f" {code} ", SETTINGS, now=MONDAY + MINUTE)
    shown = seen(deps, officer)
    assert shown is not None
    assert (shown.state, shown.hint, shown.last_sent_at) == ("in_use", f"…{token[-4:]}", MONDAY)
    with deps.transaction() as tx:
        kept = tx.execute(text("SELECT cipher, hint FROM user_channels")).one()
        audit = tx.execute(text("SELECT action, details FROM audit ORDER BY id")).all()
    assert token.encode() not in bytes(kept.cipher)
    assert [row.action for row in audit] == ["channel.set", "channel.verify"]
    assert token not in repr(audit)


def test_five_wrong_codes_need_another_test(deps: Deps, officer: Worker, token: str) -> None:
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY, verified=False)
        try_channel(tx, officer.actor, now=MONDAY)
        for _ in range(5):
            assert not verify_channel(tx, officer.actor, "no", SETTINGS, now=MONDAY)
        with pytest.raises(Refused, match="channel_code_over"):
            verify_channel(tx, officer.actor, "no", SETTINGS, now=MONDAY)
        try_channel(tx, officer.actor, now=MONDAY + MINUTE)
        assert not verify_channel(tx, officer.actor, "no", SETTINGS, now=MONDAY + MINUTE)


def test_a_new_address_takes_the_place_of_the_old_and_must_be_proved_anew(
    deps: Deps, robots: Robots, officer: Worker, token: str
) -> None:
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY - HOUR)
    waiting = told(deps, officer)
    with deps.transaction() as tx:
        a_channel(tx, officer, f"{token}b", at=MONDAY, verified=False)
    assert deliver_channels(deps, MONDAY) == {"retired": 1}
    assert rows(deps, waiting) == [("retired", 0, "endpoint_retired")]
    assert robots.texts_to(token) == robots.texts_to(f"{token}b") == []


def test_one_that_was_removed_gets_nothing_more(deps: Deps, robots: Robots, officer: Worker, token: str) -> None:
    with deps.transaction() as tx:
        a_channel(tx, officer, token, at=MONDAY - HOUR)
        remove_channel(tx, officer.actor, now=MONDAY)
        remove_channel(tx, officer.actor, now=MONDAY)
    assert rows(deps, told(deps, officer)) == []
    assert seen(deps, officer) is None
