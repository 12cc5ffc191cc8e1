from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules import subjects
from app.rules.effects import CancelPlanned, ChangeDuty, MovePlan, MoveSilenceCheck, RecoverAlert, WriteAudit
from app.rules.effects.occasions import occasion
from app.rules.errors import Conflict, Refused, ZhifangError
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    Channel,
    DutyKind,
    DutyState,
    EndReason,
    OccasionKind,
    SubjectStatus,
    SupervisionClass,
)
from app.rules.subjects import ActiveAlert, Standing, UnsettledDuty

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OFFICER = Actor("user", UUID(int=9))
SUBJECT = UUID(int=1)
ENTERED = UUID(int=7)
STANDING = Standing(
    subject_id=SUBJECT,
    status=SubjectStatus.IN_CORRECTION,
    office_id=UUID(int=2),
    channel=Channel.SMARTPHONE,
    class_=SupervisionClass.NORMAL,
    class_since=NOW - timedelta(days=30),
    registered_at=NOW - timedelta(days=30),
    planned_until=NOW + timedelta(days=3),
    ended_at=None,
    end_reason=None,
)
DAY = timedelta(hours=24)


def test_silence_counts_from_registration() -> None:
    decision = subjects.register(SUBJECT, Channel.SMARTPHONE, DAY, registration_id=ENTERED, now=NOW, actor=OFFICER)
    assert MoveSilenceCheck(SUBJECT, NOW + DAY, silent=False, since=NOW) in decision.effects
    assert [effect.action for effect in decision.effects if isinstance(effect, WriteAudit)] == ["subject.register"]
    intake = occasion(SUBJECT, OccasionKind.INTAKE, About("registration", ENTERED), NOW, OFFICER, now=NOW)
    assert intake in decision.effects


def test_nobody_is_watched_for_silence_without_a_smartphone() -> None:
    decision = subjects.register(SUBJECT, Channel.NO_SMARTPHONE, DAY, registration_id=ENTERED, now=NOW, actor=OFFICER)
    assert MoveSilenceCheck(SUBJECT, None, silent=False, since=NOW) in decision.effects


def test_a_change_of_class_is_recorded_with_its_reason() -> None:
    decision = subjects.change_class(
        STANDING, SupervisionClass.STRICT, change_id=ENTERED, at=NOW - SECOND, note="两次未签到", now=NOW, actor=OFFICER
    )
    act, told = decision.effects
    source = About("class_period", ENTERED)
    assert told == occasion(SUBJECT, OccasionKind.CLASS_CHANGE, source, NOW - SECOND, OFFICER, now=NOW)
    assert isinstance(act, WriteAudit)
    assert (act.action, act.reason) == ("subject.change_class", "两次未签到")
    assert dict(act.details) == {"from": "normal", "to": "strict"}


@pytest.mark.parametrize(
    ("standing", "class_", "at", "code"),
    [
        (STANDING, SupervisionClass.NORMAL, NOW, "class_unchanged"),
        (STANDING, SupervisionClass.STRICT, NOW + SECOND, "class_change_ahead"),
        (STANDING, SupervisionClass.STRICT, NOW - timedelta(days=30) - SECOND, "class_change_before"),
        (replace(STANDING, status=SubjectStatus.NOTICED), SupervisionClass.STRICT, NOW, "not_in_correction"),
        (replace(STANDING, status=SubjectStatus.ENDED), SupervisionClass.STRICT, NOW, "not_in_correction"),
    ],
)
def test_a_change_of_class_that_does_not_fit(
    standing: Standing, class_: SupervisionClass, at: datetime, code: str
) -> None:
    with pytest.raises(ZhifangError) as refused:
        subjects.change_class(standing, class_, change_id=ENTERED, at=at, note="", now=NOW, actor=OFFICER)
    assert refused.value.code == code
    assert isinstance(refused.value, Refused if "change" in code and code != "class_unchanged" else Conflict)


@pytest.mark.parametrize("at", [NOW, NOW - timedelta(days=30)])
def test_a_class_may_change_now_or_back_to_the_beginning_of_the_present_one(at: datetime) -> None:
    subjects.change_class(STANDING, SupervisionClass.STRICT, change_id=ENTERED, at=at, note="", now=NOW, actor=OFFICER)


def test_what_a_job_opened_in_the_very_instant_is_cancelled_too() -> None:
    effects = end(UnsettledDuty(UUID(int=5), NOW, DutyState.OPEN))
    assert [effect.state for effect in effects if isinstance(effect, ChangeDuty)] == [DutyState.CANCELLED]


def end(*duties: UnsettledDuty, standing: Standing = STANDING) -> tuple[object, ...]:
    alerts = (ActiveAlert(AlertKind.LOST_CONTACT, About("subject", SUBJECT)),)
    return subjects.end(standing, EndReason.CUSTODY, duties, alerts, note="收监", now=NOW, actor=OFFICER).effects


def test_the_end_stops_what_is_planned_and_what_is_open() -> None:
    opened, at_now, ahead = (UnsettledDuty(UUID(int=n + 5), NOW + n * SECOND, DutyState.PLANNED) for n in (-1, 0, 1))
    effects = end(opened, at_now, ahead)
    cancelled = [effect for effect in effects if isinstance(effect, ChangeDuty)]
    assert [(effect.duty_id, effect.state) for effect in cancelled] == [(opened.id, DutyState.CANCELLED)]
    planned = [effect for effect in effects if isinstance(effect, CancelPlanned)]
    assert [(effect.since, set(effect.kinds)) for effect in planned] == [(NOW, set(DutyKind))]


def test_the_end_stops_planning_watching_and_ladders() -> None:
    effects = end()
    assert MovePlan(SUBJECT, None) in effects
    assert MoveSilenceCheck(SUBJECT, None, silent=False) in effects
    recovered = [effect for effect in effects if isinstance(effect, RecoverAlert)]
    assert [(effect.kind, effect.about, effect.recovered_at) for effect in recovered] == [
        (AlertKind.LOST_CONTACT, About("subject", SUBJECT), NOW)
    ]


def test_the_end_is_recorded_with_its_reason() -> None:
    acts = [effect for effect in end() if isinstance(effect, WriteAudit)]
    assert [(act.action, act.reason, dict(act.details)) for act in acts] == [
        ("subject.end", "收监", {"reason": "custody"})
    ]


def test_somebody_who_is_awaited_may_end_too() -> None:
    assert MovePlan(SUBJECT, None) in end(standing=replace(STANDING, status=SubjectStatus.NOTICED))


def test_what_ended_does_not_end_again() -> None:
    with pytest.raises(Conflict) as conflict:
        end(standing=replace(STANDING, status=SubjectStatus.ENDED))
    assert conflict.value.code == "already_ended"


def test_a_new_phone_is_watched_from_now_on() -> None:
    decision = subjects.change_channel(STANDING, Channel.SMARTPHONE, DAY, now=NOW)
    assert decision.effects == (MoveSilenceCheck(SUBJECT, NOW + DAY, silent=False, since=NOW),)


def test_a_phone_that_is_given_up_is_not_watched_and_its_silence_is_over() -> None:
    over, look = subjects.change_channel(STANDING, Channel.NO_SMARTPHONE, DAY, now=NOW).effects
    assert look == MoveSilenceCheck(SUBJECT, None, silent=False, since=NOW)
    assert isinstance(over, RecoverAlert)
    assert (over.kind, over.about, over.recovered_at) == (AlertKind.LOST_CONTACT, About("subject", SUBJECT), NOW)
