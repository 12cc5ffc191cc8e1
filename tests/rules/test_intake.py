from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import pytest

from app.rules import intake
from app.rules.calendar import SHANGHAI
from app.rules.effects import ChangeDuty, PlanDuty, RecoverAlert
from app.rules.errors import Conflict, Refused
from app.rules.facts import (
    About,
    Actor,
    AlertKind,
    Category,
    Cause,
    DutyKind,
    DutyState,
    Obligor,
    Strength,
    SubjectStatus,
)
from app.rules.intake import IntakeDuty, Judgment, Timeliness
from tests.rules.policies import shipped

POLICY = shipped("jiangshan")
HOLIDAYS = POLICY.holidays
OFFICER = Actor("user", UUID(int=9))
SECOND = timedelta(seconds=1)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def judgment(
    effective_on: date,
    category: Category = Category.PROBATION,
    received_on: date | None = None,
    papers_on: date | None = None,
) -> Judgment:
    return Judgment(UUID(int=1), UUID(int=2), UUID(int=3), category, effective_on, received_on, papers_on)


class Case(NamedTuple):
    name: str
    effective_on: date
    due_at: str
    source: str


CASES = [
    Case("a plain week", date(2026, 3, 2), "2026-03-13T00:00", "Law 21: the day of effect does not count"),
    Case("the tenth day is a Saturday", date(2026, 3, 4), "2026-03-17T00:00", "CPL 105: to Monday 16 March"),
    Case("month end", date(2026, 3, 20), "2026-03-31T00:00", "Law 21"),
    Case("month end on a Saturday", date(2026, 1, 21), "2026-02-03T00:00", "CPL 105"),
    Case("the first of the National Day week", date(2026, 9, 21), "2026-10-09T00:00", "CPL 105: rest until 7 October"),
    Case("the last of the National Day week", date(2026, 9, 27), "2026-10-09T00:00", "CPL 105"),
    Case("the first day worked after it", date(2026, 9, 28), "2026-10-09T00:00", "CPL 105"),
    Case("a Saturday that is worked", date(2026, 9, 30), "2026-10-11T00:00", "10 October 2026 is worked"),
    Case("Spring Festival", date(2026, 2, 6), "2026-02-25T00:00", "CPL 105: rest until 23 February"),
    Case("29 February", date(2028, 2, 19), "2028-03-01T00:00", "a Tuesday"),
    Case("over 29 February", date(2028, 2, 20), "2028-03-02T00:00", "the tenth day is 1 March"),
    Case("no 29 February", date(2027, 2, 19), "2027-03-02T00:00", "the tenth day is Monday 1 March"),
    Case("year end", date(2026, 12, 21), "2027-01-01T00:00", "31 December 2026 is a Thursday"),
    Case("into the New Year holiday", date(2025, 12, 22), "2026-01-05T00:00", "Sunday 4 January 2026 is worked"),
    Case("into a year whose holidays are unknown", date(2026, 12, 23), "2027-01-05T00:00", "Saturday: to Monday 4"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ten_statutory_days(case: Case) -> None:
    running = intake.clock(judgment(case.effective_on), HOLIDAYS)
    assert running is not None
    assert running.due_at == local(case.due_at)
    assert running.opens_at == local(f"{case.effective_on}T00:00")
    assert running.obligor is Obligor.SUBJECT


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize(
    ("offset", "state"), [(-SECOND, DutyState.FULFILLED), (0 * SECOND, DutyState.LATE), (SECOND, DutyState.LATE)]
)
def test_the_end_of_the_last_day_parts_in_time_from_late(case: Case, offset: timedelta, state: DutyState) -> None:
    due_at = local(case.due_at)
    duty = IntakeDuty(UUID(int=5), UUID(int=2), DutyState.OPEN, due_at)
    arrived_at = due_at + offset
    decision = intake.arrive(duty, arrived_at=arrived_at, now=arrived_at, actor=OFFICER)
    changed = [effect for effect in decision.effects if isinstance(effect, ChangeDuty)]
    assert [(effect.state, effect.effective_at) for effect in changed] == [(state, arrived_at)]


@pytest.mark.parametrize("category", [Category.PROBATION, Category.PAROLE, Category.PUBLIC_SURVEILLANCE])
def test_who_must_report_owes_the_intake(category: Category) -> None:
    running = intake.clock(judgment(date(2026, 3, 2), category), HOLIDAYS)
    assert running is not None
    assert running.obligor is Obligor.SUBJECT


def test_outside_prison_the_handing_organ_owes_it_from_its_receipt() -> None:
    given = judgment(date(2026, 3, 2), Category.OUTSIDE_PRISON, received_on=date(2026, 3, 9))
    running = intake.clock(given, HOLIDAYS)
    assert running is not None
    assert running.obligor is Obligor.HANDING_ORGAN
    assert running.opens_at == local("2026-03-09T00:00")
    assert running.due_at == local("2026-03-20T00:00")


def test_outside_prison_no_clock_runs_before_the_receipt_is_known() -> None:
    given = judgment(date(2026, 3, 2), Category.OUTSIDE_PRISON)
    assert intake.clock(given, HOLIDAYS) is None
    assert intake.open_intake(given, POLICY, UUID(int=4), now=NOON, actor=OFFICER).effects == ()


def test_a_judgment_opens_the_duty_at_once() -> None:
    decision = intake.open_intake(judgment(date(2026, 3, 2)), POLICY, UUID(int=4), now=NOON, actor=OFFICER)
    planned, opened = decision.effects
    assert isinstance(planned, PlanDuty)
    assert isinstance(opened, ChangeDuty)
    assert (planned.kind, planned.rule_code, planned.policy_version_id) == (DutyKind.INTAKE, "intake", UUID(int=4))
    assert planned.due_at == planned.grace_until == local("2026-03-13T00:00")
    assert planned.judge_at == planned.due_at + timedelta(seconds=30)
    assert planned.covered_until is None  # an intake allows no collection
    assert planned.remind_at is None
    assert (opened.duty_id, opened.state, opened.actor) == (planned.id, DutyState.OPEN, OFFICER)


def test_a_judgment_that_is_not_in_effect_yet_is_only_planned() -> None:
    decision = intake.open_intake(judgment(date(2026, 3, 3)), POLICY, UUID(int=4), now=NOON, actor=OFFICER)
    assert [type(effect) for effect in decision.effects] == [PlanDuty]


def test_the_same_judgment_gives_the_same_duty() -> None:
    one = intake.open_intake(judgment(date(2026, 3, 2)), POLICY, UUID(int=4), now=NOON, actor=OFFICER)
    two = intake.open_intake(judgment(date(2026, 3, 2)), POLICY, UUID(int=4), now=NOON + SECOND, actor=OFFICER)
    ids = {effect.id for decision in (one, two) for effect in decision.effects if isinstance(effect, PlanDuty)}
    assert len(ids) == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (judgment(date(2020, 6, 30)), "effective_on"),
        (judgment(date(2020, 6, 30), Category.OUTSIDE_PRISON), "effective_on"),
        (judgment(date(2020, 7, 1), Category.OUTSIDE_PRISON, received_on=date(2020, 6, 30)), "received_on"),
    ],
)
def test_days_under_the_old_rules_are_refused_by_field(given: Judgment, field: str) -> None:
    with pytest.raises(Refused) as refused:
        intake.open_intake(given, POLICY, UUID(int=4), now=NOON, actor=OFFICER)
    assert refused.value.fields == {field: "before_the_law"}


