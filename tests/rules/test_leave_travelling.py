"""On the way and back: what is reported, how a return settles what is owed, and what an overdue leave says."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest

from app.rules.effects import ChangeDuty, Decision, Notify, RecoverAlert
from app.rules.effects.leave import ConfirmReturn, EndLeave, JudgeAgain, RecountLeave, ReportLeave
from app.rules.errors import ZhifangError
from app.rules.facts import Actor, Cause, DutyState, Grant, Role, Strength
from app.rules.leave import LeaveKind, LeaveState, ReportKind
from app.rules.leave.facts import Leave, Told
from app.rules.leave.travelling import come_back, report, why_overdue
from app.rules.policy import with_changes
from tests.builders.leave import HANGZHOU, a_leave, a_person
from tests.builders.offices import shipped_policy

NOW = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
PHONE = Actor("subject", UUID(int=1))
CONFIRMING = with_changes(shipped_policy(), {"leave.confirm_return": True})

E = TypeVar("E")


def user(role: Role, number: int = 7) -> Actor:
    return Actor("user", UUID(int=number), (Grant(role, UUID(int=3), "x"),))


OFFICER = user(Role.OFFICER)


def of(decision: Decision, kind: type[E]) -> list[E]:
    return [effect for effect in decision.effects if isinstance(effect, kind)]


def code_of(call: Any, *given: Any, **more: Any) -> str:
    with pytest.raises(ZhifangError) as refused:
        call(*given, **more)
    return refused.value.code


def told(kind: ReportKind, at: datetime = NOW, **more: Any) -> Told:
    return Told(UUID(int=50), kind, at, b"body", **more)


def test_what_is_reported_on_the_way() -> None:
    away = a_leave(NOW - DAY, NOW + DAY)
    for kind in (ReportKind.DEPARTURE, ReportKind.ARRIVAL):
        (kept,) = of(report(a_person(away), away, told(kind), PHONE, now=NOW), ReportLeave)
        assert (kept.kind, kept.entered_by, kept.confirmed_by) == (kind, None, None)
    delay = report(a_person(away), away, told(ReportKind.DELAY, note="车次取消"), PHONE, now=NOW)
    assert [effect.wording.code for effect in of(delay, Notify)] == ["leave_delay_told"]


PERMIT = a_leave(NOW - DAY, NOW + 90 * DAY, kind=LeaveKind.PERMIT, duty_id=None, duty_state=None)
COMING_PERMIT = replace(PERMIT, from_at=NOW + DAY, counts_from=NOW + DAY)
UNFIT_REPORTS = [
    (a_leave(NOW - DAY, NOW + DAY), told(ReportKind.DEPARTURE, NOW + HOUR), "leave_report_ahead"),
    (a_leave(NOW - DAY, NOW + DAY), told(ReportKind.DELAY), "leave_delay_reason"),
    (a_leave(NOW - DAY, NOW + DAY), told(ReportKind.TRIP), "leave_no_trips"),
    (a_leave(NOW - DAY, NOW + DAY, state=LeaveState.ENDED), told(ReportKind.ARRIVAL), "leave_not_running"),
    (PERMIT, told(ReportKind.DEPARTURE), "permit_trips_only"),
    (PERMIT, told(ReportKind.TRIP, destination="110101"), "trip_elsewhere"),
    (PERMIT, told(ReportKind.TRIP, NOW + 91 * DAY, destination=HANGZHOU), "permit_over"),
    (replace(PERMIT, until=NOW), told(ReportKind.TRIP, destination=HANGZHOU), "permit_over"),
    (COMING_PERMIT, told(ReportKind.TRIP, NOW + DAY - SECOND, destination=HANGZHOU), "permit_not_begun"),
]


@pytest.mark.parametrize(("leave", "what", "code"), UNFIT_REPORTS)
def test_what_cannot_be_reported(leave: Leave, what: Told, code: str) -> None:
    assert code_of(report, a_person(leave), leave, what, PHONE, now=NOW) == code


def test_a_trip_under_a_permit_is_only_reported() -> None:
    trip = told(ReportKind.TRIP, NOW + DAY, destination=HANGZHOU, until=NOW + 2 * DAY)
    (kept,) = of(report(a_person(PERMIT), PERMIT, trip, PHONE, now=NOW), ReportLeave)
    assert (kept.destination, kept.until) == (HANGZHOU, NOW + 2 * DAY)
    assert code_of(come_back, a_person(PERMIT), PERMIT, told(ReportKind.RETURN), PHONE, now=NOW) == (
        "permit_needs_no_return"
    )


def test_a_trip_may_be_told_before_its_permit_begins() -> None:
    trip = told(ReportKind.TRIP, NOW + DAY, destination=HANGZHOU)
    assert of(report(a_person(COMING_PERMIT), COMING_PERMIT, trip, PHONE, now=NOW), ReportLeave)


END = NOW + 10 * HOUR
RETURNS = [
    ("early", END - HOUR, END - HOUR, DutyState.OPEN, DutyState.FULFILLED),
    ("the last second", END - SECOND, END - SECOND, DutyState.OPEN, DutyState.FULFILLED),
    ("at the end", END, END, DutyState.OPEN, DutyState.FULFILLED),
    ("a second late", END + SECOND, END + SECOND, DutyState.OPEN, DutyState.LATE),
    ("back in time, told within the grace", END - HOUR, END + 23 * HOUR, DutyState.OPEN, DutyState.FULFILLED),
    (
        "told at the end of the grace: own word counts from then",
        END - HOUR,
        END + DAY,
        DutyState.MISSED,
        DutyState.LATE,
    ),
    ("long after", END + 30 * HOUR, END + 30 * HOUR, DutyState.MISSED, DutyState.LATE),
]


@pytest.mark.parametrize(("back", "now", "state", "expect"), [case[1:] for case in RETURNS])
def test_a_return_by_phone(back: datetime, now: datetime, state: DutyState, expect: DutyState) -> None:
    leave = a_leave(NOW - DAY, END, duty_state=state)
    decision = come_back(a_person(leave), leave, told(ReportKind.RETURN, back), PHONE, now=now)
    (changed,) = of(decision, ChangeDuty)
    assert changed.state is expect
    own_word_late = now >= END + DAY
    assert changed.effective_at == (now if own_word_late else back)
    (end,) = of(decision, EndLeave)
    assert (end.state, end.ended_at, end.whole_chain) == (LeaveState.ENDED, changed.effective_at, True)
    assert len(of(decision, RecoverAlert)) == (state is DutyState.MISSED)
    assert len(of(decision, JudgeAgain)) == 1


def test_an_officer_may_say_after_the_grace_that_somebody_was_back_in_time() -> None:
    leave = a_leave(NOW - DAY, END, duty_state=DutyState.MISSED)
    decision = come_back(a_person(leave), leave, told(ReportKind.RETURN, END - HOUR), OFFICER, now=END + 2 * DAY)
    (changed,) = of(decision, ChangeDuty)
    assert (changed.state, changed.effective_at) == (DutyState.FULFILLED, END - HOUR)
    (over,) = of(decision, RecoverAlert)
    assert over.recovered_at == END, "not before the alert's own beginning"
    assert [effect.wording.code for effect in of(decision, Notify)] == ["leave_return_noted"]


def test_where_the_county_wants_it_a_return_waits_for_an_officer() -> None:
    leave = a_leave(NOW - DAY, END)
    waits = come_back(a_person(leave, policy=CONFIRMING), leave, told(ReportKind.RETURN), PHONE, now=NOW)
    assert [change.state for change in of(waits, ChangeDuty)] == [DutyState.SUBMITTED]
    assert not of(waits, EndLeave), "the leave goes on until an officer's word"
    assert [effect.wording.code for effect in of(waits, Notify)] == ["leave_return_to_confirm"]
    waiting = replace(leave, duty_state=DutyState.SUBMITTED, waiting_return=(UUID(int=60), NOW))
    person = a_person(waiting, policy=CONFIRMING)
    assert code_of(come_back, person, waiting, told(ReportKind.RETURN), PHONE, now=NOW) == "leave_return_waiting"
    settled = come_back(person, waiting, told(ReportKind.RETURN), OFFICER, now=NOW + HOUR)
    assert of(settled, ConfirmReturn) == [ConfirmReturn(UUID(int=60), OFFICER, NOW + HOUR)]
    assert [end.state for end in of(settled, EndLeave)] == [LeaveState.ENDED]
    assert [change.state for change in of(settled, ChangeDuty)] == [DutyState.FULFILLED]


def test_an_extension_that_waits_falls_away_with_the_return() -> None:
    leave = a_leave(NOW - DAY, END)
    unknown: dict[str, Any] = dict.fromkeys(("decided_by", "decided_level", "counts_from", "duty_id", "duty_state"))
    asked = {**unknown, "state": LeaveState.PENDING, "root_id": leave.id, "extends_id": leave.id}
    more = a_leave(END, END + 3 * DAY, "more", **asked)
    next_one = a_leave(END + 9 * DAY, END + 12 * DAY, "next", **{**unknown, "state": LeaveState.PENDING})
    decision = come_back(a_person(leave, more, next_one), leave, told(ReportKind.RETURN), PHONE, now=NOW)
    ended = [(end.id, end.state) for end in of(decision, EndLeave)]
    assert ended == [(leave.id, LeaveState.ENDED), (more.id, LeaveState.WITHDRAWN)]
    assert of(decision, RecountLeave) == [RecountLeave(next_one.id, 4, 6, next_one.decider)]


def test_who_never_left_owes_no_return() -> None:
    leave = a_leave(NOW + DAY, NOW + 3 * DAY, duty_state=DutyState.PLANNED)
    decision = come_back(a_person(leave), leave, told(ReportKind.RETURN), PHONE, now=NOW)
    (changed,) = of(decision, ChangeDuty)
    assert (changed.state, changed.reason.code) == (DutyState.CANCELLED, "leave_not_taken")
    (end,) = of(decision, EndLeave)
    assert end.ended_at == leave.counts_from, "no day of it counts"


def test_a_return_is_told_once() -> None:
    back = a_leave(NOW - DAY, END, state=LeaveState.ENDED, ended_at=NOW, duty_state=DutyState.FULFILLED)
    assert code_of(come_back, a_person(back), back, told(ReportKind.RETURN), PHONE, now=NOW) == "leave_ended"
    refused = a_leave(NOW - DAY, END, state=LeaveState.REFUSED)
    assert code_of(come_back, a_person(refused), refused, told(ReportKind.RETURN), PHONE, now=NOW) == (
        "leave_not_running"
    )


def test_who_was_called_back_settles_that_return_and_the_revocation_stays() -> None:
    recalled = a_leave(NOW - DAY, END, state=LeaveState.REVOKED, ended_at=NOW, end_note="理由")
    decision = come_back(a_person(recalled), recalled, told(ReportKind.RETURN), PHONE, now=NOW)
    assert not of(decision, EndLeave)
    assert [change.state for change in of(decision, ChangeDuty)] == [DutyState.FULFILLED]


def test_an_overdue_leave_says_what_is_known() -> None:
    why, cause, strength = why_overdue(END, None)
    assert (why.code, cause, strength) == ("leave_overdue_no_report", Cause.UNSURE, Strength.MEDIUM)
    why, cause, strength = why_overdue(END, END - HOUR)
    assert (why.code, strength) == ("leave_overdue_delay_told", Strength.WEAK)
