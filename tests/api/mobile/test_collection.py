"""What a phone is told that it may collect, as its day goes on."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.actions.judge_positions import judge_positions
from app.rules.facts import DutyKind, DutyState
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.duties import a_duty, a_supervised
from tests.builders.offices import Tree, a_tree, shipped_policy
from tests.builders.positions import a_head, a_sent_batch, a_sent_report, an_order, phones_under_order, state_of
from tests.builders.users import a_user, phone_logged_in
from tests.statements import counted

URL = "/api/mobile/v1/collection"
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def tree(undone: Engine) -> Tree:
    with transaction(undone) as tx:
        return a_tree(tx, policy=phones_under_order())


@pytest.fixture
def subject_id(undone: Engine, tree: Tree, clock: TestClock) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, a_user(tx, tree.office), at=clock.now() - 30 * DAY)


@pytest.fixture
def phone(app: Flask, subject_id: UUID) -> dict[str, str]:
    return phone_logged_in(app, subject_id)


@pytest.fixture
def ask(client: FlaskClient, phone: dict[str, str]) -> Any:
    def asked() -> dict[str, Any]:
        answer = client.get(URL, headers=phone)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.get_json()
        return told

    return asked


def a_check(undone: Engine, tree: Tree, subject_id: UUID, opens_at: datetime, **changes: Any) -> UUID:
    with transaction(undone) as tx:
        due_at = opens_at + 30 * MINUTE
        return a_duty(tx, tree, subject_id, opens_at, due_at, kind=DutyKind.LOCATION_CHECK, random=True, **changes)


def test_nothing_is_asked_and_nothing_told_before_a_secret_window_opens(
    ask: Any, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    before = ask()
    a_check(undone, tree, subject_id, clock.now() + MINUTE)

    assert (
        ask()
        == before
        == {
            "mode": "none",
            "basis": "现在没有允许采集位置的依据,手机不采集位置。",
            "until": None,
            "interval_s": None,
            "poll_after_s": 300,
        }
    )
    clock.advance(MINUTE - SECOND)
    assert ask() == before
    clock.advance(SECOND)
    assert ask()["mode"] == "checks"


def test_one_fix_fulfils_and_then_nothing_more_is_asked(
    ask: Any, client: FlaskClient, phone: dict[str, str], undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    a_check(undone, tree, subject_id, clock.now(), state=DutyState.OPEN)
    told = ask()
    assert (told["mode"], told["until"], told["interval_s"]) == ("checks", "2026-03-02T09:30:00+08:00", None)
    assert "第二十六条" in told["basis"]

    client.post("/api/mobile/v1/positions", json=a_sent_batch(a_sent_report(clock.now())), headers=phone)
    with transaction(undone) as tx:
        judge_positions(tx, now=clock.now())

    assert ask()["mode"] == "none"


def test_a_window_ends_by_itself(ask: Any, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock) -> None:
    a_check(undone, tree, subject_id, clock.now())

    clock.advance(30 * MINUTE - SECOND)
    assert ask()["mode"] == "checks"
    clock.advance(SECOND)
    assert ask()["mode"] == "none"


def test_an_order_that_covers_the_phone_asks_for_a_track_until_its_end(
    ask: Any, undone: Engine, tree: Tree, subject_id: UUID, clock: TestClock
) -> None:
    with transaction(undone) as tx:
        an_order(tx, a_head(tx, tree), subject_id, clock.now() + HOUR, clock.now() + DAY, now=clock.now())

    assert ask()["mode"] == "none"
    clock.advance(HOUR)
    told = ask()
    assert (told["mode"], told["until"], told["interval_s"]) == ("continuous", "2026-03-03T09:00:00+08:00", 60)
    assert "第二十九条" in told["basis"]
    clock.advance(23 * HOUR)
    assert ask()["mode"] == "none"


def test_asking_counts_as_having_been_heard(ask: Any, undone: Engine, subject_id: UUID, clock: TestClock) -> None:
    clock.advance(5 * HOUR)
    ask()

    with transaction(undone) as tx:
        assert state_of(tx, subject_id).last_heard_at == clock.now()


@pytest.mark.usefixtures("subject_id")
def test_an_answer_takes_three_statements(client: FlaskClient, phone: dict[str, str], undone: Engine) -> None:
    with counted(undone) as sent:
        client.get(URL, headers=phone)

    assert len(sent) == 3


def test_a_phone_is_no_positioning_device_where_the_policy_does_not_say_so(
    undone: Engine, clock: TestClock, app: Flask, client: FlaskClient
) -> None:
    with transaction(undone) as tx:
        county = a_tree(tx, policy=shipped_policy())
        subject_id = a_supervised(tx, county, a_user(tx, county.office), at=clock.now() - DAY)
        an_order(tx, a_head(tx, county), subject_id, clock.now())

    answer = client.get(URL, headers=phone_logged_in(app, subject_id))

    assert answer.get_json()["mode"] == "none"
