"""What follows from occasions, on a real database: written once, by what is due, and told apart from the calendar."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.end_supervision import end_supervision
from app.actions.judge_duties import judge_duties
from app.actions.open_duties import open_duties
from app.actions.plan_duties import plan_duties
from app.actions.plan_occasions import PlannedOccasions, plan_occasions
from app.rules.effects import Decision
from app.rules.effects.occasions import NoteOccasion, WithdrawOccasion
from app.rules.facts import JOB, About, DutyKind, EndReason, OccasionKind, Reason, SupervisionClass
from app.rules.planning import HORIZON, replan
from app.store import due, effects, planning
from tests.builders.duties import KEY, a_supervised, api_up, duty_states
from tests.builders.offices import Tree, a_tree, whole_table
from tests.builders.users import Worker, a_user
from tests.statements import counted

MONDAY = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
"""2 March 2026, 00:00 in Shanghai."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx, policy=whole_table())


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


def happens(
    tx: Connection, subject_id: UUID, kind: OccasionKind, at: datetime, *, known: datetime | None = None
) -> About:
    """Note an occasion; gives its source."""
    source = About("test", uuid4())
    effects.apply(tx, [Decision((NoteOccasion(uuid4(), subject_id, kind, at, known or at, source, JOB),))])
    return source


def duties(tx: Connection, subject_id: UUID, *, occasional: bool = True) -> dict[str, Any]:
    rows = tx.execute(
        text("SELECT * FROM duties WHERE subject_id = :id AND (occasion_id IS NOT NULL) = :occasional ORDER BY due_at"),
        {"id": subject_id, "occasional": occasional},
    )
    return {row.rule_code: row for row in rows}


