"""What is planned, from when, and by which class and policy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import SHANGHAI, end_of_day, legal_day, start_of_day
from app.rules.effects import CancelPlanned, Decision, MovePlan, PlanDuty
from app.rules.facts import JOB, Channel, DutyKind, Obligor, Reason, SupervisionClass
from app.rules.planning import (
    HORIZON,
    REPLANNED,
    ClassPeriod,
    PlanningFacts,
    PolicyPeriod,
    duty_id,
    forget_plan,
    plan,
    replan,
)
from app.rules.policy import HOME_VISIT, INTAKE_TALK, with_changes
from tests.rules.policies import with_few_items

STRICT, NORMAL, LENIENT = SupervisionClass
KEY = b"a secret of the tests"
SUBJECT = UUID("0190a000-0000-7000-8000-000000000001")
OFFICE = UUID("0190a000-0000-7000-8000-00000000000f")
OLD, NEW = UUID(int=1), UUID(int=2)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
LAST_DUE = {HOME_VISIT: datetime(2026, 3, 12, 16, tzinfo=UTC), INTAKE_TALK: datetime(2026, 3, 5, 16, tzinfo=UTC)}
REASON = Reason("class_changed")
MOMENTS = st.integers(0, 70 * 366 * 86400).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + seconds * SECOND)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def facts(
    registered: str = "2026-03-02T00:00",
    class_: SupervisionClass = STRICT,
    *,
    changes: Mapping[str, object] | None = None,
) -> PlanningFacts:
    registered_at = local(registered)
    return PlanningFacts(
        subject_id=SUBJECT,
        office_id=OFFICE,
        channel=Channel.SMARTPHONE,
        registered_at=registered_at,
        supervised_until=None,
        planned_until=None,
        classes=(ClassPeriod(registered_at, None, class_),),
        policies=(PolicyPeriod(None, None, OLD, with_changes(with_few_items("jiangshan"), changes or {})),),
    )


def planned(given: PlanningFacts, until: datetime, now: datetime | None = None) -> tuple[PlanDuty, ...]:
    decision = plan(given, until=until, key=KEY, now=now or given.registered_at)
    return duties(decision)


def duties(decision: Decision, *kinds: DutyKind) -> tuple[PlanDuty, ...]:
    return tuple(e for e in decision.effects if isinstance(e, PlanDuty) and (not kinds or e.kind in kinds))


def of(kind: DutyKind, found: tuple[PlanDuty, ...]) -> list[PlanDuty]:
    return [duty for duty in found if duty.kind is kind]


def short(duty: PlanDuty) -> tuple[str, str]:
    opens, due = (at.astimezone(SHANGHAI).isoformat()[:16] for at in (duty.opens_at, duty.due_at))
    return opens, due


# ----------------------------------------------------------------------------------------------- check-ins and checks


def test_three_days_of_the_strict_class() -> None:
    found = planned(facts(), local("2026-03-05T00:00"))
    assert len(of(DutyKind.CHECK_IN, found)) == 6
    assert len(of(DutyKind.LOCATION_CHECK, found)) == 12
    assert len(of(DutyKind.VISIT, found)) == len(of(DutyKind.TALK, found)) == 1
    assert {duty.obligor for duty in of(DutyKind.LOCATION_CHECK, found)} == {Obligor.SUBJECT}


def test_a_check_in_carries_its_times_its_version_and_the_power_to_collect() -> None:
    first = next(duty for duty in planned(facts(), local("2026-03-03T00:00")) if duty.rule_code == "check_in.strict.1")
    assert first == PlanDuty(
        id=duty_id(SUBJECT, "check_in.strict.1", start_of_day(date(2026, 3, 2))),
        subject_id=SUBJECT,
        kind=DutyKind.CHECK_IN,
        obligor=Obligor.SUBJECT,
        rule_code="check_in.strict.1",
        slot_start=local("2026-03-02T00:00"),
        opens_at=local("2026-03-02T08:00"),
        due_at=local("2026-03-02T10:00"),
        grace_until=local("2026-03-02T10:30"),
        judge_at=local("2026-03-02T10:30") + timedelta(seconds=30),
        office_id=OFFICE,
        policy_version_id=OLD,
        at=local("2026-03-02T00:00"),
        remind_at=local("2026-03-02T09:30"),
        covered_until=local("2026-03-02T10:30"),
    )


def test_without_a_smartphone_there_are_check_ins_and_no_location_checks() -> None:
    found = planned(replace(facts(), channel=Channel.NO_SMARTPHONE), local("2026-03-05T00:00"))
    assert {duty.kind for duty in found} == {DutyKind.CHECK_IN, DutyKind.VISIT, DutyKind.TALK}


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        (local("2026-03-02T08:00") - SECOND, 1),
        (local("2026-03-02T08:00"), 1),
        (local("2026-03-02T08:00") + SECOND, 0),
    ],
)
def test_a_window_counts_only_if_it_opens_at_or_after_registration(registered: datetime, expected: int) -> None:
    given = replace(facts(), registered_at=registered, classes=(ClassPeriod(registered, None, STRICT),))
    fixed = [duty for duty in planned(given, local("2026-03-03T00:00")) if duty.rule_code == "check_in.strict.1"]
    assert len(fixed) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (local("2026-03-02T10:00") - SECOND, 0),
        (local("2026-03-02T10:00"), 1),
        (local("2026-03-02T10:00") + SECOND, 1),
    ],
)
def test_nothing_is_due_after_the_end_of_supervision(until: datetime, expected: int) -> None:
    found = planned(replace(facts(), supervised_until=until), local("2026-03-05T00:00"))
    assert len([duty for duty in found if duty.rule_code == "check_in.strict.1"]) == expected
    assert all(duty.due_at <= until for duty in found)


@pytest.mark.parametrize(
    ("until", "expected"),
    [(local("2026-03-02T08:00"), 0), (local("2026-03-02T08:00") + SECOND, 1)],
)
def test_the_cursor_is_exclusive(until: datetime, expected: int) -> None:
    found = planned(facts(), until)
    assert len([duty for duty in found if duty.rule_code == "check_in.strict.1"]) == expected


# ------------------------------------------------------------------------------------------------- cursor and repeats


def test_planning_up_to_the_cursor_again_gives_nothing() -> None:
    given = replace(facts(), planned_until=local("2026-03-05T00:00"))
    assert plan(given, until=local("2026-03-05T00:00"), key=KEY, now=given.registered_at) == Decision()


def test_a_standstill_of_days_is_made_up_for_from_the_cursor() -> None:
    given = replace(facts(), planned_until=local("2026-03-05T00:00"), last_due=LAST_DUE)
    late = local("2026-03-09T12:00")
    found = planned(given, late + HORIZON, now=late)
    fixed = [duty.opens_at for duty in found if duty.rule_code == "check_in.strict.1"]
    assert fixed == [local(f"2026-03-{day:02}T08:00") for day in range(5, 13)]


@given(st.lists(st.integers(1, 200), min_size=1, max_size=6), st.sampled_from(SupervisionClass))
def test_many_small_steps_plan_the_same_as_one_large(hours: list[int], class_: SupervisionClass) -> None:
    whole = facts(class_=class_)
    until = whole.registered_at + timedelta(hours=sum(hours))
    at_once = {duty.id: replace(duty, at=until) for duty in planned(whole, until)}
    stepwise: dict[UUID, PlanDuty] = {}
    cursor = whole.registered_at
    last_due: dict[str, datetime] = {}
    given = whole
    for step in hours:
        cursor += timedelta(hours=step)
        for duty in planned(given, cursor):
            assert duty.id not in stepwise
            stepwise[duty.id] = replace(duty, at=until)
            if duty.obligor is Obligor.OFFICE:
                last_due = last_due | {duty.rule_code: duty.due_at}
        given = replace(whole, planned_until=cursor, last_due=last_due)
    assert stepwise == at_once


def test_the_cursor_moves_to_what_was_planned() -> None:
    until = local("2026-03-05T00:00")
    assert plan(facts(), until=until, key=KEY, now=until).effects[-1] == MovePlan(SUBJECT, until)


# --------------------------------------------------------------------------------------------------- visits and talks


@dataclass(frozen=True)
class Visits:
    name: str
    registered: str
    class_: SupervisionClass
    until: str
    expect: tuple[tuple[str, str], ...]


@pytest.mark.parametrize(
    "case",
    [
        Visits(
            "the first visit may be made from registration until day 10 is over",
            "2026-03-02T09:00",
            STRICT,
            "2026-03-05T09:00",
            (("2026-03-02T09:00", "2026-03-13T00:00"),),
        ),
        Visits(
            "then a month after the last due, open for two weeks",
            "2026-03-02T09:00",
            STRICT,
            "2026-05-15T00:00",
            (
                ("2026-03-02T09:00", "2026-03-13T00:00"),
                ("2026-03-30T00:00", "2026-04-13T00:00"),
                ("2026-04-29T00:00", "2026-05-13T00:00"),
            ),
        ),
        Visits(
            "every three months in the lenient class, over the end of a month",
            "2026-11-20T09:00",
            LENIENT,
            "2027-03-01T00:00",
            (("2026-11-20T09:00", "2026-12-01T00:00"), ("2027-02-15T00:00", "2027-03-01T00:00")),
        ),
    ],
    ids=lambda case: case.name,
)
def test_home_visits(case: Visits) -> None:
    found = of(DutyKind.VISIT, planned(facts(case.registered, case.class_), local(case.until)))
    assert tuple(short(duty) for duty in found) == case.expect
    assert {(duty.rule_code, duty.obligor) for duty in found} == {(HOME_VISIT, Obligor.OFFICE)}


def test_the_intake_talk_is_owed_by_the_office_until_day_three_is_over() -> None:
    (talk,) = of(DutyKind.TALK, planned(facts("2026-03-02T09:00"), local("2026-03-02T09:01")))
    assert (talk.rule_code, talk.obligor, talk.covered_until) == (INTAKE_TALK, Obligor.OFFICE, None)
    assert short(talk) == ("2026-03-02T09:00", "2026-03-06T00:00")


def test_times_of_the_demo_are_minutes() -> None:
    given = replace(facts("2026-03-02T09:00"), policies=(PolicyPeriod(None, None, OLD, with_few_items("demo")),))
    (visit,) = of(DutyKind.VISIT, planned(given, local("2026-03-02T10:00")))
    assert short(visit) == ("2026-03-02T09:00", "2026-03-02T09:03")


# ------------------------------------------------------------------------------------------ changes of class and policy


def test_the_policy_in_force_when_a_window_opens_decides() -> None:
    change = local("2026-03-03T12:00")
    later = with_changes(
        with_few_items("jiangshan"), {"windows.strict": [{"days": "daily", "from": "13:00", "to": "14:00"}]}
    )
    given = facts()
    given = replace(
        given,
        policies=(PolicyPeriod(None, change, OLD, given.policies[0].policy), PolicyPeriod(change, None, NEW, later)),
    )
    found = of(DutyKind.CHECK_IN, planned(given, local("2026-03-05T00:00")))
    assert {duty.policy_version_id for duty in found if duty.opens_at < change} == {OLD}
    assert [short(duty)[0] for duty in found if duty.policy_version_id == NEW] == ["2026-03-04T13:00"]
    # On the day of the change the first window has been had under the old version: a rule has one turn a day.
    assert [short(duty)[0] for duty in found if duty.rule_code == "check_in.strict.1"] == [
        "2026-03-02T08:00",
        "2026-03-03T08:00",
        "2026-03-04T13:00",
    ]


def test_a_class_change_takes_back_what_was_planned_and_plans_the_new_class_from_then() -> None:
    change = local("2026-03-03T12:00")
    before = replace(facts(), planned_until=local("2026-03-05T00:00"), last_due=LAST_DUE)
    given = replace(
        before, classes=(ClassPeriod(before.registered_at, change, STRICT), ClassPeriod(change, None, LENIENT))
    )
    decision = replan(given, since=change, until=change + HORIZON, key=KEY, now=change, reason=REASON, actor=JOB)
    cancel = decision.effects[0]
    assert isinstance(cancel, CancelPlanned)
    assert (cancel.since, set(cancel.kinds)) == (
        change,
        set(REPLANNED),
    )
    assert [short(duty) for duty in duties(decision, DutyKind.CHECK_IN)] == [("2026-03-05T08:00", "2026-03-05T20:00")]
    assert all(duty.opens_at >= change for duty in duties(decision))
    assert decision.effects[-1] == MovePlan(SUBJECT, change + HORIZON)


def test_a_change_during_a_standstill_of_planning_loses_nothing_of_the_old_class() -> None:
    change = local("2026-03-06T12:00")
    before = facts()
    given = replace(
        before,
        planned_until=local("2026-03-05T00:00"),
        last_due=LAST_DUE,
        classes=(ClassPeriod(before.registered_at, change, STRICT), ClassPeriod(change, None, LENIENT)),
    )
    decision = replan(given, since=change, until=change + HORIZON, key=KEY, now=change, reason=REASON, actor=JOB)
    fixed = [short(duty)[0] for duty in duties(decision) if duty.rule_code == "check_in.strict.1"]
    assert fixed == ["2026-03-05T08:00", "2026-03-06T08:00"]
    assert [short(duty)[0] for duty in duties(decision) if duty.rule_code == "check_in.lenient.1"] == [
        "2026-03-09T08:00"
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        # Counted by the month from 12 March, the first turn is due on 12 April; it cannot open before the change.
        ("2026-04-05T12:00", ("2026-04-05T12:00", "2026-04-13T00:00")),
        # 12 April lies before the change and is nobody's debt.
        ("2026-04-20T12:00", ("2026-04-29T00:00", "2026-05-13T00:00")),
    ],
)
def test_a_closer_class_owes_visits_from_its_own_beginning(change: str, expected: tuple[str, str]) -> None:
    at = local(change)
    before = facts(class_=NORMAL)
    given = replace(
        before,
        planned_until=at + DAY,
        last_due=LAST_DUE,
        classes=(ClassPeriod(before.registered_at, at, NORMAL), ClassPeriod(at, None, STRICT)),
    )
    decision = replan(given, since=at, until=at + 14 * DAY, key=KEY, now=at, reason=REASON, actor=JOB)
    assert [short(duty) for duty in duties(decision, DutyKind.VISIT)] == [expected]


def test_the_same_class_planned_again_gives_the_same_ids() -> None:
    first = facts()
    until = first.registered_at + HORIZON
    again = replan(
        replace(first, planned_until=until, last_due=LAST_DUE),
        since=first.registered_at,
        until=until,
        key=KEY,
        now=until,
        reason=REASON,
        actor=JOB,
    )
    checks = {duty.id for duty in planned(first, until) if duty.obligor is Obligor.SUBJECT}
    assert {duty.id for duty in duties(again)} == checks


@pytest.mark.parametrize(
    ("cursor", "expected"), [("2026-03-05T00:00", "2026-03-04T00:00"), ("2026-03-03T00:00", "2026-03-03T00:00")]
)
def test_forgetting_a_plan_moves_the_cursor_back_and_never_forward(cursor: str, expected: str) -> None:
    decision = forget_plan(
        SUBJECT,
        planned_until=local(cursor),
        since=local("2026-03-04T00:00"),
        now=local("2026-03-02T00:00"),
        reason=REASON,
        actor=JOB,
    )
    assert decision.effects[-1] == MovePlan(SUBJECT, local(expected))


def test_where_no_policy_is_in_force_nothing_is_owed() -> None:
    start = local("2026-03-04T00:00")
    given = facts()
    given = replace(given, policies=(PolicyPeriod(start, None, NEW, given.policies[0].policy),))
    found = of(DutyKind.CHECK_IN, planned(given, local("2026-03-05T00:00")))
    assert {legal_day(duty.opens_at) for duty in found} == {date(2026, 3, 4)}


@given(MOMENTS, st.sampled_from(SupervisionClass))
def test_whatever_the_day_duties_lie_in_order_and_in_bounds(registered_at: datetime, class_: SupervisionClass) -> None:
    given = replace(facts(), registered_at=registered_at, classes=(ClassPeriod(registered_at, None, class_),))
    found = planned(given, registered_at + HORIZON)
    assert len({duty.id for duty in found}) == len(found)
    for duty in found:
        assert registered_at <= duty.opens_at < registered_at + HORIZON
        assert duty.opens_at < duty.due_at <= duty.grace_until < duty.judge_at
    last_day = legal_day(registered_at) + 10 * DAY
    assert [duty.due_at for duty in of(DutyKind.VISIT, found)] == [end_of_day(last_day)]
