"""Leave asked for, decided, revoked, extended, and ended: by whom, with what effects, and what is refused."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest

from app.rules.effects import ChangeDuty, Decision, Notify, PlanDuty, RecoverAlert, WriteAudit
from app.rules.effects.leave import (
    DecideLeave,
    EndLeave,
    JudgeAgain,
    PermitReminded,
    RecountLeave,
    RequestLeave,
)
from app.rules.errors import Conflict, NotAllowed, Refused, ZhifangError
from app.rules.facts import Actor, DutyState, Grant, Role, SubjectStatus
from app.rules.leave import LeaveKind, LeaveLevel, LeaveState
from app.rules.leave.asking import ask, withdraw
from app.rules.leave.deciding import decide, revoke
from app.rules.leave.facts import Leave, Person, Verdict
from app.rules.leave.filing import EndingPermit, permit_ends, tell_procuratorate
from app.rules.policy import with_changes
from tests.builders.leave import HANGZHOU, LONGYOU, a_leave, a_person, wanted
from tests.builders.offices import shipped_policy

NOW = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
PHONE = Actor("subject", UUID(int=1))
YES, NO = Verdict(True), Verdict(False, "材料与事由不符,请补充后再申请")

E = TypeVar("E")


def user(role: Role, number: int = 7) -> Actor:
    return Actor("user", UUID(int=number), (Grant(role, UUID(int=3), "x"),))


OFFICER, COUNTY, CITY = user(Role.OFFICER), user(Role.COUNTY_STAFF, 8), user(Role.CITY_STAFF, 9)


def of(decision: Decision, kind: type[E]) -> list[E]:
    return [effect for effect in decision.effects if isinstance(effect, kind)]


def pending(from_at: datetime, until: datetime, **changes: Any) -> Leave:
    unknown: dict[str, Any] = dict.fromkeys(("decided_by", "decided_level", "counts_from", "duty_id", "duty_state"))
    return a_leave(from_at, until, "asked", **{"state": LeaveState.PENDING, **unknown, **changes})


def code_of(call: Any, *given: Any, **more: Any) -> str:
    with pytest.raises(ZhifangError) as refused:
        call(*given, **more)
    return refused.value.code


# Asking


def test_a_request_waits_for_whoever_must_decide_and_they_are_told() -> None:
    decision = ask(a_person(), wanted(NOW + 5 * DAY, NOW + 9 * DAY), PHONE, now=NOW)
    (request,) = of(decision, RequestLeave)
    assert (request.decider, request.days, request.total_days, request.asked_late) == ("office", 5, 5, False)
    assert (request.entered_by, request.root_id) == (None, request.id)
    (notice,) = of(decision, Notify)
    assert (notice.recipient_id, notice.wording.code) == (UUID(int=7), "leave_asked")
    (audit,) = of(decision, WriteAudit)
    assert (audit.action, audit.details["days"]) == ("leave.request", 5)


def test_asked_late_it_is_taken_and_says_so() -> None:
    (request,) = of(ask(a_person(), wanted(NOW + HOUR, NOW + DAY), OFFICER, now=NOW), RequestLeave)
    assert (request.asked_late, request.entered_by) == (True, OFFICER.id)


REFUSED_REQUESTS = [
    ("ends before it begins", wanted(NOW + 2 * DAY, NOW + DAY), a_person(), "ends_before_it_begins"),
    ("is over", wanted(NOW - 2 * DAY, NOW - DAY), a_person(), "leave_over_already"),
    ("ends this very instant", wanted(NOW - 2 * DAY, NOW), a_person(), "leave_over_already"),
    ("beyond a year", wanted(NOW + DAY, NOW + 400 * DAY), a_person(), "leave_too_long"),
    ("without an end", wanted(NOW + DAY, None), a_person(), "leave_to_needed"),
    ("without a beginning", wanted(None, NOW + DAY), a_person(), "leave_from_needed"),
    ("ended", wanted(NOW, NOW + DAY), a_person(status=SubjectStatus.ENDED), "not_in_correction"),
    ("other leave", wanted(NOW + DAY, NOW + 3 * DAY), a_person(a_leave(NOW, NOW + 2 * DAY)), "leave_overlaps"),
    ("other request", wanted(NOW + DAY, NOW + 3 * DAY), a_person(pending(NOW, NOW + 2 * DAY)), "leave_overlaps"),
    (
        "a permit without times",
        wanted(NOW, None, kind=LeaveKind.PERMIT),
        a_person(),
        "permit_frequency_needed",
    ),
    (
        "a permit beyond six months",
        wanted(NOW, NOW + 185 * DAY, kind=LeaveKind.PERMIT, frequency="每周二"),
        a_person(),
        "permit_too_long",
    ),
    (
        "a second permit",
        wanted(NOW, None, kind=LeaveKind.PERMIT, frequency="每周二"),
        a_person(pending(NOW, NOW + DAY, kind=LeaveKind.PERMIT)),
        "permit_pending",
    ),
    (
        "nothing to extend",
        wanted(None, NOW + 9 * DAY, extends_id=UUID(int=99)),
        a_person(),
        "leave_not_running",
    ),
]


@pytest.mark.parametrize(("given", "person", "code"), [case[1:] for case in REFUSED_REQUESTS])
def test_what_cannot_be_asked(given: Any, person: Person, code: str) -> None:
    assert code_of(ask, person, given, PHONE, now=NOW) == code


def test_leave_may_follow_leave_without_a_gap() -> None:
    assert ask(a_person(a_leave(NOW, NOW + DAY)), wanted(NOW + DAY, NOW + 2 * DAY), PHONE, now=NOW).effects


@pytest.mark.parametrize(
    ("from_at", "until"),
    [("2026-03-02T09:00", "2026-09-02T09:00"), ("2026-08-31T00:00", "2027-02-28T00:00")],
)
def test_a_permit_lasts_six_calendar_months_and_is_the_countys(from_at: str, until: str) -> None:
    begins = datetime.fromisoformat(f"{from_at}:00+08:00")
    permit = wanted(begins, None, kind=LeaveKind.PERMIT, frequency="每周二、周五送货", destinations=(HANGZHOU, LONGYOU))
    (request,) = of(ask(a_person(), permit, PHONE, now=NOW), RequestLeave)
    assert (request.until, request.decider) == (datetime.fromisoformat(f"{until}:00+08:00"), "county")


def test_an_extension_goes_on_where_the_leave_ends_and_counts_anew() -> None:
    old = a_leave(NOW - 4 * DAY, NOW + 10 * HOUR)
    decision = ask(a_person(old), wanted(None, NOW + 3 * DAY, extends_id=old.id), PHONE, now=NOW)
    (request,) = of(decision, RequestLeave)
    assert (request.from_at, request.root_id, request.days, request.decider) == (old.until, old.id, 8, "county")
    assert not request.asked_late


def test_taking_back_is_for_before_the_decision() -> None:
    waiting = pending(NOW + DAY, NOW + 2 * DAY)
    (end,) = of(withdraw(a_person(waiting), waiting, None, PHONE, now=NOW), EndLeave)
    assert end.state == LeaveState.WITHDRAWN
    again = replace(waiting, state=LeaveState.WITHDRAWN)
    assert withdraw(a_person(again), again, None, PHONE, now=NOW) == Decision()
    decided = a_leave(NOW, NOW + DAY)
    assert code_of(withdraw, a_person(decided), decided, None, PHONE, now=NOW) == "leave_decided"


# Deciding

FIVE, EIGHT, THIRTY_ONE = (pending(NOW + DAY, NOW + (days + 1) * DAY - 10 * HOUR) for days in (5, 8, 31))
ROLES = [
    (FIVE, OFFICER, "office"),
    (FIVE, COUNTY, "county"),
    (FIVE, CITY, "leave_needs_office"),
    (EIGHT, OFFICER, "leave_needs_county"),
    (EIGHT, COUNTY, "county"),
    (EIGHT, CITY, "leave_needs_county"),
    (THIRTY_ONE, OFFICER, "leave_needs_city"),
    (THIRTY_ONE, COUNTY, "leave_needs_city"),
    (THIRTY_ONE, CITY, "city"),
]


@pytest.mark.parametrize(("leave", "actor", "expect"), ROLES)
@pytest.mark.parametrize("verdict", [YES, NO])
def test_only_the_right_role_decides(leave: Leave, actor: Actor, expect: str, verdict: Verdict) -> None:
    if expect.startswith("leave_needs"):
        assert code_of(decide, a_person(leave), leave, verdict, actor, now=NOW) == expect
        return
    (decided,) = of(decide(a_person(leave), leave, verdict, actor, now=NOW), DecideLeave)
    assert (decided.level, decided.state) == (expect, "approved" if verdict.approve else "refused")


def test_an_office_that_was_not_delegated_sends_it_to_the_county() -> None:
    alone = with_changes(shipped_policy(), {"leave.not_delegated": ["jiangshan-shuangta"]})
    assert code_of(decide, a_person(FIVE, policy=alone), FIVE, YES, OFFICER, now=NOW) == "leave_needs_county"


def test_the_total_of_two_months_is_counted_at_the_decision() -> None:
    before = a_leave(NOW - 30 * DAY, NOW - 3 * DAY, state=LeaveState.ENDED, ended_at=NOW - 3 * DAY)
    assert code_of(decide, a_person(before, FIVE), FIVE, YES, OFFICER, now=NOW) == "leave_needs_city"
    back_early = replace(before, ended_at=NOW - 20 * DAY)
    assert of(decide(a_person(back_early, FIVE), FIVE, YES, OFFICER, now=NOW), DecideLeave)
    never = replace(before, state=LeaveState.REFUSED)
    assert of(decide(a_person(never, FIVE), FIVE, YES, OFFICER, now=NOW), DecideLeave)


def test_an_approval_begins_a_return_that_is_owed() -> None:
    decision = decide(a_person(FIVE), FIVE, Verdict(True, None, "到达后向当地报告", True), OFFICER, now=NOW)
    (duty,) = of(decision, PlanDuty)
    assert (duty.kind, duty.obligor, duty.rule_code) == ("leave_return", "subject", "leave_return")
    assert (duty.opens_at, duty.due_at, duty.grace_until) == (FIVE.from_at, FIVE.until, FIVE.until + DAY)
    assert duty.remind_at == FIVE.until - 12 * HOUR
    assert duty.slot_start == duty.opens_at
    assert duty.covered_until is None, "leave gives no power to collect anything"
    (decided,) = of(decision, DecideLeave)
    assert (decided.counts_from, decided.duty_id, decided.filed_at) == (FIVE.from_at, duty.id, NOW)
    assert (decided.conditions, decided.report_arrival) == ("到达后向当地报告", True)
    assert [effect.wording.code for effect in of(decision, Notify)] == ["leave_approved", "leave_filed"]
    assert of(decision, JudgeAgain) == [JudgeAgain(UUID(int=1), NOW)]


def test_a_span_that_is_granted_again_owes_another_return() -> None:
    gone = a_leave(FIVE.from_at, FIVE.until, state=LeaveState.REVOKED, ended_at=NOW)
    (duty,) = of(decide(a_person(gone, FIVE), FIVE, YES, OFFICER, now=NOW), PlanDuty)
    assert duty.slot_start != FIVE.from_at
    assert duty.opens_at == FIVE.from_at


def test_nothing_counts_from_before_its_decision() -> None:
    begun = pending(NOW - 2 * DAY, NOW + DAY)
    (decided,) = of(decide(a_person(begun), begun, YES, OFFICER, now=NOW), DecideLeave)
    assert decided.counts_from == NOW
    over = pending(NOW - 2 * DAY, NOW)
    assert code_of(decide, a_person(over), over, YES, OFFICER, now=NOW) == "leave_over"
    assert of(decide(a_person(over), over, NO, OFFICER, now=NOW), DecideLeave)


def test_what_the_city_approved_the_county_tells_the_procuratorate() -> None:
    decision = decide(a_person(THIRTY_ONE), THIRTY_ONE, YES, CITY, now=NOW)
    told = [(effect.recipient_id, effect.wording.code) for effect in of(decision, Notify)]
    assert told == [(UUID(int=1), "leave_approved"), (UUID(int=8), "leave_tell_procuratorate")]
    long = a_leave(NOW, NOW + 31 * DAY, decided_level=LeaveLevel.CITY)
    assert tell_procuratorate(UUID(int=1), long, NOW - HOUR, "函告", COUNTY, now=NOW).effects
    for leave, at, code in (
        (a_leave(NOW, NOW + DAY), NOW, "procuratorate_not_needed"),
        (replace(long, told_procuratorate_at=NOW - DAY), NOW, "procuratorate_told"),
        (long, NOW + HOUR, "leave_report_ahead"),
    ):
        assert code_of(tell_procuratorate, UUID(int=1), leave, at, "函告", COUNTY, now=NOW) == code
    known = replace(long, told_procuratorate_at=NOW)
    assert tell_procuratorate(UUID(int=1), known, NOW, "函告", COUNTY, now=NOW) == Decision()


def test_a_refusal_needs_its_reason() -> None:
    with pytest.raises(Refused, match="leave_reason_needed"):
        decide(a_person(FIVE), FIVE, Verdict(False), OFFICER, now=NOW)
    decision = decide(a_person(FIVE), FIVE, NO, OFFICER, now=NOW)
    assert not of(decision, PlanDuty)
    assert not of(decision, JudgeAgain)
    (decided,) = of(decision, DecideLeave)
    assert (decided.reason, decided.counts_from) == (NO.reason, None)


def test_above_the_office_nobody_decides_on_what_they_entered() -> None:
    entered = replace(EIGHT, entered_by=COUNTY.id)
    with pytest.raises(NotAllowed, match="leave_second_person"):
        decide(a_person(entered), entered, YES, COUNTY, now=NOW)
    alone_in_the_office = replace(FIVE, entered_by=OFFICER.id)
    assert of(decide(a_person(alone_in_the_office), alone_in_the_office, YES, OFFICER, now=NOW), DecideLeave)


def test_a_decision_is_made_once() -> None:
    decided = replace(FIVE, state=LeaveState.APPROVED, counts_from=FIVE.from_at, decided_by=OFFICER.id)
    assert decide(a_person(decided), decided, YES, OFFICER, now=NOW) == Decision()
    for verdict, actor in ((NO, OFFICER), (YES, COUNTY)):
        with pytest.raises(Conflict, match="leave_decided"):
            decide(a_person(decided), decided, verdict, actor, now=NOW)


def test_two_requests_for_one_time_are_not_both_approved() -> None:
    other = a_leave(NOW, NOW + 3 * DAY)
    assert code_of(decide, a_person(other, FIVE), FIVE, YES, OFFICER, now=NOW) == "leave_overlaps"


@pytest.mark.parametrize(
    ("state", "cancelled", "recovered"),
    [(DutyState.OPEN, 1, 0), (DutyState.PLANNED, 1, 0), (DutyState.MISSED, 0, 1), (DutyState.SUBMITTED, 1, 1)],
)
def test_an_extension_replaces_the_return_that_is_owed(state: DutyState, cancelled: int, recovered: int) -> None:
    old = a_leave(NOW - 2 * DAY, NOW + 2 * HOUR, duty_state=state)
    more = pending(old.until, old.until + 2 * DAY, root_id=old.id, extends_id=old.id)
    decision = decide(a_person(old, more), more, YES, OFFICER, now=NOW)
    (end,) = of(decision, EndLeave)
    assert (end.id, end.state, end.ended_at) == (old.id, LeaveState.EXTENDED, None)
    assert len(of(decision, ChangeDuty)) == cancelled
    assert len(of(decision, RecoverAlert)) == recovered
    assert len(of(decision, PlanDuty)) == 1
    back = replace(old, state=LeaveState.ENDED, ended_at=NOW)
    assert code_of(decide, a_person(back, more), more, YES, OFFICER, now=NOW) == "leave_not_running"


def test_a_permit_owes_no_return_and_is_reminded_of_before_its_end() -> None:
    permit = pending(NOW + DAY, NOW + 180 * DAY, kind=LeaveKind.PERMIT)
    assert code_of(decide, a_person(permit), permit, YES, OFFICER, now=NOW) == "leave_needs_county"
    decision = decide(a_person(permit), permit, YES, COUNTY, now=NOW)
    (decided,) = of(decision, DecideLeave)
    assert (decided.duty_id, decided.remind_at) == (None, permit.until - 14 * DAY)
    assert not of(decision, PlanDuty)
    ends = EndingPermit(permit.id, UUID(int=1), permit.until, (UUID(int=7),))
    told = permit_ends(ends, now=permit.until - 14 * DAY)
    assert [effect.wording.code for effect in of(told, Notify)] == ["permit_ends_soon", "permit_ends_soon_office"]
    assert permit_ends(ends, now=permit.until).effects == (PermitReminded(permit.id),)


# Revoking


def test_whoever_is_away_is_called_back_with_a_reason() -> None:
    away = a_leave(NOW - DAY, NOW + 5 * DAY)
    decision = revoke(a_person(away), away, "在外地没有就医", OFFICER, now=NOW)
    (end,) = of(decision, EndLeave)
    assert (end.state, end.ended_at, end.note, end.whole_chain) == (LeaveState.REVOKED, NOW, "在外地没有就医", True)
    (duty,) = of(decision, PlanDuty)
    assert (duty.opens_at, duty.due_at) == (NOW, NOW + DAY)
    assert end.duty_id == duty.id
    (notice,) = of(decision, Notify)
    assert notice.wording.code == "leave_recalled"
    (changed,) = of(decision, ChangeDuty)
    assert (changed.duty_id, changed.state) == (away.duty_id, DutyState.CANCELLED)


def test_what_has_not_begun_is_revoked_without_a_return() -> None:
    coming = a_leave(NOW + DAY, NOW + 5 * DAY, duty_state=DutyState.PLANNED)
    decision = revoke(a_person(coming), coming, "疫情", OFFICER, now=NOW)
    assert not of(decision, PlanDuty)
    assert [effect.wording.code for effect in of(decision, Notify)] == ["leave_revoked"]


def test_revoking_is_for_whoever_could_decide_and_once() -> None:
    permit = a_leave(NOW - DAY, NOW + 90 * DAY, kind=LeaveKind.PERMIT, decided_level=LeaveLevel.COUNTY, duty_id=None)
    assert code_of(revoke, a_person(permit), permit, "不再需要", OFFICER, now=NOW) == "leave_needs_county"
    decision = revoke(a_person(permit), permit, "不再需要", COUNTY, now=NOW)
    assert [effect.wording.code for effect in of(decision, Notify)] == ["permit_revoked"]
    gone = replace(permit, state=LeaveState.REVOKED, ended_at=NOW, end_note="不再需要")
    assert revoke(a_person(gone), gone, "不再需要", COUNTY, now=NOW) == Decision()
    assert code_of(revoke, a_person(gone), gone, "别的理由", COUNTY, now=NOW) == "leave_not_running"


@pytest.mark.parametrize("state", [DutyState.OPEN, DutyState.SUBMITTED, DutyState.MISSED])
def test_what_has_run_out_is_not_revoked_so_that_the_return_stays_owed(state: DutyState) -> None:
    over = a_leave(NOW - 5 * DAY, NOW, duty_state=state)
    assert code_of(revoke, a_person(over), over, "不再需要", OFFICER, now=NOW) == "leave_over_now"
    permit = a_leave(NOW - 90 * DAY, NOW, kind=LeaveKind.PERMIT, decided_level=LeaveLevel.COUNTY, duty_id=None)
    assert code_of(revoke, a_person(permit), permit, "不再需要", COUNTY, now=NOW) == "leave_over_now"
    assert revoke(a_person(over), over, "不再需要", OFFICER, now=NOW - SECOND).effects


# What else waits


def waiting(leave: Leave, **changes: Any) -> Leave:
    return replace(leave, **{"id": UUID(int=60), "root_id": UUID(int=60), **changes})


def test_what_still_waits_is_counted_again_when_other_leave_is_approved() -> None:
    soon = pending(NOW + DAY, NOW + 20 * DAY - 10 * HOUR, decider=LeaveLevel.COUNTY)
    later = waiting(pending(NOW + 25 * DAY, NOW + 38 * DAY - 10 * HOUR), decider=LeaveLevel.COUNTY)
    decision = decide(a_person(soon, later), soon, YES, COUNTY, now=NOW)
    assert of(decision, RecountLeave) == [RecountLeave(later.id, 13, 32, LeaveLevel.CITY)]
    told = [(one.recipient_id, one.wording.code, one.about.id) for one in of(decision, Notify)]
    assert (UUID(int=9), "leave_asked", later.id) in told, "the city hears of what is its to decide from now on"
    assert not of(decide(a_person(soon, later), soon, NO, COUNTY, now=NOW), RecountLeave)


def test_what_still_waits_is_counted_again_when_other_leave_is_revoked() -> None:
    gone = a_leave(NOW + DAY, NOW + 25 * DAY, decided_level=LeaveLevel.COUNTY)
    later = waiting(pending(NOW + 30 * DAY, NOW + 40 * DAY), decider=LeaveLevel.CITY)
    decision = revoke(a_person(gone, later), gone, "不再需要", COUNTY, now=NOW)
    assert of(decision, RecountLeave) == [RecountLeave(later.id, 11, 11, LeaveLevel.COUNTY)]
    permit = waiting(pending(NOW + 30 * DAY, NOW + 40 * DAY, kind=LeaveKind.PERMIT), decider=LeaveLevel.COUNTY)
    assert not of(revoke(a_person(gone, permit), gone, "不再需要", COUNTY, now=NOW), RecountLeave)


def test_an_extension_that_waits_falls_away_with_what_it_goes_on_from() -> None:
    away = a_leave(NOW - DAY, NOW + 5 * DAY)
    more = waiting(pending(away.until, away.until + DAY), root_id=away.id, extends_id=away.id)
    decision = revoke(a_person(away, more), away, "在外地没有就医", OFFICER, now=NOW)
    assert [(end.id, end.state) for end in of(decision, EndLeave)] == [
        (away.id, LeaveState.REVOKED),
        (more.id, LeaveState.WITHDRAWN),
    ]
    assert not of(decision, RecountLeave)
