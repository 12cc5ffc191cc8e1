"""Opening and reminding on a real database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.open_duties import Opened, open_duties
from app.actions.remind_duties import Reminded, remind_duties
from app.rules.facts import Channel, DutyKind, DutyState, Role
from app.store import due
from app.store.due import AHEAD
from tests.builders.duties import a_duty, a_supervised, duty_row, set_state
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user
from tests.statements import counted

OPENS = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
ENDS = OPENS + timedelta(hours=1)
REMIND = ENDS - timedelta(minutes=30)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office, Role.OFFICER)


@pytest.fixture
def subject(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    return a_supervised(tx, tree, officer, at=OPENS - 30 * DAY)


def steps(tx: Connection) -> list[tuple[UUID, str]]:
    rows = tx.execute(text("SELECT recipient_id, step FROM notices ORDER BY seq"))
    return [(row.recipient_id, row.step) for row in rows]


def test_a_duty_opens_at_its_time_once_and_keeps_its_office(tx: Connection, tree: Tree, subject: UUID) -> None:
    duty_id = a_duty(tx, tree, subject, OPENS, ENDS)
    tx.execute(text("UPDATE subjects SET office_id = :office"), {"office": tree.second_office.id})
    assert open_duties(tx, now=OPENS - SECOND) == Opened()
    assert open_duties(tx, now=OPENS) == Opened(duties=1)
    assert open_duties(tx, now=OPENS + SECOND) == Opened()
    row = duty_row(tx, duty_id)
    assert (row.state, row.office_id, row.policy_version_id) == ("open", tree.second_office.id, tree.policy_version_id)
    events = tx.execute(text("SELECT at, from_state, to_state, actor_kind FROM duty_events")).all()
    assert [tuple(event) for event in events] == [(OPENS, "planned", "open", "job")]


def test_a_random_window_is_told_to_the_phone_once(tx: Connection, tree: Tree, subject: UUID) -> None:
    a_duty(tx, tree, subject, OPENS, ENDS, random=True)
    a_duty(tx, tree, subject, OPENS, ENDS, kind=DutyKind.LOCATION_CHECK, random=True)
    a_duty(tx, tree, subject, OPENS, ENDS, rule_code="check_in.strict.2")
    assert open_duties(tx, now=OPENS) == Opened(duties=3, told=2)
    assert steps(tx) == [(subject, "opened"), (subject, "opened")]


def test_a_window_that_is_over_when_the_scheduler_comes_back_is_told_to_nobody(
    tx: Connection, tree: Tree, subject: UUID
) -> None:
    a_duty(tx, tree, subject, OPENS, ENDS, random=True)
    assert open_duties(tx, now=OPENS + DAY) == Opened(duties=1)
    assert steps(tx) == []


@pytest.mark.parametrize("state", [DutyState.PLANNED, DutyState.OPEN])
def test_a_reminder_is_given_once_before_the_end(tx: Connection, tree: Tree, subject: UUID, state: DutyState) -> None:
    duty_id = a_duty(tx, tree, subject, OPENS, ENDS, remind_at=REMIND, state=state)
    assert remind_duties(tx, now=REMIND - SECOND) == Reminded()
    assert remind_duties(tx, now=REMIND) == Reminded(duties=1, told=1)
    assert remind_duties(tx, now=REMIND + SECOND) == Reminded()
    assert steps(tx) == [(subject, "reminder")]
    assert duty_row(tx, duty_id).reminded_at == REMIND


def test_who_checked_in_is_not_reminded(tx: Connection, tree: Tree, subject: UUID) -> None:
    a_duty(tx, tree, subject, OPENS, ENDS, remind_at=REMIND, state=DutyState.FULFILLED)
    assert remind_duties(tx, now=REMIND) == Reminded()


def test_a_reminder_that_comes_after_the_end_is_dropped(tx: Connection, tree: Tree, subject: UUID) -> None:
    a_duty(tx, tree, subject, OPENS, ENDS, remind_at=REMIND)
    assert remind_duties(tx, now=ENDS) == Reminded(duties=1)
    assert steps(tx) == []


def test_who_has_no_smartphone_is_told_nothing(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject = a_supervised(tx, tree, officer, at=OPENS - 30 * DAY, channel=Channel.NO_SMARTPHONE)
    a_duty(tx, tree, subject, OPENS, ENDS, remind_at=REMIND, random=True)
    assert open_duties(tx, now=OPENS) == Opened(duties=1)
    assert remind_duties(tx, now=REMIND) == Reminded(duties=1)


def test_queries_do_not_grow_with_what_is_due(tx: Connection, tree: Tree, officer: Worker) -> None:
    counts = []
    for day, people in enumerate((1, 30)):
        for _ in range(people):
            subject = a_supervised(tx, tree, officer, at=OPENS - 30 * DAY)
            a_duty(tx, tree, subject, OPENS + day * DAY, ENDS + day * DAY, remind_at=REMIND + day * DAY, random=True)
        with counted(tx) as opening:
            assert open_duties(tx, now=OPENS + day * DAY).told == people
        with counted(tx) as reminding:
            assert remind_duties(tx, now=REMIND + day * DAY).told == people
        counts.append((len(opening), len(reminding)))
    assert counts == [(6, 6), (6, 6)]


# ------------------------------------------------------------------------------------------------------------ next due


def test_the_next_instant_at_which_there_is_something_to_do(tx: Connection, tree: Tree, subject: UUID) -> None:
    set_state(tx, subject, planned_until=None)
    assert due.next_due(tx) is None
    a_duty(tx, tree, subject, OPENS, ENDS, remind_at=REMIND)
    assert due.next_due(tx) == OPENS
    open_duties(tx, now=OPENS)
    assert due.next_due(tx) == REMIND
    remind_duties(tx, now=REMIND)
    assert due.next_due(tx) == ENDS + timedelta(minutes=30, seconds=30)
    set_state(tx, subject, planned_until=OPENS + AHEAD)
    assert due.next_due(tx) == OPENS


def test_the_next_instant_is_found_by_indexes_alone(alone: Connection) -> None:
    alone.execute(text("SET LOCAL enable_seqscan = off"))
    plan = "\n".join(alone.execute(text(f"EXPLAIN {due.NEXT.text}"), {"ahead": AHEAD}).scalars())
    assert "Seq Scan" not in plan
    for index in ("ix_duties_opens_at", "ix_duties_judge_at", "ix_duties_remind_at", "ix_subject_states_planned_until"):
        assert index in plan
