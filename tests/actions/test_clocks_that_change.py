"""What becomes of duties of the work rule when officer, term, policy or what gave rise to them changes meanwhile."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from app.actions.change_class import ClassChange, change_class
from app.actions.change_subject import change_subject
from app.actions.decide_waiver import decide_waiver
from app.actions.install_policy import install_policy
from app.actions.judge_duties import judge_duties
from app.actions.open_duties import open_duties
from app.actions.plan_duties import plan_duties
from app.actions.plan_occasions import plan_occasions
from app.actions.record_visit import record_visit
from app.actions.waive_duty import waive_duty
from app.actions.withdraw_occasion import withdraw_occasion
from app.actions.write_occasion import write_occasion
from app.queries.duties import may_fulfil
from app.queries.record_form import record_form
from app.queries.visits import record
from app.rules.errors import NotAllowed
from app.rules.facts import Fix, OccasionKind, Role, SupervisionClass
from app.rules.occasions import Written
from app.rules.policy import to_mapping, with_changes
from tests.builders.app import settings_for_tests
from tests.builders.duties import KEY, a_supervised, alerts_of, api_up
from tests.builders.offices import Tree, a_tree, whole_table
from tests.builders.users import Worker, a_user
from tests.builders.visits import DOOR, a_new_record

SETTINGS = settings_for_tests()
MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""2 March 2026, 09:00 in Shanghai."""
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
ITEM = text("SELECT * FROM duties WHERE subject_id = :id AND rule_code ~ '^[知访谈查]' ORDER BY rule_code, due_at, id")


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx, policy=whole_table())


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    return a_supervised(tx, tree, officer, at=MONDAY, class_=SupervisionClass.NORMAL, term_to=date(2026, 12, 31))


def planned(tx: Connection, now: datetime) -> None:
    plan_duties(tx, now=now, key=KEY)
    plan_occasions(tx, now=now)
    open_duties(tx, now=now, limit=5000)


def duties(tx: Connection, subject_id: UUID, code: str = "") -> list[Any]:
    rows = tx.execute(ITEM, {"id": subject_id})
    return [row for row in rows if row.rule_code.startswith(code) and row.state != "cancelled"]


def happens(
    tx: Connection, officer: Worker, subject_id: UUID, kind: OccasionKind, now: datetime, since: Any = None
) -> UUID:
    written = Written(uuid4(), kind, "据实登记", b"body", known_since=since)
    write_occasion(tx, officer.actor, subject_id, written, now=now)
    return written.id


# --------------------------------------------------------------------------------------------------- another officer


@pytest.mark.parametrize("table", ["jiangshan", "baoan"])
def test_another_officer_takes_over_what_is_owed_and_no_clock_moves(tx: Connection, table: str) -> None:
    """What was due before is the first officer's, what is due after the second's; not a due date changes."""
    tree = a_tree(tx, policy=whole_table(table))
    first, second = a_user(tx, tree.office), a_user(tx, tree.office)
    subject_id = a_supervised(tx, tree, first, at=MONDAY, term_to=date(2026, 4, 20))
    api_up(tx, MONDAY, MONDAY + 60 * DAY)
    for kind in (OccasionKind.VIOLATION, OccasionKind.FAMILY_EVENT, OccasionKind.WORK_EVENT):
        happens(tx, first, subject_id, kind, MONDAY + 11 * DAY)
    for day in range(12):
        planned(tx, MONDAY + day * DAY)
    moved_at = MONDAY + 12 * DAY
    judge_duties(tx, now=moved_at, limit=5000)
    before = {row.id: (row.opens_at, row.due_at, row.policy_version_id) for row in duties(tx, subject_id)}
    change_subject(tx, first.actor, subject_id, {"officer_id": second.id}, SETTINGS, now=moved_at)
    assert {row.id: (row.opens_at, row.due_at, row.policy_version_id) for row in duties(tx, subject_id)} == before
    for day in range(12, 30):
        planned(tx, MONDAY + day * DAY)
        judge_duties(tx, now=MONDAY + day * DAY + HOUR, limit=5000)
    missed = [row for row in duties(tx, subject_id) if row.state == "missed"]
    assert {row.officer_id for row in missed if row.due_at <= moved_at} == {first.id}
    assert {row.officer_id for row in missed if row.due_at > moved_at} == {second.id}
    assert {row.office_id for row in missed} == {tree.office.id}


# -------------------------------------------------------------------------------------------------------- another end


def test_an_end_that_comes_nearer_has_its_talk_at_once(tx: Connection, officer: Worker, subject_id: UUID) -> None:
    """By the usual thirty days it would have opened three weeks ago."""
    planned(tx, MONDAY)
    now = MONDAY + 3 * DAY
    change_subject(tx, officer.actor, subject_id, {"term_to": date(2026, 3, 14)}, SETTINGS, now=now)
    (talk,) = duties(tx, subject_id, "谈6")
    assert (talk.opens_at, talk.due_at) == (now, datetime(2026, 3, 13, 16, 0, tzinfo=UTC))
    change_subject(tx, officer.actor, subject_id, {"phone": "13800000000"}, SETTINGS, now=now + HOUR)
    change_subject(tx, officer.actor, subject_id, {"term_to": date(2026, 3, 14)}, SETTINGS, now=now + 2 * HOUR)
    assert [row.id for row in duties(tx, subject_id, "谈6")] == [talk.id]


