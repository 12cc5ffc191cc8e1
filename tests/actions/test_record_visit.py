"""Visits and talks written down on a real database: duties, alerts, receipts, locks, scope."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.actions.end_supervision import end_supervision
from app.actions.judge_duties import judge_duties
from app.actions.record_talk import record_talk
from app.actions.record_visit import record_visit
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused
from app.rules.facts import DutyKind, EndReason, Fix, Role
from app.rules.visits import Covered, Receipt
from app.store.session import make_engine, transaction
from tests.builders.duties import alerts_of, api_up, duty_row
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import a_subject
from tests.builders.users import Worker, a_user
from tests.builders.visits import DOOR, a_new_record
from tests.database import Database
from tests.patience import LONG_S, PATIENT
from tests.statements import counted

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""2 March 2026, 09:00 in Shanghai: the subject is registered, and the office owes 访1 by the end of the 12th."""
TALK_DUE = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
VISIT_DUE = datetime(2026, 3, 12, 16, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def county(tx: Connection) -> tuple[Tree, Worker, UUID]:
    tree = a_tree(tx)
    officer = a_user(tx, tree.office, Role.OFFICER)
    return tree, officer, a_subject(tx, officer, at=MONDAY).id


def the_duty(tx: Connection, subject_id: UUID, rule_code: str = "访1") -> Any:
    statement = text("SELECT id FROM duties WHERE subject_id = :id AND rule_code = :code ORDER BY opens_at LIMIT 1")
    return duty_row(tx, tx.execute(statement, {"id": subject_id, "code": rule_code}).scalar_one())


def steps(tx: Connection, duty_id: UUID) -> list[tuple[str, str]]:
    statement = text("SELECT from_state, to_state FROM duty_events WHERE duty_id = :id ORDER BY id")
    return [(row.from_state, row.to_state) for row in tx.execute(statement, {"id": duty_id})]


def missed(tx: Connection, subject_id: UUID, rule_code: str, due_at: datetime) -> Any:
    """The duty after the service, which was up all the time, judged it."""
    api_up(tx, MONDAY, due_at + DAY)
    duty = the_duty(tx, subject_id, rule_code)
    judge_duties(tx, now=due_at + timedelta(minutes=1), ids=[duty.id])
    return the_duty(tx, subject_id, rule_code)


def test_registration_leaves_a_visit_and_a_talk_to_be_done(tx: Connection) -> None:
    _, _, subject_id = county(tx)
    assert the_duty(tx, subject_id).due_at == VISIT_DUE
    assert the_duty(tx, subject_id, "谈1").due_at == TALK_DUE


@pytest.mark.parametrize(
    ("happened_at", "state"),
    [
        (VISIT_DUE - SECOND, "fulfilled"),
        (VISIT_DUE, "late"),
        (VISIT_DUE + SECOND, "late"),
    ],
)
def test_a_visit_counts_by_when_it_happened(tx: Connection, happened_at: datetime, state: str) -> None:
    """Written five days after the end in each case: the time of writing decides nothing, and stays beside it."""
    _, officer, subject_id = county(tx)
    now = VISIT_DUE + 5 * DAY
    kept, first = record_visit(tx, officer.actor, a_new_record(subject_id, happened_at), now=now)
    duty = the_duty(tx, subject_id)
    assert first
    assert (duty.state, duty.fulfilled_at, duty.evidence_kind, duty.evidence_id) == (
        state,
        happened_at,
        "visit",
        kept.id,
    )
    assert steps(tx, duty.id)[-1][1] == state
    assert (kept.written_at, kept.items) == (now, (Covered("访1", duty.id, VISIT_DUE),))
    assert "written_days_later" in {reason.code for reason in kept.reasons}


def test_a_missed_visit_made_up_for_is_late_and_its_alert_is_over(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    duty = missed(tx, subject_id, "访1", VISIT_DUE)
    assert (duty.state, [alert.kind for alert in alerts_of(tx, subject_id)]) == ("missed", ["visit_overdue"])
    visited_at = VISIT_DUE + DAY
    record_visit(tx, officer.actor, a_new_record(subject_id, visited_at), now=visited_at + timedelta(hours=1))
    (alert,) = alerts_of(tx, subject_id)
    assert (alert.condition, alert.recovered_at, alert.handling) == ("recovered", visited_at, "open")
    after = the_duty(tx, subject_id)
    assert (after.state, after.missed_at) == ("late", duty.missed_at)
    assert steps(tx, duty.id)[-1] == ("missed", "late")


def test_a_visit_in_time_that_is_written_after_the_alert_clears_it(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    missed(tx, subject_id, "访1", VISIT_DUE)
    record_visit(tx, officer.actor, a_new_record(subject_id, VISIT_DUE - DAY), now=VISIT_DUE + DAY)
    (alert,) = alerts_of(tx, subject_id)
    assert (alert.condition, alert.recovered_at) == ("recovered", VISIT_DUE)
    assert the_duty(tx, subject_id).state == "fulfilled"


def test_a_talk_ends_the_talk_and_no_visit(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    missed(tx, subject_id, "谈1", TALK_DUE)
    now = TALK_DUE + DAY
    kept, _ = record_talk(tx, officer.actor, a_new_record(subject_id, now, kind=DutyKind.TALK), now=now)
    assert the_duty(tx, subject_id, "谈1").state == "late"
    assert the_duty(tx, subject_id).state in {"planned", "open"}
    (alert,) = alerts_of(tx, subject_id)
    assert (alert.kind, alert.condition) == ("talk_overdue", "recovered")
    assert the_duty(tx, subject_id, "谈1").evidence_id == kept.id


def test_one_visit_fulfils_both_of_its_duties(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    now = MONDAY + DAY
    kept, _ = record_visit(tx, officer.actor, a_new_record(subject_id, now, "访1", "谈1"), now=now)
    assert {covered.item: covered.duty_id for covered in kept.items} == {
        "访1": the_duty(tx, subject_id).id,
        "谈1": the_duty(tx, subject_id, "谈1").id,
    }
    assert the_duty(tx, subject_id, "谈1").state == "fulfilled"


def test_a_second_visit_is_kept_as_an_extra_one(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY + DAY), now=MONDAY + 2 * DAY)
    kept, _ = record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY + 2 * DAY), now=MONDAY + 2 * DAY)
    assert kept.items == (Covered("访1"),)
    assert kept.reasons[0].code == "record_extra"


def test_a_visit_in_time_counts_though_a_later_one_was_written_down_first(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY + 12 * DAY), now=MONDAY + 12 * DAY)
    assert the_duty(tx, subject_id).state == "late"
    record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY + DAY), now=MONDAY + 13 * DAY)
    duty = the_duty(tx, subject_id)
    assert (duty.state, duty.fulfilled_at) == ("fulfilled", MONDAY + DAY)


