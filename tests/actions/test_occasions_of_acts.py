"""Which acts of the house give rise to visits and talks, what their clocks count from, and what takes one back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, select

from app.actions.change_class import ClassChange, change_class
from app.actions.close_alert import close_alert
from app.actions.decide_leave import decide_leave
from app.actions.report_leave import report_leave
from app.actions.request_leave import request_leave
from app.actions.revoke_leave import revoke_leave
from app.models.occasion import Occasion
from app.rules.effects import Decision, PlanDuty
from app.rules.facts import AlertKind, CloseReason, DutyKind, Obligor, Reason, SupervisionClass
from app.rules.leave import ReportKind
from app.rules.leave.facts import Told, Verdict
from app.store import effects
from tests.builders.alerts import an_alert
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.duties import duty_row
from tests.builders.leave import wanted
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import ASubject, a_subject
from tests.builders.users import Worker, a_user

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEAVES, BACK = MONDAY + 2 * DAY, MONDAY + 4 * DAY


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject(tx: Connection, officer: Worker) -> ASubject:
    return a_subject(tx, officer)


def occasions(tx: Connection, subject: ASubject) -> list[Any]:
    statement = select(Occasion.__table__).where(Occasion.subject_id == subject.id)
    return list(tx.execute(statement.order_by(Occasion.known_at, Occasion.kind)))


def told(tx: Connection, subject: ASubject) -> list[tuple[str, datetime, bool]]:
    """Kind, what the clocks count from, and whether it was taken back; without the intake that everybody has."""
    found = occasions(tx, subject)
    return [(row.kind, row.happened_at, row.withdrawn_at is not None) for row in found if row.kind != "intake"]


def test_intake_is_an_occasion_from_registration_on(tx: Connection, officer: Worker, subject: ASubject) -> None:
    (intake,) = occasions(tx, subject)
    assert (intake.kind, intake.happened_at, intake.known_at) == ("intake", MONDAY, MONDAY)
    assert (intake.source_kind, intake.actor_kind, intake.actor_id) == ("registration", "user", officer.id)
    assert intake.planned_at is None


def test_a_change_of_class_counts_from_when_it_holds(tx: Connection, officer: Worker, subject: ASubject) -> None:
    change = ClassChange(UUID(int=1), subject.id, SupervisionClass.STRICT, "连续两次未签到", MONDAY + HOUR)
    for _ in range(2):
        change_class(tx, officer.actor, change, settings_for_tests().window_secret, now=MONDAY + DAY)
    assert told(tx, subject) == [("class_change", MONDAY + HOUR, False)]


@pytest.mark.parametrize(
    ("kind", "reason", "expected"),
    [
        (AlertKind.LEFT_AREA, CloseReason.REAL, ["alert_real"]),
        (AlertKind.MISSED_CHECK_IN, CloseReason.REAL, ["alert_real"]),
        (AlertKind.LEFT_AREA, CloseReason.FALSE_ALARM, []),
        (AlertKind.LEFT_AREA, CloseReason.PHONE, []),
        (AlertKind.VISIT_OVERDUE, CloseReason.REAL, []),
        (AlertKind.HANDLING_OVERDUE, CloseReason.REAL, []),
        (AlertKind.DEVICE_TROUBLE, CloseReason.REAL, []),
    ],
)
def test_an_alert_that_proved_true_of_the_person(
    tx: Connection,
    tree: Tree,
    officer: Worker,
    subject: ASubject,
    kind: AlertKind,
    reason: CloseReason,
    expected: list[str],
) -> None:
    alert_id = an_alert(tx, tree, subject.id, MONDAY, kind=kind)
    close_alert(tx, officer.actor, alert_id, reason, "已核实", now=MONDAY + DAY)
    assert [row[0] for row in told(tx, subject)] == expected
    assert all(at == MONDAY + DAY for _, at, _ in told(tx, subject))


def on_leave(tx: Connection, officer: Worker, subject: ASubject) -> UUID:
    asked = wanted(LEAVES, BACK, destinations=("330825",))
    request_leave(tx, officer.actor, subject.id, asked, now=MONDAY)
    decide_leave(tx, officer.actor, asked.id, Verdict(approve=True), now=MONDAY + HOUR)
    return asked.id


def back(at: datetime) -> Told:
    return Told(UUID(int=5), ReportKind.RETURN, at, b"back")


def test_leave_is_talked_over_before_it_begins_and_after_the_return(
    tx: Connection, officer: Worker, subject: ASubject
) -> None:
    leave_id = on_leave(tx, officer, subject)
    assert told(tx, subject) == [("leave_approved", LEAVES, False)]
    report_leave(tx, officer.actor, leave_id, back(BACK - HOUR), now=BACK)
    assert told(tx, subject) == [("leave_approved", LEAVES, False), ("leave_returned", BACK - HOUR, False)]


def test_leave_that_was_not_taken_leaves_nothing_to_talk_about(
    tx: Connection, officer: Worker, subject: ASubject
) -> None:
    leave_id = on_leave(tx, officer, subject)
    report_leave(tx, officer.actor, leave_id, back(MONDAY + DAY), now=MONDAY + DAY)
    assert told(tx, subject) == [("leave_approved", LEAVES, True)]


def a_duty_of(tx: Connection, tree: Tree, subject: ASubject, occasion_id: UUID) -> UUID:
    """A talk before the departure, as the planner makes it."""
    duty_id = UUID(int=99)
    plan = PlanDuty(
        *(duty_id, subject.id, DutyKind.TALK, Obligor.OFFICE, "谈1", MONDAY + HOUR, MONDAY, LEAVES, LEAVES, LEAVES),
        *(tree.office.id, tree.policy_version_id, MONDAY),
        why=Reason("duty_opened"),
        occasion_id=occasion_id,
    )
    effects.apply(tx, [Decision((plan,))])
    return duty_id


def test_what_follows_from_a_revoked_leave_is_not_owed(
    tx: Connection, tree: Tree, officer: Worker, subject: ASubject
) -> None:
    leave_id = on_leave(tx, officer, subject)
    (approved,) = [row for row in occasions(tx, subject) if row.kind == "leave_approved"]
    duty_id = a_duty_of(tx, tree, subject, approved.id)
    assert duty_row(tx, duty_id).why["code"] == "duty_opened"
    for _ in range(2):
        revoke_leave(tx, officer.actor, leave_id, "情况有变", now=MONDAY + DAY)
    (withdrawn,) = [row for row in occasions(tx, subject) if row.kind == "leave_approved"]
    assert (withdrawn.withdrawn_at, withdrawn.withdrawn_by, withdrawn.withdraw_reason) == (
        MONDAY + DAY,
        officer.id,
        "情况有变",
    )
    assert duty_row(tx, duty_id).state == "cancelled"


def test_leave_revoked_on_the_way_was_talked_over_all_the_same(
    tx: Connection, officer: Worker, subject: ASubject
) -> None:
    leave_id = on_leave(tx, officer, subject)
    revoke_leave(tx, officer.actor, leave_id, "情况有变", now=LEAVES + HOUR)
    report_leave(tx, officer.actor, leave_id, back(LEAVES + 3 * HOUR), now=LEAVES + 3 * HOUR)
    assert told(tx, subject) == [("leave_approved", LEAVES, False), ("leave_returned", LEAVES + 3 * HOUR, False)]