def test_the_first_day_of_the_law_counts() -> None:
    assert intake.clock(judgment(date(2020, 7, 1)), HOLIDAYS) is not None


ON_10_DAYS = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("given", "code", "strength"),
    [
        (judgment(ON_10_DAYS), "intake_overdue_no_papers", Strength.MEDIUM),
        (judgment(ON_10_DAYS, papers_on=date(2026, 3, 12)), "intake_overdue_not_arrived", Strength.STRONG),
        (judgment(ON_10_DAYS, papers_on=date(2026, 3, 13)), "intake_overdue_papers_late", Strength.MEDIUM),
        (
            judgment(ON_10_DAYS, Category.OUTSIDE_PRISON, received_on=date(2026, 3, 3)),
            "handover_overdue",
            Strength.STRONG,
        ),
        (
            judgment(ON_10_DAYS, Category.OUTSIDE_PRISON, received_on=date(2026, 3, 3), papers_on=date(2026, 3, 3)),
            "handover_overdue",
            Strength.STRONG,
        ),
    ],
)
def test_late_papers_late_arrival_and_a_missing_hand_over_are_told_apart(
    given: Judgment, code: str, strength: Strength
) -> None:
    reason, cause, found = intake.why_overdue(given, HOLIDAYS, now=local("2026-03-20T00:00"))
    assert (reason.code, found) == (code, strength)
    assert cause is not Cause.PERSON  # never without a named officer


def test_papers_that_are_told_for_a_day_ahead_have_not_come() -> None:
    given = judgment(ON_10_DAYS, papers_on=date(2026, 3, 16))
    reason, _, _ = intake.why_overdue(given, HOLIDAYS, now=local("2026-03-13T00:00:30"))
    assert reason.code == "intake_overdue_no_papers"
    assert intake.papers_stand(given, HOLIDAYS, now=local("2026-03-12T23:59:59")) is Timeliness.AWAITED


def test_the_reason_names_the_last_day_and_no_person() -> None:
    reason, _, _ = intake.why_overdue(
        judgment(ON_10_DAYS, papers_on=date(2026, 3, 16)), HOLIDAYS, now=local("2026-03-16T08:00")
    )
    assert dict(reason.params) == {"due_on": "2026-03-12", "papers_on": "2026-03-16"}


