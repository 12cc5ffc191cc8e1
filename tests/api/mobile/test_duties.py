"""What the phone is shown: what is due, today's results, the next fixed window, and no secret time."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.rules.facts import Channel, DutyKind, DutyState, Role
from app.simulation.clock import TestClock
from app.store.session import transaction
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised
from tests.builders.offices import Tree
from tests.builders.users import Worker, a_user, phone_logged_in

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
OPENS, ENDS = MONDAY + HOUR, MONDAY + 3 * HOUR
"""10:00 and 12:00 in Shanghai."""


@pytest.fixture
def officer(undone: Engine, tree: Tree) -> Worker:
    with transaction(undone) as tx:
        return a_user(tx, tree.office, Role.OFFICER)


@pytest.fixture
def subject(undone: Engine, tree: Tree, officer: Worker) -> UUID:
    with transaction(undone) as tx:
        return a_supervised(tx, tree, officer, at=MONDAY - 10 * DAY)


@pytest.fixture
def headers(app: Flask, subject: UUID) -> dict[str, str]:
    return phone_logged_in(app, subject)


def shown(client: FlaskClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    answer = client.get("/api/mobile/v1/duties", headers=headers)
    assert answer.status_code == 200, answer.get_json()
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def brief(client: FlaskClient, headers: dict[str, str]) -> list[tuple[str, str]]:
    return [(item["state"], item["how"]) for item in shown(client, headers)]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (OPENS - SECOND, [("planned", "3月2日 10:00 开始,请在 12:00 前签到。")]),
        (OPENS, [("open", "请在 12:00 前用手机签到。")]),
        (ENDS - SECOND, [("open", "请在 12:00 前用手机签到。")]),
        (ENDS, [("open", "签到时间已过,3月2日 12:30 前还可以补签,记为迟到。")]),
        (ENDS + 30 * MINUTE - SECOND, [("open", "签到时间已过,3月2日 12:30 前还可以补签,记为迟到。")]),
        (ENDS + 30 * MINUTE, []),
    ],
)
def test_a_fixed_window_through_its_day(
    client: FlaskClient,
    undone: Engine,
    clock: TestClock,
    tree: Tree,
    subject: UUID,
    headers: dict[str, str],
    at: datetime,
    expected: list[tuple[str, str]],
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, subject, OPENS, ENDS)
    clock.set(at)
    assert brief(client, headers) == expected


@pytest.mark.parametrize(("seconds", "visible"), [(-1, False), (0, True)])
def test_a_random_window_shows_only_once_it_is_open(
    client: FlaskClient,
    undone: Engine,
    clock: TestClock,
    tree: Tree,
    subject: UUID,
    headers: dict[str, str],
    seconds: int,
    visible: bool,
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, subject, OPENS, ENDS, random=True)
        a_duty(tx, tree, subject, OPENS, ENDS, kind=DutyKind.LOCATION_CHECK, random=True)
    clock.set(OPENS + timedelta(seconds=seconds))
    assert {item["kind"] for item in shown(client, headers)} == ({"check_in", "location_check"} if visible else set())


def test_a_random_window_that_was_waived_beforehand_tells_no_time(
    client: FlaskClient, undone: Engine, clock: TestClock, tree: Tree, subject: UUID, headers: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, subject, OPENS, ENDS, random=True, state=DutyState.WAIVED)
    clock.set(OPENS - SECOND)
    assert shown(client, headers) == []
    clock.set(OPENS)
    assert brief(client, headers) == [("waived", "工作人员已经同意,这一项不用办了。")]


@pytest.mark.parametrize(
    ("state", "how"),
    [
        (DutyState.FULFILLED, "已完成。"),
        (DutyState.LATE, "已完成,记为迟到。"),
        (DutyState.SUBMITTED, "已提交,等待工作人员核实。"),
        (DutyState.MISSED, "没有收到记录,如有情况请联系司法所说明。"),
        (DutyState.UNJUDGED, "服务自身中断过,这一项不作判断,不算您没有完成。"),
    ],
)
def test_what_became_of_todays_duties_stays_until_midnight(
    client: FlaskClient,
    undone: Engine,
    clock: TestClock,
    tree: Tree,
    subject: UUID,
    headers: dict[str, str],
    state: DutyState,
    how: str,
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, subject, OPENS, ENDS, state=state)
    midnight = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    clock.set(midnight - SECOND)
    assert brief(client, headers) == [(state.value, how)]
    clock.set(midnight)
    assert shown(client, headers) == []


def test_a_window_over_midnight_belongs_to_both_days(
    client: FlaskClient, undone: Engine, clock: TestClock, tree: Tree, subject: UUID, headers: dict[str, str]
) -> None:
    midnight = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    with transaction(undone) as tx:
        a_duty(tx, tree, subject, midnight - HOUR, midnight + HOUR, state=DutyState.FULFILLED)
    for at in (midnight - HOUR, midnight + HOUR, midnight + DAY - SECOND):
        clock.set(at)
        assert len(shown(client, headers)) == 1
    clock.set(midnight + DAY)
    assert shown(client, headers) == []


def test_of_windows_ahead_only_the_next_at_a_fixed_time_shows(
    client: FlaskClient, undone: Engine, tree: Tree, subject: UUID, headers: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        made = [a_duty(tx, tree, subject, OPENS + day * DAY, ENDS + day * DAY, random=day == 0) for day in range(3)]
        a_duty(tx, tree, subject, OPENS, ENDS, kind=DutyKind.VISIT)
    (item,) = shown(client, headers)
    assert item == {
        "id": str(made[1]),
        "kind": "check_in",
        "title": "签到",
        "opens_at": "2026-03-03T10:00:00+08:00",
        "due_at": "2026-03-03T12:00:00+08:00",
        "state": "planned",
        "how": "3月3日 10:00 开始,请在 12:00 前签到。",
        "asks": None,
    }


def test_a_location_check_asks_only_for_a_phone_that_is_on(
    client: FlaskClient, undone: Engine, clock: TestClock, tree: Tree, subject: UUID, headers: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, subject, OPENS, ENDS, kind=DutyKind.LOCATION_CHECK, random=True)
    clock.set(OPENS)
    assert brief(client, headers) == [("open", "请在 12:00 前保持手机联网并打开定位,手机会自己上报,不用您操作。")]


def test_who_checks_in_face_to_face_is_told_so(
    client: FlaskClient, app: Flask, undone: Engine, clock: TestClock, tree: Tree, officer: Worker
) -> None:
    with transaction(undone) as tx:
        subject = a_supervised(tx, tree, officer, at=MONDAY - DAY, channel=Channel.NO_SMARTPHONE)
        a_duty(tx, tree, subject, OPENS, ENDS)
    clock.set(OPENS)
    assert brief(client, phone_logged_in(app, subject)) == [("open", "请在 12:00 前到司法所当面签到。")]


def test_nobody_sees_anothers_duties(
    client: FlaskClient, undone: Engine, clock: TestClock, tree: Tree, officer: Worker, headers: dict[str, str]
) -> None:
    with transaction(undone) as tx:
        a_duty(tx, tree, a_supervised(tx, tree, officer, at=MONDAY - DAY), OPENS, ENDS)
    clock.set(OPENS)
    assert shown(client, headers) == []
