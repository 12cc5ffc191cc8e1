"""Alerts that go on and that nobody closes are told of, once for each occurrence, until they are brought to an end."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection

from app.actions.acknowledge_alert import acknowledge_alert
from app.actions.close_alert import close_alert
from app.actions.look_after_alerts import look_after_alerts
from app.rules.facts import AlertKind, CloseReason
from app.rules.wording import sentence
from tests.builders.alerts import an_alert, raise_all, raising, recover
from tests.builders.app import MONDAY
from tests.builders.duties import a_supervised, alerts_of
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user

HOUR = timedelta(hours=1)
LIMIT = MONDAY + 72 * HOUR


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    return a_supervised(tx, tree, officer, at=MONDAY - 48 * HOUR)


def left(tx: Connection, subject_id: UUID) -> list[tuple[str, int, str]]:
    """Condition, occurrences and handling of the person's alerts about alerts that were left."""
    found = [alert for alert in alerts_of(tx, subject_id) if alert.kind == "handling_overdue"]
    return [(alert.condition, alert.occurrences, alert.handling) for alert in found]


def test_after_the_time_that_the_policy_gives_and_once(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    an_alert(tx, tree, subject_id, MONDAY, kind=AlertKind.LEFT_AREA)
    assert look_after_alerts(tx, now=LIMIT - timedelta(seconds=1)).left == 0
    assert look_after_alerts(tx, now=LIMIT).left == 1
    assert look_after_alerts(tx, now=LIMIT + 24 * HOUR).left == 0
    (told,) = [alert for alert in alerts_of(tx, subject_id) if alert.kind == "handling_overdue"]
    assert (told.event_at, told.about_kind) == (LIMIT, "subject")
    words = sentence(told.why["code"], told.why["params"])
    assert words.startswith("“离开规定区域”的预警自 3月2日 09:00 起持续,超过 72 小时无人受理")


def test_one_alert_of_a_person_in_which_each_that_was_left_is_counted(
    tx: Connection, tree: Tree, officer: Worker, subject_id: UUID
) -> None:
    taken = an_alert(tx, tree, subject_id, MONDAY, kind=AlertKind.LOST_CONTACT)
    acknowledge_alert(tx, officer.actor, taken, now=MONDAY + HOUR)
    other = an_alert(tx, tree, subject_id, MONDAY, kind=AlertKind.LEFT_AREA)
    assert look_after_alerts(tx, now=LIMIT).left == 2
    assert left(tx, subject_id) == [("active", 2, "open")]
    close_alert(tx, officer.actor, taken, CloseReason.REAL, "已找到本人", now=LIMIT + HOUR)
    assert left(tx, subject_id) == [("active", 2, "open")]
    close_alert(tx, officer.actor, other, CloseReason.FALSE_ALARM, "信号飘移", now=LIMIT + HOUR)
    assert left(tx, subject_id) == [("recovered", 2, "open")]


def test_what_is_over_or_owed_by_an_office_is_not_told_of(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    effect = raising(tree, subject_id, MONDAY, kind=AlertKind.MISSED_CHECK_IN)
    raise_all(tx, effect)
    recover(tx, subject_id, MONDAY + HOUR, kind=AlertKind.MISSED_CHECK_IN)
    an_alert(tx, tree, subject_id, MONDAY, kind=AlertKind.VISIT_OVERDUE)
    an_alert(tx, tree, subject_id, MONDAY, kind=AlertKind.DEVICE_TROUBLE)
    assert look_after_alerts(tx, now=LIMIT + 24 * HOUR).left == 0


def test_what_recovers_by_itself_is_settled_the_next_morning(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    effect = raising(tree, subject_id, MONDAY, kind=AlertKind.LEFT_AREA)
    raise_all(tx, effect)
    look_after_alerts(tx, now=LIMIT)
    recover(tx, subject_id, LIMIT + HOUR, kind=AlertKind.LEFT_AREA)
    done = look_after_alerts(tx, now=LIMIT + 24 * HOUR)
    assert (done.left, done.settled) == (0, 1)
    assert left(tx, subject_id) == [("recovered", 1, "open")]