def test_an_end_that_moves_away_takes_its_talk_along(tx: Connection, tree: Tree, officer: Worker) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY, term_to=date(2026, 3, 20))
    planned(tx, MONDAY)
    assert [row.state for row in duties(tx, subject_id, "谈6")] == ["open"]
    now = MONDAY + 3 * DAY
    change_subject(tx, officer.actor, subject_id, {"term_to": date(2026, 5, 31)}, SETTINGS, now=now)
    assert duties(tx, subject_id, "谈6") == []
    planned(tx, MONDAY + 59 * DAY)
    assert [row.due_at for row in duties(tx, subject_id, "谈6")] == [datetime(2026, 5, 30, 16, 0, tzinfo=UTC)]
    # And back to the first end: it is owed again.
    change_subject(tx, officer.actor, subject_id, {"term_to": date(2026, 5, 10)}, SETTINGS, now=MONDAY + 60 * DAY)
    assert [row.due_at for row in duties(tx, subject_id, "谈6")] == [datetime(2026, 5, 9, 16, 0, tzinfo=UTC)]


# ------------------------------------------------------------------------------------------- two things in one minute


def test_two_occasions_of_one_minute_are_owed_apart(tx: Connection, officer: Worker, subject_id: UUID) -> None:
    """An officer enters both since the same minute; what one of them asked for outlives the other."""
    now, since = MONDAY + 5 * HOUR, MONDAY + 4 * HOUR
    family = happens(tx, officer, subject_id, OccasionKind.FAMILY_EVENT, now, since)
    home = happens(tx, officer, subject_id, OccasionKind.HOME_EVENT, now, since)
    planned(tx, now)
    assert {row.occasion_id for row in duties(tx, subject_id, "谈3")} == {family, home}
    withdraw_occasion(tx, officer.actor, family, "记错了人", now=now + HOUR)
    assert [(row.occasion_id, row.state) for row in duties(tx, subject_id, "谈3")] == [(home, "open")]


def test_a_turn_that_begins_with_a_festival_is_not_lost(tx: Connection, tree: Tree, officer: Worker) -> None:
    """访2 is due on 30 September; its next turn is counted from the midnight at which the festival begins."""
    at = datetime(2026, 8, 31, 1, 0, tzinfo=UTC)
    subject_id = a_supervised(tx, tree, officer, at=at)
    for day in (0, 20, 110):
        planned(tx, at + day * DAY)
    days = [f"{row.due_at - MINUTE:%m-%d} {row.why['code']}" for row in duties(tx, subject_id, "访2")]
    assert days == ["09-28 owed_before_festival", "09-30 owed_after_intake", "12-30 owed_again"]


# --------------------------------------------------------------------------------------- one visit for several duties


def test_one_visit_serves_the_turn_of_the_month_and_what_happened(
    tx: Connection, officer: Worker, subject_id: UUID
) -> None:
    """访1 by intake and by two events: one visit, one record, and each duty hears what the record proves."""
    planned(tx, MONDAY)
    for hours in (24, 26):
        happens(tx, officer, subject_id, OccasionKind.FAMILY_EVENT, MONDAY + hours * HOUR)
    planned(tx, MONDAY + 27 * HOUR)
    owed = duties(tx, subject_id, "访1")
    assert [row.state for row in owed] == ["open"] * 3
    when = MONDAY + 48 * HOUR
    (offered,) = [one for one in record_form(tx, officer.actor, None, subject_id, now=when).items if one.code == "访1"]
    assert {one.id for one in offered.served} == offered.owed == {row.id for row in owed}
    fix = Fix(*DOOR, 20)
    kept, _ = record_visit(tx, officer.actor, a_new_record(subject_id, when, "访1", fix=fix), now=when + HOUR)
    after = duties(tx, subject_id, "访1")
    assert [(row.state, row.evidence_id) for row in after] == [("fulfilled", kept.id)] * 3
    assert [reason.code for reason in kept.reasons].count("record_in_time") == 3
    (item,) = kept.items
    assert {duty_id for duty_id, _ in item.settled} == {row.id for row in owed}
    assert record(tx, officer.actor, None, kept.id).items == kept.items
    verdict = tx.execute(text("SELECT verdict FROM record_proofs WHERE record_id = :id"), {"id": kept.id}).scalar_one()
    assert {row.proof for row in after} == {verdict}
    tx.execute(text("UPDATE record_proofs SET verdict = 'contradicted' WHERE record_id = :id"), {"id": kept.id})
    assert {row.proof for row in duties(tx, subject_id, "访1")} == {"contradicted"}


