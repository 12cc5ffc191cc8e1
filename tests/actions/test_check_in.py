"""A phone's check-in on a real database: what is kept and settled, by which time, and at what cost."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, delete, select, text

from app.actions.check_in import CheckIn, check_in
from app.models.checkin import Attempt
from app.models.duty import DutyEvent
from app.models.position import CollectionPower
from app.models.subject import ClockProof
from app.rules.checkins import Receipt
from app.rules.effects import Decision, RaiseAlert
from app.rules.errors import Conflict
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    AreaVerdict,
    Cause,
    Condition,
    DutyKind,
    DutyState,
    Fix,
    Handling,
    Outcome,
    Reason,
    Strength,
)
from app.store import effects
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY
from tests.builders.checkins import HOME, a_resident
from tests.builders.duties import a_duty, alerts_of, duty_row, occurrences_of
from tests.builders.offices import Tree, a_tree
from tests.builders.users import a_user
from tests.database import Database
from tests.statements import counted

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OPENS, DUE = MONDAY - HOUR, MONDAY + HOUR
DAY_MS = 24 * 3_600_000


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def subject_id(tx: Connection, tree: Tree) -> UUID:
    return a_resident(tx, tree, a_user(tx, tree.office), area="330881")


def command(recorded_at: datetime = MONDAY, **changes: Any) -> CheckIn:
    given = {"lon": HOME[0], "lat": HOME[1], "datum": "wgs84"}
    made = CheckIn(uuid4(), b"hash", recorded_at, Fix(*HOME, accuracy_m=20.0), given)
    return replace(made, **changes)


def send(tx: Connection, subject_id: UUID, sent: CheckIn, now: datetime = MONDAY) -> Receipt:
    return check_in(tx, Actor("subject", subject_id), sent, now=now)[0]


def codes(receipt: Receipt) -> list[str]:
    return [reason.code for reason in receipt.reasons]


def events(tx: Connection, duty_id: UUID) -> list[tuple[str, str, str]]:
    statement = select(DutyEvent).where(DutyEvent.duty_id == duty_id).order_by(DutyEvent.id)
    return [(row.from_state, row.to_state, row.reason["code"]) for row in tx.execute(statement)]


def raise_missed(tx: Connection, tree: Tree, subject_id: UUID, duty_id: UUID, due_at: datetime) -> None:
    """The alert as the sweep raises it."""
    alert = RaiseAlert(
        subject_id=subject_id,
        office_id=tree.office.id,
        kind=AlertKind.MISSED_CHECK_IN,
        about=About("subject", subject_id),
        source=About("duty", duty_id),
        event_at=due_at,
        at=due_at + 31 * MINUTE,
        why=Reason("missed_check_in_heard"),
        cause=Cause.UNSURE,
        strength=Strength.MEDIUM,
        rule_code="check_in.strict.1",
        policy_version_id=tree.policy_version_id,
    )
    effects.apply(tx, [Decision((alert,))])


# ---------------------------------------------------------------------------------------------------- kept and settled


def test_a_check_in_settles_its_duty_and_keeps_time_and_place(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    duty_id = a_duty(tx, tree, subject_id, OPENS, DUE)
    sent = command(answers={"住址": "未变"})
    receipt = send(tx, subject_id, sent)
    duty = duty_row(tx, duty_id)
    assert (duty.state, duty.fulfilled_at, duty.evidence_kind, duty.evidence_id) == (
        DutyState.FULFILLED,
        MONDAY,
        "attempt",
        sent.id,
    )
    assert events(tx, duty_id) == [("planned", "open", "duty_opened"), ("open", "fulfilled", "checked_in")]
    assert (receipt.outcome, receipt.duty_id, receipt.effective_at) == (Outcome.ACCEPTED, duty_id, MONDAY)
    assert (receipt.area, receipt.home_distance_m, receipt.accuracy_m) == (AreaVerdict.INSIDE, 0.0, 20.0)
    assert receipt.area_distance_m is not None
    assert receipt.area_distance_m > 1000
    row = tx.execute(select(Attempt).where(Attempt.id == sent.id)).one()
    assert (row.power_id, row.place_given, row.answers) == (duty_id, sent.fix_given, {"住址": "未变"})


def test_receipt_numbers_rise_by_one_and_carry_the_local_year(tx: Connection, subject_id: UUID) -> None:
    new_year = datetime.fromisoformat("2026-12-31T23:59:59+08:00")
    first = send(tx, subject_id, command(new_year), new_year).receipt_no
    second = send(tx, subject_id, command(new_year), new_year + timedelta(seconds=1)).receipt_no
    assert (first[:5], second[:5]) == ("2026-", "2027-")
    assert [len(part) for part in first.split("-")] == [4, 4, 4]
    assert int(second[5:].replace("-", "")) == int(first[5:].replace("-", "")) + 1


def test_a_receipt_number_grows_beyond_its_digits(fresh_database: Database) -> None:
    engine = make_engine(fresh_database.owner_url)
    with transaction(engine) as tx:
        tree = a_tree(tx)
        resident = a_resident(tx, tree, a_user(tx, tree.office))
        tx.execute(text("SELECT setval('receipt_numbers', 123456789, false)"))
        assert send(tx, resident, command()).receipt_no == "2026-12345-6789"
    engine.dispose()


def test_a_refused_try_stays_without_its_place(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    a_duty(tx, tree, subject_id, OPENS, DUE, state=DutyState.FULFILLED)
    sent = command()
    receipt = send(tx, subject_id, sent)
    assert (receipt.outcome, codes(receipt), receipt.area) == (Outcome.REFUSED, ["already_done"], None)
    row = tx.execute(select(Attempt).where(Attempt.id == sent.id)).one()
    assert (row.place, row.place_given, row.accuracy_m, row.power_id, row.home_distance_m) == (None,) * 5


def test_a_place_that_no_power_covers_is_not_kept(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    duty_id = a_duty(tx, tree, subject_id, OPENS, DUE)
    tx.execute(delete(CollectionPower).where(CollectionPower.id == duty_id))
    sent = command()
    assert send(tx, subject_id, sent).outcome is Outcome.ACCEPTED
    row = tx.execute(select(Attempt).where(Attempt.id == sent.id)).one()
    assert (row.place, row.place_given, row.power_id, row.home_distance_m) == (None,) * 4


def test_a_planned_duty_gets_the_office_that_the_subject_has_now(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    duty_id = a_duty(tx, tree, subject_id, OPENS, DUE)
    tx.execute(
        text("UPDATE subjects SET office_id = :office WHERE id = :id"),
        {"office": tree.second_office.id, "id": subject_id},
    )
    send(tx, subject_id, command())
    assert duty_row(tx, duty_id).office_id == tree.second_office.id


def test_a_doubtful_try_submits_and_a_good_one_settles(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    duty_id = a_duty(tx, tree, subject_id, OPENS, DUE, state=DutyState.OPEN)
    first = send(tx, subject_id, command(fix=None, fix_given=None))
    assert (first.outcome, codes(first), first.area) == (
        Outcome.TO_REVIEW,
        ["position_missing"],
        AreaVerdict.CANNOT_TELL,
    )
    assert duty_row(tx, duty_id).state == DutyState.SUBMITTED
    assert send(tx, subject_id, command(MONDAY + MINUTE), MONDAY + MINUTE).outcome is Outcome.ACCEPTED
    assert duty_row(tx, duty_id).state == DutyState.FULFILLED


# ------------------------------------------------------------------------------------------------------------ repeated


def test_a_repeat_gets_the_first_receipt_and_changes_nothing(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    duty_id = a_duty(tx, tree, subject_id, OPENS, DUE)
    sent = command()
    first = check_in(tx, Actor("subject", subject_id), sent, now=MONDAY)
    again = check_in(tx, Actor("subject", subject_id), sent, now=DUE + 5 * HOUR)
    assert (first[1], again[1]) == (True, False)
    assert first[0] == again[0]
    assert len(events(tx, duty_id)) == 2


def test_an_id_with_another_body_is_refused(tx: Connection, subject_id: UUID) -> None:
    sent = command()
    send(tx, subject_id, sent)
    with pytest.raises(Conflict, match="id_reused"):
        send(tx, subject_id, replace(sent, body_hash=b"other"))


def test_ids_of_two_people_have_nothing_to_do_with_each_other(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    other = a_resident(tx, tree, a_user(tx, tree.office))
    sent = command()
    first, second = send(tx, subject_id, sent), send(tx, other, replace(sent, body_hash=b"other"))
    assert first.receipt_no != second.receipt_no
    assert second.subject_id == other


# ------------------------------------------------------------------------------------------------------ effective time


def test_an_offline_check_in_counts_by_the_monotonic_clock(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    """Two days late, with a wall clock that is wrong by years: what was missed is put right."""
    duty_id = a_duty(tx, tree, subject_id, OPENS, DUE, state=DutyState.MISSED)
    raise_missed(tx, tree, subject_id, duty_id, DUE)
    sent = command(
        datetime.fromisoformat("2020-01-01T00:00:00+08:00"),
        recorded_elapsed_ms=5000,
        sent_elapsed_ms=5000 + 2 * DAY_MS,
        boot_id="a",
    )
    receipt = send(tx, subject_id, sent, MONDAY + timedelta(days=2))
    assert (receipt.effective_at, codes(receipt)) == (MONDAY, ["checked_in", "late_evidence"])
    duty = duty_row(tx, duty_id)
    assert (duty.state, duty.fulfilled_at) == (DutyState.FULFILLED, MONDAY)
    assert duty.missed_at is not None
    [alert] = alerts_of(tx, subject_id)
    assert (alert.condition, alert.cause, alert.handling) == (Condition.RECOVERED, Cause.PHONE, Handling.OPEN)


def test_what_earlier_requests_of_a_boot_proved_dates_a_later_one(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    duty_id = a_duty(tx, tree, subject_id, OPENS, DUE, state=DutyState.MISSED)
    early = OPENS - 5 * HOUR
    phone_clock = timedelta(hours=-3)  # three hours slow
    send(tx, subject_id, command(early + phone_clock, boot_id="a", sent_at=early + phone_clock), early)
    [proof] = tx.execute(select(ClockProof).where(ClockProof.subject_id == subject_id)).all()
    assert (proof.boot_id, proof.offset_s) == ("a", 3 * 3600.0)
    evening = MONDAY + 12 * HOUR
    receipt = send(tx, subject_id, command(MONDAY + phone_clock, boot_id="a", sent_at=evening + phone_clock), evening)
    assert (receipt.outcome, receipt.effective_at, receipt.duty_id) == (Outcome.ACCEPTED, MONDAY, duty_id)


def test_another_boot_proves_nothing_and_the_request_itself_does_not_either(
    tx: Connection, tree: Tree, subject_id: UUID
) -> None:
    duty_id = a_duty(tx, tree, subject_id, OPENS, DUE, state=DutyState.MISSED)
    early = OPENS - HOUR
    send(tx, subject_id, command(early, boot_id="a", sent_at=early), early)
    evening = MONDAY + 12 * HOUR
    receipt = send(tx, subject_id, command(boot_id="b", sent_at=evening), evening)
    assert (receipt.outcome, codes(receipt), receipt.effective_at) == (Outcome.TO_REVIEW, ["time_not_proven"], None)
    assert duty_row(tx, duty_id).state == DutyState.SUBMITTED


def test_the_smallest_offset_of_a_boot_is_kept(tx: Connection, subject_id: UUID) -> None:
    for waited in (5, 1, 9):
        send(tx, subject_id, command(boot_id="a", sent_at=MONDAY - timedelta(seconds=waited)))
    [proof] = tx.execute(select(ClockProof)).all()
    assert proof.offset_s == 1.0


# ------------------------------------------------------------------------------------------------------------- alerts


def test_the_next_check_in_ends_what_was_missed_before_it_and_nothing_after(
    tx: Connection, tree: Tree, subject_id: UUID
) -> None:
    days = [timedelta(days=n) for n in (-2, -1, 1)]
    for day in days:
        duty_id = a_duty(tx, tree, subject_id, OPENS + day, DUE + day, state=DutyState.MISSED)
        raise_missed(tx, tree, subject_id, duty_id, DUE + day)
    a_duty(tx, tree, subject_id, OPENS, DUE, state=DutyState.MISSED)
    late = command(recorded_elapsed_ms=0, sent_elapsed_ms=2 * DAY_MS, boot_id="a")
    send(tx, subject_id, late, MONDAY + timedelta(days=2))
    [alert] = alerts_of(tx, subject_id)
    assert alert.condition == Condition.ACTIVE
    assert [episode.recovered_at for episode in occurrences_of(tx, alert.id)] == [MONDAY, MONDAY, None]
    tomorrow = a_duty(tx, tree, subject_id, OPENS + timedelta(days=2), DUE + timedelta(days=2))
    receipt = send(tx, subject_id, command(MONDAY + timedelta(days=2)), MONDAY + timedelta(days=2))
    assert receipt.duty_id == tomorrow
    [alert] = alerts_of(tx, subject_id)
    assert (alert.condition, alert.recovered_at) == (Condition.RECOVERED, MONDAY + timedelta(days=2))


# -------------------------------------------------------------------------------------------------------- windows read


def test_only_the_windows_around_the_time_are_read(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    """A year of windows each five minutes: a check-in still reads a handful."""
    for n in range(-40, 40):
        opens_at = MONDAY + n * 5 * MINUTE
        a_duty(tx, tree, subject_id, opens_at, opens_at + 2 * MINUTE, grace=MINUTE)
    receipt = send(tx, subject_id, command())
    assert receipt.outcome is Outcome.ACCEPTED
    assert codes(send(tx, subject_id, command(MONDAY + 3 * MINUTE), MONDAY + 3 * MINUTE)) == [
        "too_early",
        "window_opens",
    ]
    late = command(MONDAY + 9 * MINUTE)
    assert codes(send(tx, subject_id, late, MONDAY + 9 * MINUTE)) == ["too_late"]


def test_other_kinds_of_duties_are_no_check_ins(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    for kind in (DutyKind.LOCATION_CHECK, DutyKind.VISIT, DutyKind.TALK):
        a_duty(tx, tree, subject_id, OPENS, DUE, kind=kind, state=DutyState.OPEN)
    assert codes(send(tx, subject_id, command())) == ["no_duty_now"]


# ---------------------------------------------------------------------------------------------------------------- cost


def test_a_check_in_costs_eight_statements(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    """Lock, known?, clock, measure, facts, insert, settle, receipt; one more opens a planned duty or ends an alert."""
    a_duty(tx, tree, subject_id, OPENS, DUE, state=DutyState.OPEN)
    sent = command(boot_id="a", sent_at=MONDAY)
    with counted(tx) as first:
        send(tx, subject_id, sent)
    with counted(tx) as repeated:
        send(tx, subject_id, sent)
    with counted(tx) as refused:
        send(tx, subject_id, command(boot_id="a", sent_at=MONDAY))
    assert (len(first), len(repeated), len(refused)) == (8, 2, 7)
