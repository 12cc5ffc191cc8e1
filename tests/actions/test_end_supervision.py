"""The end of supervision: whatever a subject had running is looked at before and after one transaction."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.check_in import CheckIn, check_in
from app.actions.end_supervision import end_supervision
from app.actions.notice_judgment import notice_judgment
from app.actions.open_duties import open_duties
from app.actions.order_positioning import OrderPositioning, order_positioning
from app.actions.release_device import release_device
from app.actions.review_check_in import review_check_in
from app.actions.set_visit_point import set_visit_point
from app.rules.devices import Device
from app.rules.effects import Decision, MoveLadder, RaiseAlert
from app.rules.errors import Conflict, NotFound
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    Cause,
    DutyState,
    EndReason,
    Ground,
    LadderStep,
    Reason,
    Role,
    Strength,
)
from app.rules.orders import Term
from app.store import devices, effects, endpoints, sessions
from app.store.alerts import alert_id
from tests.builders.app import MONDAY, settings_for_tests
from tests.builders.duties import a_duty, duty_row
from tests.builders.judgments import an_announcement
from tests.builders.offices import Tree, a_tree
from tests.builders.subjects import ASubject, a_subject
from tests.builders.users import Worker, a_user
from tests.builders.visits import a_new_point, a_point
from tests.builders.zones import a_zone

NOW = MONDAY + timedelta(hours=30)
PHONE = UUID(int=77)


@dataclass(frozen=True)
class Running:
    """A subject with everything running, and the officer in charge."""

    subject: ASubject
    officer: Worker
    tree: Tree


@pytest.fixture
def running(tx: Connection) -> Running:
    tree = a_tree(tx)
    officer = a_user(tx, tree.office)
    subject = a_subject(tx, officer)
    _phone(tx, subject.id)
    open_duties(tx, now=NOW)
    _order(tx, subject.id, a_user(tx, tree.county, Role.COUNTY_HEAD))
    _alert(tx, tree, subject.id)
    a_zone(tx, officer, subject.id)
    a_point(tx, officer, subject.id, at=MONDAY)
    return Running(subject, officer, tree)


def _phone(tx: Connection, subject_id: UUID) -> None:
    devices.bind(tx, subject_id, Device(PHONE, "android"), now=MONDAY)
    sessions.open_(
        tx, sessions.NewSession(UUID(int=78), "subject", subject_id, PHONE, MONDAY, MONDAY + timedelta(days=90))
    )
    endpoints.take_over(tx, "subject", subject_id, PHONE, "token-of-the-phone", now=MONDAY)


def _order(tx: Connection, subject_id: UUID, head: Worker) -> None:
    terms = [Term(MONDAY, MONDAY + timedelta(days=20)), Term(MONDAY + timedelta(days=21), MONDAY + timedelta(days=40))]
    for n, term in enumerate(terms):
        command = OrderPositioning(UUID(int=80 + n), subject_id, Ground.REFUSED_REPORTING, term, b"")
        order_positioning(tx, head.actor, command, now=MONDAY)


def _alert(tx: Connection, tree: Tree, subject_id: UUID) -> None:
    raised = RaiseAlert(
        subject_id=subject_id,
        office_id=tree.office.id,
        kind=AlertKind.LOST_CONTACT,
        about=About("subject", subject_id),
        source=About("silence", subject_id),
        event_at=NOW,
        at=NOW,
        why=Reason("missed_intake_no_record"),
        cause=Cause.UNSURE,
        strength=Strength.WEAK,
        rule_code="silence",
        policy_version_id=tree.policy_version_id,
    )
    effects.apply(tx, [Decision((raised,))])
    told = MoveLadder(alert_id(raised), LadderStep.COUNTY, NOW + timedelta(hours=1))
    effects.apply(tx, [Decision((told,))])


def end(tx: Connection, running: Running, reason: EndReason = EndReason.CUSTODY) -> None:
    end_supervision(tx, running.officer.actor, running.subject.id, reason, "已收监", now=NOW)


def one(tx: Connection, statement: str, subject_id: UUID) -> Any:
    return tx.execute(text(statement), {"id": subject_id, "now": NOW}).scalar_one()


RUNNING = {
    "sessions": "SELECT count(*) FROM sessions WHERE owner_id = :id AND ended_at IS NULL",
    "devices": "SELECT count(*) FROM device_bindings WHERE subject_id = :id AND bound @> CAST(:now AS timestamptz)",
    "push endpoints": "SELECT count(*) FROM push_endpoints WHERE owner_id = :id AND retired_at IS NULL",
    "planned duties": "SELECT count(*) FROM duties WHERE subject_id = :id AND state = 'planned'",
    "open duties": "SELECT count(*) FROM duties WHERE subject_id = :id AND state = 'open'",
    "powers now or to come": "SELECT count(*) FROM collection_powers WHERE subject_id = :id AND upper(covers) > :now",
    "orders now or to come": "SELECT count(*) FROM positioning_orders WHERE subject_id = :id AND upper(term) > :now",
    "zones": "SELECT count(*) FROM zones WHERE subject_id = :id AND removed_at IS NULL",
    "points": "SELECT count(*) FROM visit_points WHERE subject_id = :id AND ended_at IS NULL",
    "silence check": (
        "SELECT count(*) FROM subject_states WHERE subject_id = :id AND (silence_check_at IS NOT NULL OR silent)"
    ),
    "planning": "SELECT count(*) FROM subject_states WHERE subject_id = :id AND planned_until IS NOT NULL",
    "ladders": "SELECT count(*) FROM alerts WHERE subject_id = :id AND next_step_at IS NOT NULL",
    "active alerts": "SELECT count(*) FROM alerts WHERE subject_id = :id AND condition = 'active'",
    "supervision": "SELECT count(*) FROM supervision_periods WHERE subject_id = :id AND upper_inf(period)",
    "classes": "SELECT count(*) FROM class_periods WHERE subject_id = :id AND upper_inf(period)",
    "assignments": "SELECT count(*) FROM assignments WHERE subject_id = :id AND upper_inf(period)",
}


@pytest.mark.parametrize("what", RUNNING)
def test_everything_that_ran_has_stopped(tx: Connection, running: Running, what: str) -> None:
    assert one(tx, RUNNING[what], running.subject.id) > 0
    end(tx, running)
    assert one(tx, RUNNING[what], running.subject.id) == 0


def test_what_opened_in_the_very_instant_has_stopped_too(tx: Connection, running: Running) -> None:
    duty = tx.execute(
        text("SELECT id FROM duties WHERE subject_id = :id AND state = 'open' LIMIT 1"), {"id": running.subject.id}
    )
    tx.execute(text("UPDATE duties SET opens_at = :now WHERE id = :id"), {"id": duty.scalar_one(), "now": NOW})
    end(tx, running)
    assert one(tx, RUNNING["open duties"], running.subject.id) == 0


def test_what_is_rejected_after_the_end_alerts_nobody(tx: Connection, running: Running) -> None:
    subject_id = running.subject.id
    opens_at, due_at = NOW - timedelta(hours=4), NOW - timedelta(hours=3)
    duty_id = a_duty(tx, running.tree, subject_id, opens_at, due_at, state=DutyState.OPEN)
    doubtful = CheckIn(UUID(int=90), b"body", opens_at)
    check_in(tx, Actor("subject", subject_id), doubtful, now=opens_at)
    assert duty_row(tx, duty_id).state == "submitted"
    end(tx, running)
    later = NOW + timedelta(days=1)
    review_check_in(tx, running.officer.actor, subject_id, UUID(int=90), accepted=False, note="非本人", now=later)
    assert duty_row(tx, duty_id).state == "missed"
    assert one(tx, "SELECT count(*) FROM alerts WHERE subject_id = :id AND kind = 'missed_check_in'", subject_id) == 0


def test_what_was_collected_keeps_its_power_on_record(tx: Connection, running: Running) -> None:
    begun = "SELECT count(*) FROM collection_powers WHERE subject_id = :id AND lower(covers) < :now"
    before = one(tx, begun, running.subject.id)
    end(tx, running)
    assert one(tx, begun, running.subject.id) == before > 0


def test_each_cancelled_duty_has_an_event_with_the_reason_and_the_officer(tx: Connection, running: Running) -> None:
    end(tx, running)
    events = tx.execute(
        text(
            """
            SELECT d.state, e.to_state, e.reason ->> 'code' AS code, e.actor_id FROM duties d
            LEFT JOIN LATERAL (SELECT * FROM duty_events e WHERE e.duty_id = d.id ORDER BY e.id DESC LIMIT 1) e ON true
            WHERE d.subject_id = :id
            """
        ),
        {"id": running.subject.id},
    ).all()
    assert {tuple(event) for event in events} == {("cancelled", "cancelled", "supervision_ended", running.officer.id)}


def test_an_alert_is_over_and_still_waits_for_a_person_to_close_it(tx: Connection, running: Running) -> None:
    end(tx, running)
    alert = tx.execute(text("SELECT condition, handling FROM alerts")).one()
    assert tuple(alert) == ("recovered", "open")


def test_the_subject_cannot_be_recognised_any_more(tx: Connection, running: Running) -> None:
    assert sessions.phone(tx, UUID(int=78), running.subject.id, now=NOW, heard=False) is not None
    end(tx, running)
    assert sessions.phone(tx, UUID(int=78), running.subject.id, now=NOW, heard=False) is None


def test_other_subjects_go_on(tx: Connection, running: Running) -> None:
    other = a_subject(tx, running.officer)
    end(tx, running)
    for what in ("planned duties", "silence check", "planning", "supervision"):
        assert one(tx, RUNNING[what], other.id) > 0


def test_the_end_again_for_the_same_reason_is_answered_alike(tx: Connection, running: Running) -> None:
    actor = running.officer.actor
    first = end_supervision(tx, actor, running.subject.id, EndReason.CUSTODY, None, now=NOW)
    later = end_supervision(tx, actor, running.subject.id, EndReason.CUSTODY, None, now=NOW + timedelta(days=1))
    assert first == later
    with pytest.raises(Conflict) as conflict:
        end_supervision(tx, actor, running.subject.id, EndReason.DEATH, None, now=NOW)
    assert conflict.value.code == "already_ended"


def test_nobody_sets_a_point_that_would_never_end(tx: Connection, running: Running) -> None:
    officer, before = running.officer, a_new_point(running.subject.id)
    assert set_visit_point(tx, officer.actor, before, now=NOW)
    end(tx, running)
    with pytest.raises(Conflict, match="not_in_correction"):
        set_visit_point(tx, officer.actor, a_new_point(running.subject.id), now=NOW)
    assert not set_visit_point(tx, officer.actor, before, now=NOW), "the same request again is answered alike"


def test_it_ends_without_a_phone_too(tx: Connection, running: Running) -> None:
    release_device(tx, running.officer.actor, running.subject.id, "手机损坏", now=NOW)
    end(tx, running)
    assert one(tx, "SELECT status FROM subjects WHERE id = :id", running.subject.id) == "ended"


def test_who_is_awaited_and_died_is_not_awaited_any_more(tx: Connection, running: Running) -> None:
    announced = an_announcement(running.officer.office)
    receipt, _ = notice_judgment(tx, running.officer.actor, announced, settings_for_tests(), now=NOW)
    end_supervision(tx, running.officer.actor, receipt.subject_id, EndReason.DEATH, None, now=NOW)
    assert one(tx, "SELECT state FROM duties WHERE subject_id = :id", receipt.subject_id) == "cancelled"


def test_out_of_reach_there_is_nobody_to_end(tx: Connection, running: Running) -> None:
    stranger = a_user(tx, running.tree.second_office)
    with pytest.raises(NotFound):
        end_supervision(tx, stranger.actor, running.subject.id, EndReason.DEATH, None, now=NOW)


def test_the_end_is_recorded_with_reason_and_note(tx: Connection, running: Running) -> None:
    end(tx, running)
    act = tx.execute(text("SELECT actor_id, subject_id, reason, details FROM audit WHERE action = 'subject.end'")).one()
    assert tuple(act) == (running.officer.id, running.subject.id, "已收监", {"reason": "custody"})
