"""Opening, reminding, judging and waiving: one second before, at and after each edge; who is told; what is raised."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.rules import silence
from app.rules.calendar import SHANGHAI
from app.rules.duties import (
    LOW_BATTERY_PERCENT,
    PERMISSION_LOST,
    DutyFacts,
    Gap,
    JudgeFacts,
    PhoneFacts,
    WaiveFacts,
    judge,
    open_duty,
    remind,
    waive,
)
from app.rules.effects import (
    ChangeDuty,
    Decision,
    MarkReminded,
    Notify,
    OpenIncident,
    PostponeJudgment,
    RaiseAlert,
    RecoverAlert,
    WriteAudit,
)
from app.rules.errors import Conflict
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    Cause,
    Channel,
    DutyKind,
    DutyState,
    Obligor,
    Reason,
    Strength,
    about_item,
)
from app.rules.wording import sentence
from tests.rules.policies import shipped

DUTY, SUBJECT, OFFICE, VERSION = (UUID(int=n) for n in (1, 2, 3, 4))
OFFICER = Actor("user", UUID(int=9))
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
WAIT = timedelta(minutes=shipped("jiangshan").late_evidence_wait_min)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


OPENS, ENDS = local("2026-03-02T08:00"), local("2026-03-02T10:00")
JUDGED = ENDS + 30 * MINUTE + 30 * SECOND
CHECK_IN = DutyFacts(DUTY, SUBJECT, OFFICE, DutyKind.CHECK_IN, Obligor.SUBJECT, DutyState.OPEN, OPENS, ENDS)
VISIT = replace(
    CHECK_IN,
    kind=DutyKind.VISIT,
    obligor=Obligor.OFFICE,
    opens_at=local("2026-03-02T09:00"),
    due_at=local("2026-03-13T00:00"),
)


def facts(duty: DutyFacts = CHECK_IN, *gaps: Gap, **more: Any) -> JudgeFacts:
    rule_code = {DutyKind.VISIT: "访1", DutyKind.TALK: "谈1"}.get(duty.kind, "check_in.strict.1")
    more.setdefault("planned_at", duty.opens_at - timedelta(hours=72))
    return JudgeFacts(duty, rule_code, policy_version_id=VERSION, policy=shipped("jiangshan"), gaps=gaps, **more)


def gap(from_at: str, to_at: str | None) -> Gap:
    return Gap(local(f"2026-03-{from_at}"), local(f"2026-03-{to_at}") if to_at else None)


def only(decision: Decision, kind: type) -> Any:
    (found,) = [effect for effect in decision.effects if isinstance(effect, kind)]
    return found


def kinds(decision: Decision) -> list[type]:
    return [type(effect) for effect in decision.effects]


# ------------------------------------------------------------------------------------------------------------- opening


@dataclass(frozen=True)
class Told:
    name: str
    duty: DutyFacts
    at: datetime
    told: bool


RANDOM = replace(CHECK_IN, state=DutyState.PLANNED, random=True)


@pytest.mark.parametrize(
    "case",
    [
        Told("a random window, when it opens", RANDOM, OPENS, True),
        Told("a random window, a second before its end", RANDOM, ENDS - SECOND, True),
        Told("a random window that is over", RANDOM, ENDS, False),
        Told("a fixed window", replace(RANDOM, random=False), OPENS, False),
        Told("somebody without a smartphone", replace(RANDOM, channel=Channel.NO_SMARTPHONE), OPENS, False),
        Told("a random location check", replace(RANDOM, kind=DutyKind.LOCATION_CHECK), OPENS, True),
        Told("a visit, which officers see in their list", replace(VISIT, state=DutyState.PLANNED), OPENS, False),
    ],
    ids=lambda case: case.name,
)
def test_who_is_told_of_an_opening(case: Told) -> None:
    decision = open_duty(case.duty, now=case.at)
    opened = decision.effects[0]
    assert isinstance(opened, ChangeDuty)
    assert (opened.state, opened.at, opened.office_id) == (DutyState.OPEN, case.at, OFFICE)
    assert kinds(decision)[1:] == ([Notify] if case.told else [])


def test_the_notice_of_an_opening_goes_to_the_subject_about_the_duty() -> None:
    notice = only(open_duty(RANDOM, now=OPENS), Notify)
    assert (notice.recipient_kind, notice.recipient_id) == ("subject", SUBJECT)
    assert (notice.about, notice.step, notice.push_at) == (About("duty", DUTY), "opened", OPENS)
    assert sentence(notice.wording.code, dict(notice.wording.params)) == "签到时间到了,请在 10:00 前用手机签到。"


@pytest.mark.parametrize(
    ("ended", "state"),
    [(ENDS - SECOND, DutyState.CANCELLED), (ENDS, DutyState.CANCELLED), (ENDS + SECOND, DutyState.OPEN)],
)
def test_what_was_due_after_the_end_of_supervision_falls_away(ended: datetime, state: DutyState) -> None:
    assert only(open_duty(replace(RANDOM, ended_at=ended), now=ENDS + MINUTE), ChangeDuty).state is state


# ----------------------------------------------------------------------------------------------------------- reminders


@pytest.mark.parametrize(
    "case",
    [
        Told("a check-in", CHECK_IN, ENDS - 30 * MINUTE, True),
        Told("a check-in, a second before its end", CHECK_IN, ENDS - SECOND, True),
        Told("a check-in that is over", CHECK_IN, ENDS, False),
        Told("somebody without a smartphone", replace(CHECK_IN, channel=Channel.NO_SMARTPHONE), OPENS, False),
        Told("somebody whose supervision ended", replace(CHECK_IN, ended_at=OPENS), OPENS + MINUTE, False),
    ],
    ids=lambda case: case.name,
)
def test_who_is_reminded(case: Told) -> None:
    decision = remind(case.duty, now=case.at)
    assert only(decision, MarkReminded) == MarkReminded(DUTY, case.at)
    assert kinds(decision)[1:] == ([Notify] if case.told else [])


# ------------------------------------------------------------------------------------------------------------- judging


def test_a_missed_check_in_raises_one_alert_about_the_subject_with_the_windows_own_time() -> None:
    heard = local("2026-03-01T23:10")
    missed, alert = judge(facts(phone=PhoneFacts(heard)), now=JUDGED).effects
    assert isinstance(missed, ChangeDuty)
    assert isinstance(alert, RaiseAlert)
    assert (missed.state, missed.at) == (DutyState.MISSED, JUDGED)
    assert (alert.kind, alert.about, alert.source) == (
        AlertKind.MISSED_CHECK_IN,
        About("subject", SUBJECT),
        About("duty", DUTY),
    )
    assert (alert.event_at, alert.at, alert.late) == (ENDS, JUDGED, False)
    assert (alert.office_id, alert.rule_code, alert.policy_version_id) == (OFFICE, "check_in.strict.1", VERSION)
    assert sentence(alert.why.code, dict(alert.why.params)) == (
        "3月2日 08:00 至 10:00 未收到签到,手机 3月1日 23:10 之后没有联系。"
    )


@dataclass(frozen=True)
class Reading:
    name: str
    phone: PhoneFacts
    code: str
    cause: Cause
    strength: Strength


BEFORE, WITHIN, AFTER = OPENS - SECOND, OPENS, ENDS
READINGS = [
    Reading("never heard", PhoneFacts(), "never_heard", Cause.UNSURE, Strength.WEAK),
    Reading("silent since before the window", PhoneFacts(BEFORE), "silent", Cause.UNSURE, Strength.WEAK),
    Reading("heard as it opened, then silent", PhoneFacts(WITHIN), "silent", Cause.UNSURE, Strength.MEDIUM),
    Reading("heard a second before the end", PhoneFacts(ENDS - SECOND), "silent", Cause.UNSURE, Strength.MEDIUM),
    Reading("heard at the end and after", PhoneFacts(AFTER), "heard", Cause.PERSON, Strength.MEDIUM),
    Reading("silent on an empty battery", PhoneFacts(BEFORE, 10), "low_battery", Cause.PHONE, Strength.WEAK),
    Reading("silent on a battery that lasts", PhoneFacts(BEFORE, 21), "silent", Cause.UNSURE, Strength.WEAK),
    Reading("silent without a network", PhoneFacts(BEFORE, network="none"), "no_network", Cause.PHONE, Strength.WEAK),
    Reading("heard on an empty battery", PhoneFacts(AFTER, 3), "heard", Cause.PERSON, Strength.MEDIUM),
    Reading(
        "silent in battery saver",
        PhoneFacts(BEFORE, battery_saver=True),
        "battery_saver",
        Cause.PHONE,
        Strength.WEAK,
    ),
    Reading("heard in battery saver", PhoneFacts(AFTER, battery_saver=True), "heard", Cause.PERSON, Strength.MEDIUM),
    Reading(
        "heard without permission to locate",
        PhoneFacts(AFTER, 80, "denied"),
        "no_permission",
        Cause.PHONE,
        Strength.MEDIUM,
    ),
    Reading(
        "silent with location switched off",
        PhoneFacts(BEFORE, 80, "services_off"),
        "no_permission",
        Cause.PHONE,
        Strength.WEAK,
    ),
    Reading("permission only in use", PhoneFacts(AFTER, 80, "while_in_use"), "heard", Cause.PERSON, Strength.MEDIUM),
]


@pytest.mark.parametrize("case", READINGS, ids=lambda case: case.name)
def test_what_a_miss_is_put_down_to(case: Reading) -> None:
    alert = only(judge(facts(phone=case.phone), now=JUDGED), RaiseAlert)
    assert (alert.why.code, alert.cause, alert.strength) == (f"missed_check_in_{case.code}", case.cause, case.strength)
    assert "—" not in sentence(alert.why.code, dict(alert.why.params))


def test_who_has_no_smartphone_is_not_told_from_a_phone() -> None:
    duty = replace(CHECK_IN, channel=Channel.NO_SMARTPHONE)
    alert = only(judge(facts(duty, phone=PhoneFacts(BEFORE, 3)), now=JUDGED), RaiseAlert)
    assert (alert.why.code, alert.cause) == ("missed_check_in_in_person", Cause.UNSURE)


def test_the_same_phone_faults_count_as_for_a_silence() -> None:
    assert LOW_BATTERY_PERCENT == silence.LOW_BATTERY_PERCENT
    assert PERMISSION_LOST == silence.PERMISSION_LOST


def test_a_missed_location_check_is_counted_and_raises_nothing() -> None:
    assert kinds(judge(facts(replace(CHECK_IN, kind=DutyKind.LOCATION_CHECK)), now=JUDGED)) == [ChangeDuty]


@pytest.mark.parametrize(
    ("kind", "alert_kind", "words"),
    [
        (
            DutyKind.VISIT,
            AlertKind.VISIT_OVERDUE,
            "走访家庭最迟应在 3月12日 完成,还没有记录。去过的请补记,没去的请尽快安排,",
        ),
        (
            DutyKind.TALK,
            AlertKind.TALK_OVERDUE,
            "入矫必谈最迟应在 3月12日 完成,还没有记录。谈过的请补记,没谈的请尽快安排,",
        ),
    ],
)
def test_an_overdue_visit_or_talk_raises_the_alert_of_its_item(
    kind: DutyKind, alert_kind: AlertKind, words: str
) -> None:
    alert = only(judge(facts(replace(VISIT, kind=kind)), now=VISIT.due_at + 30 * SECOND), RaiseAlert)
    code = "访1" if kind is DutyKind.VISIT else "谈1"
    assert (alert.kind, alert.about, alert.event_at) == (alert_kind, about_item(code), VISIT.due_at)
    assert alert.source == About("duty", DUTY)
    assert (alert.cause, alert.strength) == (Cause.UNSURE, Strength.STRONG)
    assert sentence(alert.why.code, dict(alert.why.params)) == f"{words}不适用的请写明理由申请免除。"


def test_an_overdue_intake_carries_what_its_own_rule_found() -> None:
    why = (Reason("intake_overdue_no_papers", (("due_on", "2026-03-12"),)), Cause.UNSURE, Strength.MEDIUM)
    duty = replace(VISIT, kind=DutyKind.INTAKE, obligor=Obligor.SUBJECT)
    alert = only(judge(facts(duty, why=why), now=duty.due_at + 30 * SECOND), RaiseAlert)
    assert (alert.kind, alert.about) == (AlertKind.MISSED_INTAKE, About("duty", DUTY))
    assert (alert.why, alert.cause, alert.strength) == why


def test_a_scheduler_that_was_away_excuses_nobody_and_moves_no_time() -> None:
    late = JUDGED + timedelta(hours=26)
    missed, alert = judge(facts(replace(CHECK_IN, state=DutyState.PLANNED)), now=late).effects
    assert isinstance(missed, ChangeDuty)
    assert isinstance(alert, RaiseAlert)
    assert (missed.at, missed.office_id) == (late, OFFICE)
    assert alert.event_at == ENDS


# ---------------------------------------------------------------------------------------------------------- standstill


@dataclass(frozen=True)
class Away:
    name: str
    gaps: tuple[Gap, ...]
    excused: bool


AWAY = [
    Away("at the end", (gap("02T09:59", "02T10:05"),), True),
    Away("from the last second on", (Gap(ENDS - SECOND, ENDS + MINUTE),), True),
    Away("from the end on", (Gap(ENDS, ENDS + 60 * MINUTE),), False),
    Away("back exactly at the end", (Gap(ENDS - 10 * MINUTE, ENDS),), True),
    Away("back a second before the end", (Gap(ENDS - 10 * MINUTE, ENDS - SECOND),), False),
    Away("not back yet", (gap("02T09:59", None),), True),
    Away("exactly half of the window", (gap("02T08:30", "02T09:30"),), False),
    Away("a second more than half", (Gap(local("2026-03-02T08:30"), local("2026-03-02T09:30") + SECOND),), True),
    Away("half of it, begun long before", (gap("01T08:00", "02T09:00"),), False),
    Away("more than half in two gaps", (gap("02T08:00", "02T08:45"), gap("02T09:00", "02T09:20")), True),
    Away("before the window", (gap("02T07:00", "02T08:00"),), False),
]


@pytest.mark.parametrize("case", AWAY, ids=lambda case: case.name)
def test_when_the_service_was_away_so_that_nobody_can_be_blamed(case: Away) -> None:
    decision = judge(facts(CHECK_IN, *case.gaps), now=JUDGED)
    assert kinds(decision) == ([PostponeJudgment] if case.excused else [ChangeDuty, RaiseAlert])


def test_late_evidence_is_awaited_from_the_services_return_and_then_nobody_is_judged() -> None:
    outage = gap("02T09:30", "02T11:00")
    ready = outage.to_at
    assert ready is not None
    ready += WAIT
    first = judge(facts(CHECK_IN, outage), now=JUDGED)
    assert first == Decision((PostponeJudgment(DUTY, ready),))
    assert judge(facts(CHECK_IN, outage), now=ready - SECOND) == Decision((PostponeJudgment(DUTY, ready),))
    changed, incident = judge(facts(CHECK_IN, outage), now=ready).effects
    assert isinstance(changed, ChangeDuty)
    assert (changed.state, changed.at) == (DutyState.UNJUDGED, ready)
    assert incident == OpenIncident("service_away", "api", outage.from_at, local("2026-03-02T11:00"), SUBJECT, ready)
    assert sentence(changed.reason.code, dict(changed.reason.params)) == (
        "3月2日 09:30 至 3月2日 11:00 服务自身中断,此项不作判断。"
    )


def test_while_the_service_is_away_the_judgment_waits() -> None:
    decision = judge(facts(CHECK_IN, gap("02T09:30", None)), now=JUDGED)
    assert decision == Decision((PostponeJudgment(DUTY, JUDGED + WAIT),))


def test_after_a_long_standstill_of_everything_the_wait_counts_from_the_return() -> None:
    outage = gap("02T09:30", "03T11:30")
    assert outage.to_at is not None
    assert judge(facts(CHECK_IN, outage), now=outage.to_at + MINUTE).effects == (
        PostponeJudgment(DUTY, outage.to_at + WAIT),
    )
    assert only(judge(facts(CHECK_IN, outage), now=outage.to_at + WAIT), ChangeDuty).state is DutyState.UNJUDGED


def test_one_gap_is_one_incident_whatever_windows_it_covers() -> None:
    outage = gap("02T09:30", "02T20:00")
    afternoon = replace(CHECK_IN, opens_at=local("2026-03-02T14:00"), due_at=local("2026-03-02T15:00"))
    late = local("2026-03-03T08:00")
    first, second = (only(judge(facts(duty, outage), now=late), OpenIncident) for duty in (CHECK_IN, afternoon))
    assert first == second


def test_a_visit_over_days_is_not_excused_by_an_hour_in_between() -> None:
    late = VISIT.due_at + 30 * SECOND
    assert kinds(judge(facts(VISIT, gap("05T09:00", "05T10:00")), now=late)) == [ChangeDuty, RaiseAlert]
    assert kinds(judge(facts(VISIT, gap("12T23:59", "13T00:01")), now=late)) == [PostponeJudgment]


@pytest.mark.parametrize("kind", [DutyKind.INTAKE, DutyKind.VISIT, DutyKind.TALK])
def test_what_runs_for_days_is_missed_after_the_wait_unless_most_of_it_was_lost(kind: DutyKind) -> None:
    duty, waited = replace(VISIT, kind=kind), VISIT.due_at + timedelta(hours=3)
    assert kinds(judge(facts(duty, gap("12T23:59", "13T00:01")), now=waited)) == [ChangeDuty, RaiseAlert]
    lost = Gap(duty.opens_at, duty.due_at + MINUTE)
    assert kinds(judge(facts(duty, lost), now=waited)) == [ChangeDuty, OpenIncident]


@pytest.mark.parametrize(
    ("planned", "state"),
    [
        (OPENS, DutyState.MISSED),
        (OPENS + 60 * MINUTE, DutyState.MISSED),
        (OPENS + 60 * MINUTE + SECOND, DutyState.UNJUDGED),
        (ENDS + timedelta(days=2), DutyState.UNJUDGED),
    ],
)
@pytest.mark.parametrize("kind", [DutyKind.CHECK_IN, DutyKind.LOCATION_CHECK])
def test_a_window_that_was_planned_when_half_of_it_was_over_blames_nobody(
    kind: DutyKind, planned: datetime, state: DutyState
) -> None:
    decision = judge(facts(replace(CHECK_IN, kind=kind), planned_at=planned), now=JUDGED + timedelta(days=3))
    assert only(decision, ChangeDuty).state is state
    if state is DutyState.UNJUDGED:
        assert only(decision, OpenIncident).from_at == planned
        assert RaiseAlert not in kinds(decision)


@pytest.mark.parametrize("kind", [DutyKind.INTAKE, DutyKind.VISIT, DutyKind.TALK])
def test_what_is_owed_by_law_or_by_an_office_is_owed_however_late_it_was_entered(kind: DutyKind) -> None:
    decision = judge(facts(replace(VISIT, kind=kind), planned_at=VISIT.due_at + SECOND), now=VISIT.due_at + MINUTE)
    assert kinds(decision) == [ChangeDuty, RaiseAlert]


@pytest.mark.parametrize(
    ("ended", "state"),
    [(ENDS - SECOND, DutyState.CANCELLED), (ENDS, DutyState.CANCELLED), (ENDS + SECOND, DutyState.MISSED)],
)
def test_nobody_is_judged_for_what_was_due_after_supervision_ended(ended: datetime, state: DutyState) -> None:
    decision = judge(facts(replace(CHECK_IN, ended_at=ended)), now=JUDGED)
    assert only(decision, ChangeDuty).state is state


# ------------------------------------------------------------------------------------------------------------- waiving


@pytest.mark.parametrize("state", [DutyState.PLANNED, DutyState.OPEN])
def test_a_duty_is_waived_by_a_named_user_with_a_reason(state: DutyState) -> None:
    decision = waive(WaiveFacts(DUTY, SUBJECT, DutyKind.CHECK_IN, state), "住院", OFFICER, now=OPENS)
    changed = only(decision, ChangeDuty)
    assert (changed.state, changed.note, changed.actor) == (DutyState.WAIVED, "住院", OFFICER)
    assert only(decision, WriteAudit).object == About("duty", DUTY)
    assert RecoverAlert not in kinds(decision)


@pytest.mark.parametrize(
    ("kind", "alert_kind", "about"),
    [
        (DutyKind.CHECK_IN, AlertKind.MISSED_CHECK_IN, About("subject", SUBJECT)),
        (DutyKind.VISIT, AlertKind.VISIT_OVERDUE, about_item("访1")),
        (DutyKind.TALK, AlertKind.TALK_OVERDUE, about_item("访1")),
        (DutyKind.INTAKE, AlertKind.MISSED_INTAKE, About("duty", DUTY)),
    ],
)
def test_with_a_missed_duty_its_alert_is_over(kind: DutyKind, alert_kind: AlertKind, about: About) -> None:
    missed = WaiveFacts(DUTY, SUBJECT, kind, DutyState.MISSED, rule_code="访1")
    over = only(waive(missed, "住院", OFFICER, now=JUDGED), RecoverAlert)
    assert (over.kind, over.about, over.source, over.reason.code) == (
        alert_kind,
        about,
        About("duty", DUTY),
        "duty_waived",
    )


def test_what_waits_for_review_may_have_been_missed_before_and_then_its_alert_is_over_too() -> None:
    facts = WaiveFacts(DUTY, SUBJECT, DutyKind.CHECK_IN, DutyState.SUBMITTED)
    over = only(waive(facts, "住院", OFFICER, now=JUDGED), RecoverAlert)
    assert (over.kind, over.source) == (AlertKind.MISSED_CHECK_IN, About("duty", DUTY))


def test_a_missed_location_check_has_no_alert_to_end() -> None:
    decision = waive(WaiveFacts(DUTY, SUBJECT, DutyKind.LOCATION_CHECK, DutyState.MISSED), "住院", OFFICER, now=JUDGED)
    assert kinds(decision) == [ChangeDuty, WriteAudit]


@pytest.mark.parametrize(
    "state",
    [DutyState.FULFILLED, DutyState.LATE, DutyState.WAIVED, DutyState.CANCELLED, DutyState.UNJUDGED],
)
def test_what_is_settled_is_not_waived(state: DutyState) -> None:
    with pytest.raises(Conflict, match="duty_settled"):
        waive(WaiveFacts(DUTY, SUBJECT, DutyKind.CHECK_IN, state), "住院", OFFICER, now=JUDGED)


# ----------------------------------------------------------------------------------------------------- times in words


@pytest.mark.parametrize(
    ("opens", "due", "words"),
    [
        ("2026-03-02T08:00", "2026-03-02T10:00", "签到将在 10:00 截止,请尽快用手机签到。"),
        ("2026-03-02T20:00", "2026-03-03T00:00", "签到将在 24:00 截止,请尽快用手机签到。"),
        ("2026-03-02T23:30", "2026-03-03T00:30", "签到将在 3月3日 00:30 截止,请尽快用手机签到。"),
        ("2028-02-29T23:30", "2028-03-01T00:30", "签到将在 3月1日 00:30 截止,请尽快用手机签到。"),
    ],
)
def test_ends_of_windows_in_words(opens: str, due: str, words: str) -> None:
    duty = replace(CHECK_IN, opens_at=local(opens), due_at=local(due))
    notice = only(remind(duty, now=duty.due_at - MINUTE), Notify)
    assert sentence(notice.wording.code, dict(notice.wording.params)) == words