def test_a_repeat_gets_the_first_receipt_and_changes_nothing(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    new = a_new_record(subject_id, MONDAY + DAY)
    first, created = record_visit(tx, officer.actor, new, now=MONDAY + DAY)
    events = steps(tx, the_duty(tx, subject_id).id)
    again, created_again = record_visit(tx, officer.actor, new, now=MONDAY + 40 * DAY)
    assert (created, created_again) == (True, False)
    assert again == first
    assert steps(tx, the_duty(tx, subject_id).id) == events


def test_an_id_is_for_one_record_of_one_officer(tx: Connection) -> None:
    tree, officer, subject_id = county(tx)
    colleague = a_user(tx, tree.office, Role.OFFICER)
    new = a_new_record(subject_id, MONDAY + DAY)
    record_visit(tx, officer.actor, new, now=MONDAY + DAY)
    other_body = a_new_record(subject_id, MONDAY, record_id=new.id, body=b"other")
    as_talk = a_new_record(subject_id, MONDAY, kind=DutyKind.TALK, record_id=new.id)
    for record, actor, entered in (
        (record_visit, officer.actor, other_body),
        (record_talk, officer.actor, as_talk),
        (record_visit, colleague.actor, new),
    ):
        with pytest.raises(Conflict) as refused:
            record(tx, actor, entered, now=MONDAY + DAY)
        assert refused.value.code == "id_reused"


def test_another_offices_subject_does_not_exist(tx: Connection) -> None:
    tree, _, subject_id = county(tx)
    for stranger in (a_user(tx, tree.second_office, Role.OFFICER), a_user(tx, tree.other_county, Role.COUNTY_STAFF)):
        with pytest.raises(NotFound):
            record_visit(tx, stranger.actor, a_new_record(subject_id, MONDAY), now=MONDAY)


def test_the_policy_says_who_may(tx: Connection) -> None:
    tree, _, subject_id = county(tx)
    head = a_user(tx, tree.county, Role.COUNTY_HEAD)
    staff = a_user(tx, tree.county, Role.COUNTY_STAFF)
    with pytest.raises(NotAllowed) as refused:
        record_visit(tx, head.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    assert refused.value.code == "item_not_yours"
    record_visit(tx, staff.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    assert the_duty(tx, subject_id).state == "fulfilled"


def test_how_far_from_home_is_measured_in_metres(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    at_door = a_new_record(subject_id, MONDAY, fix=Fix(*DOOR, 12.0))
    kept, _ = record_visit(tx, officer.actor, at_door, now=MONDAY)
    assert kept.home_distance_m == pytest.approx(48.9, abs=0.5)
    assert (kept.accuracy_m, kept.reasons[-1].code) == (12.0, "place_measured")


def test_a_place_that_was_not_given_is_stored_as_nothing(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    row = tx.execute(text("SELECT place, place_given, home_distance_m FROM records")).one()
    assert tuple(row) == (None, None, None)


def test_late_paperwork_after_the_end(tx: Connection) -> None:
    tree, officer, subject_id = county(tx)
    ended_at = MONDAY + 3 * DAY
    staff = a_user(tx, tree.county, Role.COUNTY_STAFF)
    end_supervision(tx, staff.actor, subject_id, EndReason.CUSTODY, None, now=ended_at)
    kept, _ = record_visit(tx, officer.actor, a_new_record(subject_id, ended_at - SECOND), now=ended_at + DAY)
    assert kept.happened_at == ended_at - SECOND
    with pytest.raises(Refused) as refused:
        record_visit(tx, officer.actor, a_new_record(subject_id, ended_at), now=ended_at + DAY)
    assert refused.value.code == "record_after_end"


def test_a_correction_names_the_old_record_and_fulfils_nothing(tx: Connection) -> None:
    _, officer, subject_id = county(tx)
    first, _ = record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    before = the_duty(tx, subject_id)
    correction = a_new_record(subject_id, MONDAY + DAY, corrects_id=first.id)
    kept, _ = record_visit(tx, officer.actor, correction, now=MONDAY + 2 * DAY)
    assert (kept.corrects_id, kept.items) == (first.id, (Covered("访1"),))
    assert the_duty(tx, subject_id) == before
    with pytest.raises(Refused):
        record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY, corrects_id=uuid4()), now=MONDAY)


def test_what_a_visit_costs(tx: Connection) -> None:
    """Lock, known id, subject, policy, duties, then record, items, duty, alert, and the receipt."""
    _, officer, subject_id = county(tx)
    missed(tx, subject_id, "访1", VISIT_DUE)
    with counted(tx) as sent:
        record_visit(tx, officer.actor, a_new_record(subject_id, VISIT_DUE), now=VISIT_DUE + DAY)
    assert len(sent) == 14


def test_two_officers_at_once_fulfil_one_duty_once(fresh_database: Database) -> None:
    """The second waits for the subject's lock until the first is done, and then finds nothing more to fulfil."""
    engine = make_engine(fresh_database.url, limits=PATIENT)
    with transaction(engine) as tx:
        _, officer, subject_id = county(tx)
    now = MONDAY + DAY
    kept: list[Receipt] = []

    def second() -> None:
        with transaction(engine) as mine:
            kept.append(record_visit(mine, officer.actor, a_new_record(subject_id, now), now=now)[0])

    thread = Thread(target=second)
    with transaction(engine) as tx:
        record_visit(tx, officer.actor, a_new_record(subject_id, now), now=now)
        thread.start()
        thread.join(timeout=0.3)
        assert kept == []
    thread.join(timeout=LONG_S)
    engine.dispose()
    assert [receipt.items for receipt in kept] == [(Covered("访1"),)]


@pytest.mark.parametrize("table", ["records", "record_items"])
def test_what_was_written_is_never_changed(tx: Connection, table: str) -> None:
    _, officer, subject_id = county(tx)
    record_visit(tx, officer.actor, a_new_record(subject_id, MONDAY), now=MONDAY)
    column = {"records": "note", "record_items": "item"}[table]
    for change in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError), tx.begin_nested():
            tx.execute(text(change))
