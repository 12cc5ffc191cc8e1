"""Judging on a real database: once each, with its own time, and at a cost that goes with what is due."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.judge_duties import Judged, judge_duties
from app.rules.facts import DutyKind, DutyState, Role
from app.rules.schedule import JUDGE_DELAY
from tests.builders.duties import (
    a_duty,
    a_supervised,
    alerts_of,
    api_up,
    duty_row,
    duty_states,
    occurrences_of,
    set_state,
)
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user
from tests.statements import counted

OPENS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""2 March 2026, 08:00 in Shanghai."""
ENDS = OPENS + timedelta(hours=2)
JUDGED = ENDS + timedelta(minutes=30) + JUDGE_DELAY
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
LONG_BEFORE = OPENS - 30 * DAY


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office, Role.OFFICER)


@pytest.fixture
def subject(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    api_up(tx, LONG_BEFORE, OPENS + 30 * DAY)
    return a_supervised(tx, tree, officer, at=LONG_BEFORE)


@pytest.mark.parametrize("state", [DutyState.PLANNED, DutyState.OPEN])
def test_nobody_is_judged_before_the_time(tx: Connection, tree: Tree, subject: UUID, state: DutyState) -> None:
    duty_id = a_duty(tx, tree, subject, OPENS, ENDS, state=state)
    assert judge_duties(tx, now=JUDGED - SECOND) == Judged()
    assert judge_duties(tx, now=JUDGED) == Judged(missed=1)
    row = duty_row(tx, duty_id)
    assert (row.state, row.missed_at, row.office_id) == ("missed", JUDGED, tree.office.id)


def test_a_miss_raises_one_alert_and_judging_again_raises_none(tx: Connection, tree: Tree, subject: UUID) -> None:
    duty_id = a_duty(tx, tree, subject, OPENS, ENDS, state=DutyState.OPEN)
    set_state(tx, subject, last_heard_at=OPENS - SECOND)
    judge_duties(tx, now=JUDGED)
    assert judge_duties(tx, now=JUDGED + DAY) == Judged()
    (alert,) = alerts_of(tx, subject)
    assert (alert.kind, alert.about_kind, alert.about_id, alert.event_at) == (
        "missed_check_in",
        "subject",
        subject,
        ENDS,
    )
    assert (alert.handling, alert.condition, alert.next_step, alert.next_step_at) == (
        "open",
        "active",
        "office",
        JUDGED,
    )
    (occurrence,) = occurrences_of(tx, alert.id)
    assert (occurrence.source_kind, occurrence.source_id, occurrence.cause, occurrence.strength) == (
        "duty",
        duty_id,
        "unsure",
        "weak",
    )
    events = tx.execute(text("SELECT from_state, to_state FROM duty_events WHERE to_state = 'missed'")).all()
    assert [tuple(event) for event in events] == [("open", "missed")]


def test_misses_in_a_row_are_one_alert_with_an_occurrence_each(tx: Connection, tree: Tree, subject: UUID) -> None:
    for day in range(3):
        a_duty(tx, tree, subject, OPENS + day * DAY, ENDS + day * DAY, state=DutyState.OPEN)
    assert judge_duties(tx, now=JUDGED + 3 * DAY) == Judged(missed=3)
    (alert,) = alerts_of(tx, subject)
    assert [row.event_at for row in occurrences_of(tx, alert.id)] == [ENDS + day * DAY for day in range(3)]


def test_what_the_phone_last_said_of_itself_names_the_cause(tx: Connection, tree: Tree, subject: UUID) -> None:
    a_duty(tx, tree, subject, OPENS, ENDS, state=DutyState.OPEN)
    set_state(tx, subject, last_heard_at=OPENS - SECOND)
    for minutes, battery in ((60, 80), (30, 4)):
        tx.execute(
            text(
                "INSERT INTO device_health (id, subject_id, device_id, received_at, battery_percent, body_hash) "
                "VALUES (gen_random_uuid(), :subject, gen_random_uuid(), :at, :battery, '')"
            ),
            {"subject": subject, "at": OPENS - timedelta(minutes=minutes), "battery": battery},
        )
    judge_duties(tx, now=JUDGED)
    (alert,) = alerts_of(tx, subject)
    assert (alert.why["code"], alert.why["params"]["battery"], alert.cause) == (
        "missed_check_in_low_battery",
        "4",
        "phone",
    )


@pytest.mark.parametrize(
    ("kind", "alert"),
    [(DutyKind.VISIT, "visit_overdue"), (DutyKind.TALK, "talk_overdue"), (DutyKind.LOCATION_CHECK, None)],
)
def test_each_kind_raises_its_own_alert_or_none(
    tx: Connection, tree: Tree, subject: UUID, kind: DutyKind, alert: str | None
) -> None:
    a_duty(tx, tree, subject, OPENS, ENDS, kind=kind)
    judge_duties(tx, now=ENDS + JUDGE_DELAY)
    assert [row.kind for row in alerts_of(tx, subject)] == ([alert] if alert else [])
    assert duty_states(tx, subject) == {"missed": 1}


def test_a_duty_that_never_opened_is_judged_for_the_office_of_today(tx: Connection, tree: Tree, subject: UUID) -> None:
    duty_id = a_duty(tx, tree, subject, OPENS, ENDS)
    tx.execute(text("UPDATE subjects SET office_id = :office"), {"office": tree.second_office.id})
    judge_duties(tx, now=JUDGED)
    (alert,) = alerts_of(tx, subject)
    assert duty_row(tx, duty_id).office_id == alert.office_id == tree.second_office.id


def test_a_duty_that_opened_stays_with_its_office(tx: Connection, tree: Tree, subject: UUID) -> None:
    duty_id = a_duty(tx, tree, subject, OPENS, ENDS, state=DutyState.OPEN)
    tx.execute(text("UPDATE subjects SET office_id = :office"), {"office": tree.second_office.id})
    judge_duties(tx, now=JUDGED)
    (alert,) = alerts_of(tx, subject)
    assert duty_row(tx, duty_id).office_id == alert.office_id == tree.office.id


@pytest.mark.parametrize("state", [DutyState.FULFILLED, DutyState.SUBMITTED, DutyState.WAIVED, DutyState.CANCELLED])
def test_what_is_settled_or_under_review_is_never_swept(
    tx: Connection, tree: Tree, subject: UUID, state: DutyState
) -> None:
    a_duty(tx, tree, subject, OPENS, ENDS, state=state)
    assert judge_duties(tx, now=JUDGED + DAY) == Judged()
    assert duty_states(tx, subject) == {state: 1}


def test_where_supervision_ended_before_nobody_is_blamed(tx: Connection, tree: Tree, subject: UUID) -> None:
    a_duty(tx, tree, subject, OPENS, ENDS, state=DutyState.OPEN)
    tx.execute(text("UPDATE subjects SET status = 'ended', ended_at = :at"), {"at": OPENS})
    assert judge_duties(tx, now=JUDGED) == Judged(cancelled=1)
    assert alerts_of(tx, subject) == []


# ---------------------------------------------------------------------------------------------------------- standstill


def test_a_window_in_which_the_api_was_away_waits_for_late_evidence_and_is_then_unjudged(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    subject = a_supervised(tx, tree, officer, at=LONG_BEFORE)
    back = ENDS + timedelta(hours=1)
    api_up(tx, LONG_BEFORE, ENDS - timedelta(minutes=10))
    api_up(tx, back, back + DAY, instance="two")
    duty_id = a_duty(tx, tree, subject, OPENS, ENDS, state=DutyState.OPEN)
    wait = timedelta(minutes=tree.policy.late_evidence_wait_min)
    assert judge_duties(tx, now=JUDGED) == Judged(postponed=1)
    assert duty_row(tx, duty_id).judge_at == back + wait
    assert judge_duties(tx, now=back + wait - SECOND) == Judged()
    assert judge_duties(tx, now=back + wait) == Judged(unjudged=1)
    assert (duty_states(tx, subject), alerts_of(tx, subject)) == ({"unjudged": 1}, [])


def test_one_outage_is_one_incident_for_everybody_it_touched(tx: Connection, tree: Tree, officer: Worker) -> None:
    subjects = [a_supervised(tx, tree, officer, at=LONG_BEFORE) for _ in range(3)]
    gone, back = OPENS + timedelta(minutes=30), ENDS + timedelta(hours=1)
    api_up(tx, LONG_BEFORE, gone)
    api_up(tx, back, back + DAY, instance="two")
    for subject in subjects:
        a_duty(tx, tree, subject, OPENS, ENDS, state=DutyState.OPEN)
        a_duty(tx, tree, subject, OPENS, ENDS, kind=DutyKind.LOCATION_CHECK)
    assert judge_duties(tx, now=back + DAY) == Judged(unjudged=6)
    (incident,) = tx.execute(text("SELECT kind, about, from_at, to_at, opened_at FROM incidents")).all()
    assert tuple(incident) == ("service_away", "api", gone, back, back + DAY)
    touched = tx.execute(text("SELECT subject_id FROM incident_subjects")).scalars().all()
    assert sorted(touched) == sorted(subjects)


def test_a_service_that_never_beat_judges_nobody(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject = a_supervised(tx, tree, officer, at=LONG_BEFORE)
    a_duty(tx, tree, subject, OPENS, ENDS, state=DutyState.OPEN)
    assert judge_duties(tx, now=JUDGED) == Judged(postponed=1)


# ---------------------------------------------------------------------------------------------------------------- cost


def test_the_number_of_queries_does_not_grow_with_what_is_due(tx: Connection, tree: Tree, officer: Worker) -> None:
    api_up(tx, LONG_BEFORE, OPENS + 30 * DAY)
    counts = []
    for day, people in enumerate((1, 30)):
        for _ in range(people):
            subject = a_supervised(tx, tree, officer, at=LONG_BEFORE)
            a_duty(tx, tree, subject, OPENS + day * DAY, ENDS + day * DAY, state=DutyState.OPEN)
        with counted(tx) as sent:
            assert judge_duties(tx, now=JUDGED + day * DAY).missed == people
        counts.append(len(sent))
    assert counts == [9, 9]


def test_standstill_costs_the_same_whomever_it_touched(tx: Connection, tree: Tree, officer: Worker) -> None:
    api_up(tx, LONG_BEFORE, OPENS)
    counts = []
    for day, people in enumerate((1, 30)):
        back = ENDS + day * DAY + timedelta(hours=1)
        for _ in range(people):
            subject = a_supervised(tx, tree, officer, at=LONG_BEFORE)
            a_duty(tx, tree, subject, OPENS + day * DAY, ENDS + day * DAY, state=DutyState.OPEN)
        api_up(tx, back, back + timedelta(hours=3), instance=f"after {day}")
        with counted(tx) as sent:
            assert judge_duties(tx, now=back + timedelta(hours=3)).unjudged == people
        counts.append(len(sent))
    assert counts == [10, 10]


def test_a_run_takes_no_more_than_it_was_told(tx: Connection, tree: Tree, officer: Worker) -> None:
    api_up(tx, LONG_BEFORE, OPENS + 30 * DAY)
    subject = a_supervised(tx, tree, officer, at=LONG_BEFORE)
    for day in range(5):
        a_duty(tx, tree, subject, OPENS + day * DAY, ENDS + day * DAY)
    assert judge_duties(tx, now=JUDGED + 5 * DAY, limit=2) == Judged(missed=2)
    (alert,) = alerts_of(tx, subject)
    assert [row.event_at for row in occurrences_of(tx, alert.id)] == [ENDS, ENDS + DAY]