def test_duties_follow_once_and_tell_what_they_come_from(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    happens(tx, subject_id, OccasionKind.FAMILY_EVENT, MONDAY + 9 * HOUR)
    assert plan_occasions(tx, now=MONDAY + 9 * HOUR) == PlannedOccasions(occasions=1, duties=3)
    assert plan_occasions(tx, now=MONDAY + 10 * HOUR) == PlannedOccasions()
    found = duties(tx, subject_id)
    assert {code: (row.kind, row.due_at - MONDAY) for code, row in found.items()} == {
        "知2": ("verification", 4 * DAY),
        "访1": ("visit", 4 * DAY),
        "谈3": ("talk", 4 * DAY),
    }
    assert {row.policy_version_id for row in found.values()} == {tree.policy_version_id}
    assert found["谈3"].why == {
        "code": "owed_after_occasion",
        "params": {
            "item": "谈3",
            "title": "变故必谈",
            "span": "3 天",
            "occasion": "family_event",
            "from_day": "2026-03-02",
        },
    }
    planned_at = tx.execute(text("SELECT planned_at FROM occasions")).scalar_one()
    assert planned_at == MONDAY + 9 * HOUR


def test_what_is_known_later_is_planned_when_it_is_known(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    happens(tx, subject_id, OccasionKind.VIOLATION, MONDAY, known=MONDAY + DAY)
    assert due.listed(tx, due.OCCASIONS, now=MONDAY + DAY - timedelta(seconds=1), limit=9) == ()
    assert len(due.listed(tx, due.OCCASIONS, now=MONDAY + DAY, limit=9)) == 1


def test_an_occasion_that_was_taken_back_leads_to_nothing(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    early = happens(tx, subject_id, OccasionKind.VIOLATION, MONDAY)
    withdrawn = WithdrawOccasion(subject_id, OccasionKind.VIOLATION, early, MONDAY, officer.actor, "记错了")
    effects.apply(tx, [Decision((withdrawn,))])
    assert plan_occasions(tx, now=MONDAY) == PlannedOccasions()


def test_the_turns_of_the_calendar_are_not_counted_from_an_occasion(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    """A visit after a family event does not put off the visit of the month."""
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    happens(tx, subject_id, OccasionKind.FAMILY_EVENT, MONDAY + 40 * DAY)
    plan_occasions(tx, now=MONDAY + 40 * DAY)
    (facts,) = planning.facts_for(tx, [subject_id], until=MONDAY + 40 * DAY)
    assert facts.last_due["访1"] == MONDAY + 11 * DAY
    assert "谈3" not in facts.last_due


def test_a_festival_does_not_put_off_the_turns_of_the_calendar(tx: Connection, tree: Tree, officer: Worker) -> None:
    at = datetime(2026, 9, 20, 1, 0, tzinfo=UTC)
    subject_id = a_supervised(tx, tree, officer, at=at)
    plan_duties(tx, now=at, key=KEY)
    by_code = tx.execute(
        text("SELECT why->>'code', count(*) FROM duties WHERE subject_id = :id AND rule_code = '访2' GROUP BY 1"),
        {"id": subject_id},
    )
    assert {row[0]: row[1] for row in by_code} == {"owed_after_intake": 1, "owed_before_festival": 1}
    (facts,) = planning.facts_for(tx, [subject_id], until=at + 30 * DAY)
    assert facts.last_due["访2"] == datetime(2026, 10, 20, 16, 0, tzinfo=UTC)


def test_another_class_leaves_what_an_occasion_asked_for(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    happens(tx, subject_id, OccasionKind.PERIOD_ANNOUNCED, MONDAY + 30 * DAY, known=MONDAY + HOUR)
    plan_occasions(tx, now=MONDAY + HOUR)
    (facts,) = planning.facts_for(tx, [subject_id], until=MONDAY + HORIZON, since=MONDAY + HOUR)
    again = replan(
        facts,
        since=MONDAY + HOUR,
        until=MONDAY + HORIZON,
        key=KEY,
        now=MONDAY + HOUR,
        reason=Reason("class_changed"),
        actor=JOB,
    )
    effects.apply(tx, [again])
    talk = duties(tx, subject_id)["谈5"]
    assert (talk.state, talk.due_at) == ("planned", MONDAY + 28 * DAY)


@pytest.mark.parametrize("reason", [EndReason.HOSPITAL, EndReason.CUSTODY])
def test_the_end_takes_back_what_follows_and_what_comes_later(
    tx: Connection, tree: Tree, officer: Worker, reason: EndReason
) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    plan_duties(tx, now=MONDAY, key=KEY)
    happens(tx, subject_id, OccasionKind.VIOLATION, MONDAY)
    plan_occasions(tx, now=MONDAY)
    end_supervision(tx, officer.actor, subject_id, reason, None, now=MONDAY + HOUR)
    assert set(duty_states(tx, subject_id)) == {"cancelled"}
    happens(tx, subject_id, OccasionKind.HEALTH_EVENT, MONDAY + 2 * HOUR)
    assert plan_occasions(tx, now=MONDAY + 2 * HOUR) == PlannedOccasions(occasions=1, duties=0)


def test_they_open_are_missed_and_name_their_office_then(tx: Connection, tree: Tree, officer: Worker) -> None:
    """Whoever has the person when a duty opens owes it: a transfer takes what is planned along."""
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    happens(tx, subject_id, OccasionKind.FAMILY_EVENT, MONDAY + 2 * HOUR, known=MONDAY + HOUR)
    plan_occasions(tx, now=MONDAY + HOUR)
    tx.execute(
        text("UPDATE subjects SET office_id = :office WHERE id = :id"),
        {"office": tree.second_office.id, "id": subject_id},
    )
    api_up(tx, MONDAY, MONDAY + 5 * DAY)
    open_duties(tx, now=MONDAY + 2 * HOUR)
    assert {row.office_id for row in duties(tx, subject_id).values()} == {tree.second_office.id}
    judge_duties(tx, now=MONDAY + 5 * DAY)
    assert {code: row.state for code, row in duties(tx, subject_id).items()} == {
        "知2": "missed",
        "访1": "missed",
        "谈3": "missed",
    }


def test_all_kinds_of_items_are_planned_and_none_beyond_the_term(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY, class_=SupervisionClass.NORMAL, term_to=date(2026, 3, 20))
    plan_duties(tx, now=MONDAY, key=KEY)
    found = duties(tx, subject_id, occasional=False)
    assert {row.kind for row in found.values()} >= {DutyKind.VERIFICATION, DutyKind.VISIT}
    assert "访2" not in found  # thirty days after intake the term is over
    assert found["谈6"].due_at == MONDAY + 18 * DAY
    assert max(row.due_at for row in found.values()) <= MONDAY + 19 * DAY


def test_the_number_of_statements_does_not_grow_with_the_occasions(tx: Connection, tree: Tree, officer: Worker) -> None:
    def some(number: int) -> None:
        for _ in range(number):
            happens(tx, a_supervised(tx, tree, officer, at=MONDAY), OccasionKind.WORK_EVENT, MONDAY)

    some(1)
    plan_occasions(tx, now=MONDAY)
    some(1)
    with counted(tx) as one:
        plan_occasions(tx, now=MONDAY)
    some(15)
    with counted(tx) as fifteen:
        assert plan_occasions(tx, now=MONDAY) == PlannedOccasions(occasions=15, duties=45)
    assert len(one) == len(fifteen) == 6