def test_the_alert_of_an_overdue_visit_goes_on_until_each_miss_is_made_up_for(
    tx: Connection, officer: Worker, subject_id: UUID
) -> None:
    """A turn and an event are missed: one alert, counted twice. One late visit serves both and ends it."""
    api_up(tx, MONDAY, MONDAY + 30 * DAY)
    planned(tx, MONDAY)
    happens(tx, officer, subject_id, OccasionKind.FAMILY_EVENT, MONDAY + DAY)
    planned(tx, MONDAY + 2 * DAY)
    judge_duties(tx, now=MONDAY + 12 * DAY, limit=5000)
    (alert,) = [one for one in alerts_of(tx, subject_id) if one.kind == "visit_overdue" and one.rule_code == "访1"]
    assert (alert.occurrences, alert.condition) == (2, "active")
    when = MONDAY + 13 * DAY
    record_visit(tx, officer.actor, a_new_record(subject_id, when, "访1"), now=when)
    assert {row.state for row in duties(tx, subject_id, "访1") if row.opens_at < when} == {"late"}
    (alert,) = [one for one in alerts_of(tx, subject_id) if one.kind == "visit_overdue" and one.rule_code == "访1"]
    assert alert.condition == "recovered"


# ----------------------------------------------------------------------------------------------------- another policy


def test_what_is_owed_by_an_item_that_the_policy_has_no_more_can_still_be_done(
    tx: Connection, tree: Tree, officer: Worker, subject_id: UUID
) -> None:
    """Old duties keep their version: the county calls its visits otherwise from tomorrow on, the open one is done."""
    planned(tx, MONDAY)
    (visit,) = duties(tx, subject_id, "访1")
    written = with_changes(tree.policy, {"items.访1": None})
    install_policy(
        tx, tree.county.id, to_mapping(written), effective_from=MONDAY + DAY, created_by=None, now=MONDAY + DAY
    )
    now = MONDAY + 2 * DAY
    assert may_fulfil(tx, officer.actor, visit.id, now=now)
    offered = record_form(tx, officer.actor, None, subject_id, now=now)
    assert [[one.id for one in item.served] for item in offered.items if item.code == "访1"] == [[visit.id]]
    kept, _ = record_visit(tx, officer.actor, a_new_record(subject_id, now, "访1"), now=now)
    assert [(one.item, one.duty_id) for one in kept.items] == [("访1", visit.id)]
    assert [row.state for row in duties(tx, subject_id, "访1")] == ["fulfilled"]
    assert not [item for item in record_form(tx, officer.actor, None, subject_id, now=now).items if item.code == "访1"]


# ---------------------------------------------------------------------------------- what was owed in the strict class


def test_an_easier_class_does_not_let_the_office_take_back_what_was_owed_before(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    entered = happens(tx, officer, subject_id, OccasionKind.VIOLATION, MONDAY + HOUR)
    planned(tx, MONDAY + HOUR)
    easier = ClassChange(uuid4(), subject_id, SupervisionClass.NORMAL, "按季度考核")
    change_class(tx, officer.actor, easier, KEY, now=MONDAY + 2 * HOUR)
    with pytest.raises(NotAllowed) as refused:
        withdraw_occasion(tx, officer.actor, entered, "记错了人", now=MONDAY + 3 * HOUR)
    assert refused.value.code == "occasion_needs_county"
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    withdraw_occasion(tx, head.actor, entered, "记错了人", now=MONDAY + 4 * HOUR)
    assert duties(tx, subject_id, "谈2") == []


def test_the_alert_of_a_missed_talk_is_over_when_a_second_person_lets_it_go(
    tx: Connection, tree: Tree, officer: Worker
) -> None:
    """For the strict class the officer's word alone ends neither the duty nor its alert."""
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    subject_id = a_supervised(tx, tree, officer, at=MONDAY)
    api_up(tx, MONDAY, MONDAY + 30 * DAY)
    happens(tx, officer, subject_id, OccasionKind.FAMILY_EVENT, MONDAY + HOUR)
    planned(tx, MONDAY + HOUR)
    judge_duties(tx, now=MONDAY + 5 * DAY, limit=5000)
    (talk,) = duties(tx, subject_id, "谈3")

    def alert() -> tuple[str, str]:
        (one,) = [one for one in alerts_of(tx, subject_id) if one.rule_code == "谈3"]
        return one.kind, one.condition

    assert (talk.state, alert()) == ("missed", ("talk_overdue", "active"))
    now = MONDAY + 6 * DAY
    waiting = waive_duty(tx, officer.actor, talk.id, "本人住院,无法谈话", now=now)
    assert waiting is not None
    assert (duties(tx, subject_id, "谈3")[0].state, alert()) == ("missed", ("talk_overdue", "active"))
    decide_waiver(tx, head.actor, waiting, granted=True, answer=None, now=now + HOUR)
    assert (duties(tx, subject_id, "谈3")[0].state, alert()) == ("waived", ("talk_overdue", "recovered"))
