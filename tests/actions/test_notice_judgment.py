"""From the notice of a judgment to the registration, a late one, or a confirmed 漏管."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.confirm_missed_intake import confirm_missed_intake
from app.actions.end_supervision import end_supervision
from app.actions.judge_duties import judge_duties
from app.actions.notice_judgment import notice_judgment
from app.actions.receive_decision import receive_decision
from app.actions.receive_papers import receive_papers
from app.actions.register_subject import register_subject
from app.rules.calendar import SHANGHAI
from app.rules.errors import Conflict, NotAllowed, NotFound, Refused, ZhifangError
from app.rules.facts import JOB, Category, EndReason
from app.rules.intake import Announced, Receipt
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.duties import api_up
from tests.builders.judgments import an_announcement
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import a_registration, a_subject, an_id_number
from tests.builders.users import Worker, a_user

SETTINGS = settings_for_tests()
SECOND = timedelta(seconds=1)
NUMBER = an_id_number()
DUE = datetime(2026, 3, 13, tzinfo=SHANGHAI).astimezone(UTC)
"""The end of the tenth day after Monday 2 March 2026."""


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


def notice(tx: Connection, worker: Worker, announced: Announced, *, now: datetime = MONDAY) -> Receipt:
    return notice_judgment(tx, worker.actor, announced, SETTINGS, now=now)[0]


def arrive(tx: Connection, worker: Worker, announced: Announced, now: datetime, **entered: Any) -> UUID:
    registration = replace(a_registration(worker), id=announced.subject_id, **entered)
    return register_subject(tx, worker.actor, registration, SETTINGS, now=now)[0].id


def judge(tx: Connection, now: datetime) -> None:
    api_up(tx, datetime(2025, 9, 1, tzinfo=UTC), now + timedelta(hours=1))
    judge_duties(tx, now=now)


def the_duty(tx: Connection) -> Any:
    return tx.execute(text("SELECT * FROM duties WHERE kind = 'intake'")).one()


def the_alert(tx: Connection) -> Any:
    return tx.execute(text("SELECT * FROM alerts WHERE kind = 'missed_intake'")).one_or_none()


def test_a_judgment_opens_the_ten_days(tx: Connection, officer: Worker) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office))
    duty = the_duty(tx)
    assert (duty.subject_id, duty.state, duty.obligor) == (receipt.subject_id, "open", "subject")
    assert (duty.due_at, duty.grace_until, duty.judge_at) == (DUE, DUE, DUE + timedelta(seconds=30))
    status, no = tx.execute(text("SELECT status, subject_no FROM subjects")).one()
    assert (status, no) == ("noticed", receipt.subject_no)
    assert tx.execute(text("SELECT duty_id FROM judgments")).scalar_one() == duty.id


def test_nobody_who_is_awaited_is_collected_from(tx: Connection, officer: Worker) -> None:
    notice(tx, officer, an_announcement(officer.office))
    assert tx.execute(text("SELECT count(*) FROM collection_powers")).scalar_one() == 0
    assert tx.execute(text("SELECT silence_check_at, planned_until FROM subject_states")).one() == (None, None)


@pytest.mark.parametrize(("offset", "state"), [(-SECOND, "fulfilled"), (0 * SECOND, "late"), (SECOND, "late")])
def test_registration_settles_it_in_time_or_late(
    tx: Connection, officer: Worker, offset: timedelta, state: str
) -> None:
    announced = an_announcement(officer.office)
    receipt = notice(tx, officer, announced)
    assert arrive(tx, officer, announced, DUE + offset) == receipt.subject_id
    duty = the_duty(tx)
    assert (duty.state, duty.fulfilled_at, duty.missed_at) == (state, DUE + offset, None)
    assert tx.execute(text("SELECT status FROM subjects")).scalar_one() == "in_correction"
    judge(tx, DUE + timedelta(days=1))
    assert the_alert(tx) is None


def test_an_overdue_intake_is_a_missed_intake_and_a_late_arrival_ends_it(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(officer.office, papers_on=date(2026, 3, 10))
    notice(tx, officer, announced)
    judge(tx, DUE + timedelta(seconds=29))
    assert the_alert(tx) is None
    judge(tx, DUE + timedelta(seconds=30))
    alert = the_alert(tx)
    assert (alert.condition, alert.event_at, alert.why["code"]) == ("active", DUE, "intake_overdue_not_arrived")
    assert alert.cause != "person"
    arrive(tx, officer, announced, DUE + timedelta(days=4))
    assert (the_duty(tx).state, the_duty(tx).missed_at is not None) == ("late", True)
    assert (the_alert(tx).condition, the_alert(tx).handling) == ("recovered", "open")


def test_an_arrival_in_time_that_was_written_down_late_is_no_lateness(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(officer.office)
    notice(tx, officer, announced)
    judge(tx, DUE + timedelta(minutes=1))
    arrive(tx, officer, announced, DUE + timedelta(days=1), arrived_at=DUE - SECOND)
    assert (the_duty(tx).state, the_duty(tx).fulfilled_at) == ("fulfilled", DUE - SECOND)
    assert the_alert(tx).condition == "recovered"


@pytest.mark.parametrize(
    ("papers_on", "code"),
    [
        (None, "intake_overdue_no_papers"),
        (date(2026, 3, 12), "intake_overdue_not_arrived"),
        (date(2026, 3, 13), "intake_overdue_papers_late"),
    ],
)
def test_late_papers_and_late_arrival_are_told_apart(
    tx: Connection, officer: Worker, papers_on: date | None, code: str
) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office))
    now = DUE + timedelta(hours=12)
    if papers_on:
        receive_papers(tx, officer.actor, receipt.id, papers_on, now=now)
    judge(tx, now)
    assert the_alert(tx).why["code"] == code


def test_outside_prison_the_clock_is_the_organs_and_starts_at_its_receipt(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(officer.office, category=Category.OUTSIDE_PRISON, papers_on=date(2026, 3, 2))
    receipt = notice(tx, officer, announced)
    assert tx.execute(text("SELECT count(*) FROM duties")).scalar_one() == 0
    receive_decision(tx, officer.actor, receipt.id, date(2026, 3, 5), now=MONDAY + timedelta(days=4))
    duty = the_duty(tx)
    due_at = datetime(2026, 3, 17, tzinfo=SHANGHAI)  # the tenth day is Sunday 15 March
    assert (duty.obligor, duty.state, duty.due_at) == ("handing_organ", "open", due_at)
    judge(tx, due_at + timedelta(minutes=1))
    alert = the_alert(tx)
    assert (alert.why["code"], alert.strength) == ("handover_overdue", "strong")
    assert alert.cause != "person"


def test_the_same_receipt_again_changes_nothing_and_another_conflicts(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(officer.office, category=Category.OUTSIDE_PRISON, received_on=date(2026, 3, 2))
    receipt = notice(tx, officer, announced)
    receive_decision(tx, officer.actor, receipt.id, date(2026, 3, 2), now=MONDAY)
    with pytest.raises(Conflict) as conflict:
        receive_decision(tx, officer.actor, receipt.id, date(2026, 3, 1), now=MONDAY)
    assert conflict.value.code == "receipt_known"


def test_nobody_else_is_handed_over(tx: Connection, officer: Worker) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office))
    with pytest.raises(Conflict) as conflict:
        receive_decision(tx, officer.actor, receipt.id, date(2026, 3, 2), now=MONDAY)
    assert conflict.value.code == "no_handing_over"


def test_a_judgment_entered_long_after_its_clock_ran_out_is_missed_at_once(tx: Connection, officer: Worker) -> None:
    notice(tx, officer, an_announcement(officer.office, effective_on=date(2026, 1, 5)))
    judge(tx, MONDAY)
    assert the_duty(tx).state == "missed"
    assert the_alert(tx).event_at == datetime(2026, 1, 16, tzinfo=SHANGHAI)


def test_registration_finds_the_judgment_by_identity_number(tx: Connection, officer: Worker) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office, id_number=NUMBER))
    entered = a_registration(officer, id_number=NUMBER)
    registered, _ = register_subject(tx, officer.actor, entered, SETTINGS, now=DUE - SECOND)
    again, created = register_subject(tx, officer.actor, entered, SETTINGS, now=DUE)
    assert (registered.id, registered.subject_no) == (receipt.subject_id, receipt.subject_no)
    assert (again, created) == (registered, False)
    assert the_duty(tx).state == "fulfilled"


def test_a_registration_under_the_judgments_id_must_be_the_same_person(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(officer.office, id_number=NUMBER)
    notice(tx, officer, announced)
    with pytest.raises(Conflict) as conflict:
        arrive(tx, officer, announced, MONDAY, id_number=an_id_number(serial=2))
    assert conflict.value.code == "id_number_differs"


def test_an_announced_person_may_be_registered_in_another_office_of_the_county(tx: Connection, tree: Tree) -> None:
    county = a_user(tx, tree.county)
    announced = an_announcement(tree.office)
    notice(tx, county, announced)
    arrive(tx, county, announced, MONDAY, office_id=tree.second_office.id)
    assert tx.execute(text("SELECT office_id FROM subjects")).scalar_one() == tree.second_office.id
    assert the_duty(tx).state == "fulfilled"


def test_the_same_notice_again_gives_the_same_receipt(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(officer.office)
    first = notice_judgment(tx, officer.actor, announced, SETTINGS, now=MONDAY)
    again = notice_judgment(tx, officer.actor, announced, SETTINGS, now=DUE)
    assert (first[0], first[1], again[1]) == (again[0], True, False)
    with pytest.raises(Conflict) as conflict:
        notice(tx, officer, replace(announced, body_hash=b"another"))
    assert conflict.value.code == "id_reused"


def test_who_is_awaited_or_under_correction_is_not_announced_again(tx: Connection, officer: Worker) -> None:
    notice(tx, officer, an_announcement(officer.office, id_number=NUMBER))
    a_subject(tx, officer, key="in-correction", id_number=an_id_number(serial=2))
    codes = []
    for number in (NUMBER, an_id_number(serial=2)):
        with pytest.raises(Conflict) as conflict:
            notice(tx, officer, an_announcement(officer.office, id_number=number))
        codes.append(conflict.value.code)
    assert codes == ["judgment_known", "already_in_correction"]


def test_somebody_of_another_county_is_taken(tx: Connection, tree: Tree, officer: Worker) -> None:
    elsewhere = a_user(tx, tree.other_office)
    notice(tx, elsewhere, an_announcement(elsewhere.office, id_number=NUMBER))
    with pytest.raises(Conflict) as conflict:
        notice(tx, officer, an_announcement(officer.office, id_number=NUMBER))
    assert conflict.value.code == "id_number_taken"


def test_somebody_whose_correction_ended_may_be_announced_again(tx: Connection, officer: Worker) -> None:
    before = a_subject(tx, officer, id_number=NUMBER)
    end_supervision(tx, officer.actor, before.id, EndReason.COMPLETED, None, now=MONDAY)
    receipt = notice(tx, officer, an_announcement(officer.office, id_number=NUMBER))
    assert receipt.subject_id == before.id
    assert tx.execute(text("SELECT status, ended_at FROM subjects")).one() == ("noticed", None)


def test_a_notice_called_off_may_be_given_again_for_the_same_day(tx: Connection, officer: Worker) -> None:
    first = notice(tx, officer, an_announcement(officer.office, id_number=NUMBER))
    end_supervision(tx, officer.actor, first.subject_id, EndReason.CUSTODY, None, now=MONDAY)
    again = notice(tx, officer, an_announcement(officer.office, id_number=NUMBER))
    assert again.subject_id == first.subject_id
    assert the_duty(tx).state == "open"


def test_of_two_notices_for_one_day_the_later_says_whose_clock_it_is_and_what_came(
    tx: Connection, officer: Worker
) -> None:
    first = notice(tx, officer, an_announcement(officer.office, id_number=NUMBER))
    end_supervision(tx, officer.actor, first.subject_id, EndReason.CUSTODY, None, now=MONDAY)
    again = an_announcement(
        officer.office, id_number=NUMBER, category=Category.OUTSIDE_PRISON, received_on=date(2026, 3, 2)
    )
    notice(tx, officer, again, now=MONDAY + timedelta(hours=1))
    receive_papers(tx, officer.actor, first.id, date(2026, 3, 2), now=MONDAY + timedelta(hours=2))
    assert the_duty(tx).obligor == "handing_organ"
    judge(tx, MONDAY + timedelta(days=30))
    assert the_alert(tx).why["code"] == "handover_overdue"


def test_the_same_clock_does_not_run_twice(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(officer.office, id_number=NUMBER)
    notice(tx, officer, announced)
    subject_id = arrive(tx, officer, announced, MONDAY)
    end_supervision(tx, officer.actor, subject_id, EndReason.COMPLETED, None, now=MONDAY)
    with pytest.raises(Conflict) as conflict:
        notice(tx, officer, an_announcement(officer.office, id_number=NUMBER))
    assert conflict.value.code == "judgment_known"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"effective_on": date(2020, 6, 30)}, "effective_on"),
        ({"id_number": "330881"}, "subject.id_number"),
        ({"id_number": NUMBER, "birth_date": date(1980, 1, 1)}, "subject.birth_date"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(
    tx: Connection, officer: Worker, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        notice(tx, officer, replace(an_announcement(officer.office), **changed))
    assert list(refused.value.fields) == [field]


def test_days_that_a_notice_tells_ahead_count_when_they_come(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(
        officer.office,
        category=Category.OUTSIDE_PRISON,
        received_on=date(2026, 3, 4),
        papers_on=date(2026, 3, 16),
    )
    notice(tx, officer, announced)
    assert (the_duty(tx).state, the_duty(tx).opens_at) == ("planned", datetime(2026, 3, 4, tzinfo=SHANGHAI))


def test_what_is_noted_as_come_has_come(tx: Connection, officer: Worker) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office, category=Category.OUTSIDE_PRISON))
    for note in (receive_papers, receive_decision):
        with pytest.raises(Refused) as refused:
            note(tx, officer.actor, receipt.id, date(2026, 3, 3), now=MONDAY)
        assert refused.value.code == "date_ahead"


def test_papers_may_be_corrected_and_both_days_are_recorded(tx: Connection, officer: Worker) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office))
    now = MONDAY + timedelta(days=5)
    for day in (4, 4, 5):
        receive_papers(tx, officer.actor, receipt.id, date(2026, 3, day), now=now)
    details = tx.execute(text("SELECT details FROM audit WHERE action = 'judgment.papers' ORDER BY id")).scalars()
    assert list(details) == [{"papers_on": "2026-03-04"}, {"papers_on": "2026-03-05", "before": "2026-03-04"}]


OVERDUE = DUE + timedelta(hours=1)


def confirm(tx: Connection, worker: Worker, judgment_id: UUID, *, n: int = 1, now: datetime = OVERDUE) -> bool:
    return confirm_missed_intake(tx, worker.actor, UUID(int=n), judgment_id, "多次联系不上,家属称已外出", now=now)[1]


def test_a_named_officer_confirms_with_a_reason(tx: Connection, officer: Worker) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office))
    judge(tx, OVERDUE)
    assert confirm(tx, officer, receipt.id)
    confirmed = tx.execute(text("SELECT kind, subject_id, officer_id, at FROM confirmations")).one()
    assert tuple(confirmed) == ("missed_intake", receipt.subject_id, officer.id, OVERDUE)
    act = tx.execute(text("SELECT actor_id, reason FROM audit WHERE action = 'intake.confirm'")).one()
    assert tuple(act) == (officer.id, "多次联系不上,家属称已外出")


def test_the_same_confirmation_again_is_answered_alike_and_a_second_conflicts(tx: Connection, officer: Worker) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office))
    assert [confirm(tx, officer, receipt.id), confirm(tx, officer, receipt.id, now=OVERDUE + SECOND)] == [True, False]
    with pytest.raises(Conflict) as conflict:
        confirm(tx, officer, receipt.id, n=2)
    assert conflict.value.code == "already_confirmed"


@pytest.mark.parametrize("now", [MONDAY, DUE - SECOND])
def test_before_the_clock_ran_out_nothing_is_confirmed(tx: Connection, officer: Worker, now: datetime) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office))
    with pytest.raises(Conflict) as conflict:
        confirm(tx, officer, receipt.id, now=now)
    assert conflict.value.code == "intake_not_overdue"


def test_after_the_arrival_nothing_is_confirmed(tx: Connection, officer: Worker) -> None:
    announced = an_announcement(officer.office)
    receipt = notice(tx, officer, announced)
    arrive(tx, officer, announced, OVERDUE)
    with pytest.raises(Conflict):
        confirm(tx, officer, receipt.id)


def test_no_job_ever_confirms(tx: Connection, officer: Worker) -> None:
    receipt = notice(tx, officer, an_announcement(officer.office))
    judge(tx, OVERDUE + timedelta(days=30))
    assert tx.execute(text("SELECT count(*) FROM confirmations")).scalar_one() == 0
    with pytest.raises(NotAllowed):
        confirm_missed_intake(tx, JOB, UUID(int=1), receipt.id, "", now=OVERDUE)


def test_out_of_reach_there_is_no_judgment(tx: Connection, tree: Tree, officer: Worker) -> None:
    announced = an_announcement(officer.office, category=Category.OUTSIDE_PRISON)
    receipt = notice(tx, officer, announced)
    actor = a_user(tx, tree.second_office).actor
    attempts: list[Callable[[], object]] = [
        lambda: receive_papers(tx, actor, receipt.id, date(2026, 3, 2), now=MONDAY),
        lambda: receive_decision(tx, actor, receipt.id, date(2026, 3, 2), now=MONDAY),
        lambda: confirm_missed_intake(tx, actor, UUID(int=1), receipt.id, "", now=OVERDUE),
        lambda: notice_judgment(tx, actor, an_announcement(officer.office), SETTINGS, now=MONDAY),
    ]
    refused: list[type[ZhifangError]] = []
    for attempt in attempts:
        with pytest.raises(ZhifangError) as error:
            attempt()
        refused.append(type(error.value))
    assert refused == [NotFound] * 4