@pytest.mark.parametrize(
    ("papers_on", "now", "expected"),
    [
        (None, "2026-03-12T23:59:59", Timeliness.AWAITED),
        (None, "2026-03-13T00:00:00", Timeliness.OVERDUE),
        (date(2026, 3, 12), "2026-04-01T00:00:00", Timeliness.IN_TIME),
        (date(2026, 3, 13), "2026-04-01T00:00:00", Timeliness.LATE),
    ],
)
def test_papers_are_due_within_ten_days_too(papers_on: date | None, now: str, expected: Timeliness) -> None:
    assert intake.papers_stand(judgment(ON_10_DAYS, papers_on=papers_on), HOLIDAYS, now=local(now)) is expected


DUE = local("2026-03-13T00:00")
DUTY = IntakeDuty(UUID(int=5), UUID(int=2), DutyState.OPEN, DUE)


@pytest.mark.parametrize(
    ("state", "offset", "expected"),
    [
        (DutyState.PLANNED, -SECOND, Timeliness.AWAITED),
        (DutyState.OPEN, -SECOND, Timeliness.AWAITED),
        (DutyState.OPEN, 0 * SECOND, Timeliness.OVERDUE),
        (DutyState.MISSED, SECOND, Timeliness.OVERDUE),
        (DutyState.UNJUDGED, SECOND, Timeliness.OVERDUE),
        (DutyState.FULFILLED, SECOND, Timeliness.IN_TIME),
        (DutyState.LATE, SECOND, Timeliness.LATE),
        (DutyState.CANCELLED, SECOND, None),
        (DutyState.WAIVED, SECOND, None),
    ],
)
def test_how_the_arrival_stands(state: DutyState, offset: timedelta, expected: Timeliness | None) -> None:
    assert intake.arrival_stands(replace(DUTY, state=state), now=DUE + offset) is expected


def test_without_a_clock_nothing_is_said_of_the_arrival() -> None:
    assert intake.arrival_stands(None, now=DUE) is None


def test_a_late_arrival_ends_the_alert_and_keeps_it() -> None:
    arrived_at = DUE + timedelta(days=3)
    decision = intake.arrive(
        replace(DUTY, state=DutyState.MISSED), arrived_at=arrived_at, now=arrived_at + SECOND, actor=OFFICER
    )
    recovered = [effect for effect in decision.effects if isinstance(effect, RecoverAlert)]
    assert [(e.kind, e.about, e.recovered_at, e.cause) for e in recovered] == [
        (AlertKind.MISSED_INTAKE, About("duty", DUTY.id), arrived_at, None)
    ]


def test_an_arrival_in_time_that_was_written_down_late_ends_the_alert_where_it_began() -> None:
    decision = intake.arrive(
        replace(DUTY, state=DutyState.MISSED), arrived_at=DUE - SECOND, now=DUE + timedelta(days=1), actor=OFFICER
    )
    changed, recovered = decision.effects
    assert isinstance(changed, ChangeDuty)
    assert isinstance(recovered, RecoverAlert)
    assert changed.state is DutyState.FULFILLED
    assert recovered.recovered_at == DUE


@pytest.mark.parametrize("state", [DutyState.FULFILLED, DutyState.LATE, DutyState.WAIVED, DutyState.CANCELLED])
def test_what_is_settled_is_not_settled_again(state: DutyState) -> None:
    assert intake.arrive(replace(DUTY, state=state), arrived_at=DUE, now=DUE, actor=OFFICER).effects == ()


@pytest.mark.parametrize(
    ("status", "code"),
    [(SubjectStatus.NOTICED, "judgment_known"), (SubjectStatus.IN_CORRECTION, "already_in_correction")],
)
def test_a_second_judgment_for_somebody_awaited_or_under_correction_conflicts(status: SubjectStatus, code: str) -> None:
    with pytest.raises(Conflict) as conflict:
        intake.refuse_notice(status)
    assert conflict.value.code == code


@pytest.mark.parametrize("status", [None, SubjectStatus.ENDED])
def test_a_judgment_may_come_for_somebody_new_or_whose_correction_ended(status: SubjectStatus | None) -> None:
    intake.refuse_notice(status)


def test_a_day_that_has_not_begun_is_refused_by_field() -> None:
    now = local("2026-03-12T23:59:59")
    intake.refuse_ahead("papers_on", date(2026, 3, 12), now=now)
    intake.refuse_ahead("papers_on", None, now=now)
    with pytest.raises(Refused) as refused:
        intake.refuse_ahead("papers_on", date(2026, 3, 13), now=now)
    assert refused.value.fields == {"papers_on": "date_ahead"}


@pytest.mark.parametrize(
    ("duty", "offset"), [(None, SECOND), (DUTY, -SECOND), (replace(DUTY, state=DutyState.LATE), SECOND)]
)
def test_a_missed_intake_is_confirmed_only_while_it_is_overdue(duty: IntakeDuty | None, offset: timedelta) -> None:
    with pytest.raises(Conflict) as conflict:
        intake.refuse_confirmation(duty, now=DUE + offset)
    assert conflict.value.code == "intake_not_overdue"


def test_an_overdue_intake_may_be_confirmed_from_the_end_of_its_last_day() -> None:
    intake.refuse_confirmation(DUTY, now=DUE)
