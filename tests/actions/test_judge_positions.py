"""New fixes are judged once, late ones like live ones: which location checks they fulfil."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.judge_duties import judge_duties
from app.actions.judge_positions import Rejudged, judge_positions
from app.rules.facts import DutyKind, DutyState
from tests.builders.app import MONDAY
from tests.builders.duties import a_duty, a_supervised, alerts_of, api_up, duty_row
from tests.builders.offices import Tree, a_tree
from tests.builders.positions import a_power, a_report, report, state_of, stored
from tests.builders.users import a_user

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPENS, DUE = MONDAY, MONDAY + 30 * MINUTE


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree) -> UUID:
    api_up(tx, MONDAY - DAY, MONDAY + DAY)
    return a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - 30 * DAY)


def a_check(
    tx: Connection,
    tree: Tree,
    subject_id: UUID,
    state: DutyState = DutyState.OPEN,
    *,
    grace: timedelta | None = None,
) -> UUID:
    kind = DutyKind.LOCATION_CHECK
    return a_duty(tx, tree, subject_id, OPENS, DUE, kind=kind, state=state, random=True, grace=grace)


@pytest.mark.parametrize("state", [DutyState.PLANNED, DutyState.OPEN])
def test_one_fix_in_the_window_fulfils_the_check(
    tx: Connection, tree: Tree, subject_id: UUID, state: DutyState
) -> None:
    check = a_check(tx, tree, subject_id, state)
    at = OPENS + 5 * MINUTE
    report(tx, subject_id, a_report(at), a_report(at + MINUTE), now=at + MINUTE)

    assert judge_positions(tx, now=at + 2 * MINUTE) == Rejudged(subjects=1, checks=1)

    duty, first = duty_row(tx, check), stored(tx, subject_id)[0]
    assert (duty.state, duty.fulfilled_at) == ("fulfilled", at)
    assert (duty.evidence_kind, duty.evidence_id) == ("position", first.id)
    assert state_of(tx, subject_id).rejudge_from is None


def test_what_is_judged_is_not_judged_again(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    a_check(tx, tree, subject_id)
    report(tx, subject_id, a_report(OPENS), now=OPENS)
    judge_positions(tx, now=OPENS)

    assert judge_positions(tx, now=OPENS + SECOND) == Rejudged()
    events = tx.execute(text("SELECT count(*) FROM duty_events WHERE to_state = 'fulfilled'")).scalar_one()
    assert events == 1


def test_a_check_missed_before_is_fulfilled_by_a_late_point(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    check = a_check(tx, tree, subject_id)
    judge_duties(tx, now=DUE + MINUTE)
    assert duty_row(tx, check).state == "missed"
    arrival = DUE + 5 * HOUR
    measured = a_report(OPENS + MINUTE, recorded_elapsed_ms=0)
    age_ms = int((arrival - OPENS - MINUTE).total_seconds() * 1000)

    report(tx, subject_id, measured, now=arrival, sent_elapsed_ms=age_ms, boot_id="one")
    judge_positions(tx, now=arrival)

    duty = duty_row(tx, check)
    assert (duty.state, duty.fulfilled_at) == ("fulfilled", OPENS + MINUTE)
    assert duty.missed_at == DUE + MINUTE
    assert alerts_of(tx, subject_id) == []


def test_a_time_that_nothing_proves_fulfils_no_check(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    check = a_check(tx, tree, subject_id)

    receipt = report(tx, subject_id, a_report(OPENS + MINUTE), now=DUE)
    judge_positions(tx, now=DUE)

    assert receipt.stored == 1
    assert not stored(tx, subject_id)[0].time_proven
    assert duty_row(tx, check).state == "open"


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (OPENS - SECOND, "open"),
        (OPENS, "fulfilled"),
        (DUE - SECOND, "fulfilled"),
        (DUE, "late"),
        (DUE + 10 * MINUTE - SECOND, "late"),
        (DUE + 10 * MINUTE, "open"),
    ],
)
def test_the_window_and_its_grace(tx: Connection, tree: Tree, subject_id: UUID, at: datetime, state: str) -> None:
    a_power(tx, subject_id, MONDAY - HOUR, MONDAY + 2 * HOUR, kind="order")
    check = a_check(tx, tree, subject_id, grace=10 * MINUTE)

    report(tx, subject_id, a_report(at), now=at)
    judge_positions(tx, now=at)

    assert duty_row(tx, check).state == state


def test_a_fix_that_arrives_late_clears_what_could_not_be_judged(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    check = a_check(tx, tree, subject_id, DutyState.UNJUDGED)

    report(tx, subject_id, a_report(OPENS), now=OPENS)
    judge_positions(tx, now=OPENS)

    assert duty_row(tx, check).state == "fulfilled"


@pytest.mark.parametrize("first", ["in the window", "in the grace"])
def test_which_of_two_fixes_arrives_first_is_chance(tx: Connection, tree: Tree, subject_id: UUID, first: str) -> None:
    check = a_check(tx, tree, subject_id, grace=10 * MINUTE)
    measured = [a_report(DUE - SECOND, recorded_elapsed_ms=0), a_report(DUE + SECOND, recorded_elapsed_ms=2000)]
    for one in measured if first == "in the window" else reversed(measured):
        now = DUE + MINUTE
        report(tx, subject_id, one, now=now, sent_elapsed_ms=61_000, boot_id="one")
        judge_positions(tx, now=now)

    assert (duty_row(tx, check).state, duty_row(tx, check).fulfilled_at) == ("fulfilled", DUE - SECOND)
    events = tx.execute(
        text("SELECT to_state FROM duty_events WHERE duty_id = :id ORDER BY id"), {"id": check}
    ).scalars()
    assert list(events) == (["open", "fulfilled"] if first == "in the window" else ["open", "late", "fulfilled"])


@pytest.mark.parametrize("state", [DutyState.WAIVED, DutyState.CANCELLED, DutyState.FULFILLED])
def test_what_is_settled_stays(tx: Connection, tree: Tree, subject_id: UUID, state: DutyState) -> None:
    check = a_check(tx, tree, subject_id, state)

    report(tx, subject_id, a_report(OPENS), now=OPENS)
    judge_positions(tx, now=OPENS)

    assert duty_row(tx, check).state == state


def test_a_check_in_asks_for_more_than_a_fix(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    check_in = a_duty(tx, tree, subject_id, OPENS, DUE, state=DutyState.OPEN)

    receipt = report(tx, subject_id, a_report(OPENS), now=OPENS)
    judge_positions(tx, now=OPENS)

    assert receipt.stored == 1
    assert duty_row(tx, check_in).state == "open"


def test_a_phone_whose_clock_is_a_day_off_fulfils_all_the_same(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    check = a_check(tx, tree, subject_id)
    off = a_report(OPENS + MINUTE - DAY, recorded_elapsed_ms=0)

    report(tx, subject_id, off, now=OPENS + 2 * MINUTE, sent_elapsed_ms=60_000, boot_id="one")
    judge_positions(tx, now=OPENS + 2 * MINUTE)

    assert duty_row(tx, check).fulfilled_at == OPENS + MINUTE


def test_only_the_named_are_judged_where_names_are_given(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    other = a_supervised(tx, tree, a_user(tx, tree.office), at=MONDAY - DAY)
    for one in (subject_id, other):
        a_check(tx, tree, one)
        report(tx, one, a_report(OPENS), now=OPENS)

    assert judge_positions(tx, now=OPENS, ids=[other]) == Rejudged(1, 1)
    assert state_of(tx, subject_id).rejudge_from == OPENS
