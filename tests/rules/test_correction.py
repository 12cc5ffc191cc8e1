"""Correction groups and plans: whom a group needs, what is owed, and what each act settles."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.rules import correction
from app.rules.calendar import SHANGHAI, end_of_day, working_due
from app.rules.correction import (
    Completeness,
    CorrectionFacts,
    Leaving,
    Letter,
    Member,
    MemberKind,
    Need,
    Owed,
    Person,
    PlanStanding,
    judge_group,
)
from app.rules.effects import CancelPlanned, ChangeDuty, Decision, PlanDuty, RecoverAlert
from app.rules.effects.correction import DecidePlan, NoteLetter, WritePlan
from app.rules.errors import ZhifangError
from app.rules.facts import About, Actor, DutyKind, DutyState, SubjectStatus, SupervisionClass, about_item
from tests.builders.correction import a_new_member, a_new_plan
from tests.rules.policies import shipped

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
NOW = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI).astimezone(UTC)
OFFICER, COUNTY = Actor("user", UUID(int=1)), Actor("user", UUID(int=2))
MAN, WOMAN = Person("male", False, date(1990, 5, 17)), Person("female", False, date(1990, 5, 17))
GIRL = Person("female", True, date(2009, 3, 3))
JIANGSHAN = shipped("jiangshan")


def member(kind: MemberKind = MemberKind.VOLUNTEER, **changes: Any) -> Member:
    """A man who joined three days ago and signed at once."""
    values = {"sex": "male", "knows_minors": False, "guardian": False, "from_at": NOW - 3 * DAY, "letter_at": NOW - DAY}
    return Member(id=uuid4(), kind=kind, **{**values, **changes})


OFFICIAL = member(MemberKind.JUSTICE_OFFICE, letter_at=None)


def facts(**changes: Any) -> CorrectionFacts:
    known = CorrectionFacts(
        subject_id=UUID(int=9),
        office_id=UUID(int=8),
        status=SubjectStatus.IN_CORRECTION,
        class_=SupervisionClass.STRICT,
        person=MAN,
        supervised_until=None,
        policy_version_id=UUID(int=7),
        rules=JIANGSHAN.correction,
        holidays=JIANGSHAN.holidays,
    )
    return replace(known, **changes)


def owed(rule: str = correction.GROUP_RULE, state: DutyState = DutyState.OPEN, due_in: timedelta = DAY) -> Owed:
    kind = DutyKind.CORRECTION_GROUP if rule == correction.GROUP_RULE else DutyKind.CORRECTION_PLAN
    return Owed(uuid4(), kind, rule, state, NOW - 5 * DAY, NOW + due_in)


def changes_of(decision: Decision) -> list[tuple[DutyState, str]]:
    return [(one.state, one.reason.code) for one in decision.effects if isinstance(one, ChangeDuty)]


def plans_of(decision: Decision) -> list[PlanDuty]:
    return [one for one in decision.effects if isinstance(one, PlanDuty)]


def refused(code: str) -> Any:
    return pytest.raises(ZhifangError, match=code)


CASES = {
    "nobody": (MAN, (), (Need.MEMBERS,), ()),
    "a man with an official": (MAN, (OFFICIAL, member()), (), ()),
    "without the justice office": (MAN, (member(),), (Need.JUSTICE_OFFICE,), ()),
    "a letter not signed": (MAN, (OFFICIAL, member(letter_at=None)), (Need.LETTERS,), ()),
    "a woman among men": (WOMAN, (OFFICIAL, member()), (Need.WOMAN,), ()),
    "a woman with a woman": (WOMAN, (OFFICIAL, member(sex="female")), (), ()),
    "a woman, a member of unknown sex": (WOMAN, (OFFICIAL, member(sex=None)), (), (Need.WOMAN,)),
    "sex unknown": (replace(MAN, sex=None), (OFFICIAL, member()), (), (Need.WOMAN,)),
    "sex unknown, a woman is there": (replace(MAN, sex=None), (OFFICIAL, member(sex="female")), (), ()),
    "sex unknown, and a letter lacks": (
        replace(MAN, sex=None),
        (OFFICIAL, member(letter_at=None)),
        (Need.LETTERS,),
        (Need.WOMAN,),
    ),
    "who left counts no more": (WOMAN, (OFFICIAL, member(sex="female", to_at=NOW)), (Need.WOMAN,), ()),
    "who leaves in a second still counts": (WOMAN, (OFFICIAL, member(sex="female", to_at=NOW + SECOND)), (), ()),
    "a minor alone": (GIRL, (OFFICIAL, member(sex="female")), (Need.KNOWS_MINORS, Need.GUARDIAN), ()),
    "a minor's group": (
        GIRL,
        (OFFICIAL, member(MemberKind.FAMILY, sex="female", guardian=True), member(knows_minors=True)),
        (),
        (),
    ),
    "born nobody knows when": (
        replace(GIRL, birth_date=None),
        (OFFICIAL, member(sex="female", knows_minors=True)),
        (),
        (Need.GUARDIAN,),
    ),
    "eighteen since yesterday": (
        replace(GIRL, birth_date=date(2008, 3, 1)),
        (OFFICIAL, member(sex="female", knows_minors=True)),
        (),
        (),
    ),
    "eighteen today, which is the last day of seventeen": (
        replace(GIRL, birth_date=date(2008, 3, 2)),
        (OFFICIAL, member(sex="female", knows_minors=True)),
        (Need.GUARDIAN,),
        (),
    ),
    "eighteen tomorrow": (
        replace(GIRL, birth_date=date(2008, 3, 3)),
        (OFFICIAL, member(sex="female", knows_minors=True)),
        (Need.GUARDIAN,),
        (),
    ),
    "grown up, but a minor at intake": (
        replace(GIRL, birth_date=date(2007, 1, 1)),
        (OFFICIAL, member(sex="female")),
        (Need.KNOWS_MINORS,),
        (),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_whom_a_group_needs(name: str) -> None:
    person, members, lacks, unknown = CASES[name]
    verdict = judge_group(person, members, guardian=True, at=NOW)
    assert (verdict.lacks, verdict.unknown) == (lacks, unknown)
    wanted = Completeness.LACKS if lacks else Completeness.CANNOT_BE_JUDGED if unknown else Completeness.COMPLETE
    assert verdict.completeness is wanted


def test_a_guardian_is_the_local_rules_wish() -> None:
    group = (OFFICIAL, member(sex="female", knows_minors=True))
    assert judge_group(GIRL, group, guardian=False, at=NOW).completeness is Completeness.COMPLETE


def test_since_when_a_group_is_complete() -> None:
    late = member(letter_at=NOW - 2 * SECOND)
    assert correction.complete_since(MAN, (OFFICIAL, late), guardian=True, at=NOW) == NOW - 2 * SECOND
    before = replace(late, letter_at=NOW - DAY)
    gap = (replace(OFFICIAL, to_at=NOW - 20 * SECOND), replace(OFFICIAL, from_at=NOW - 10 * SECOND), before)
    assert correction.complete_since(MAN, gap, guardian=True, at=NOW) == NOW - 10 * SECOND
    assert correction.complete_since(MAN, (OFFICIAL, member(letter_at=None)), guardian=True, at=NOW) is None


def test_a_group_that_lacked_a_guardian_alone_is_complete_since_the_day_after_the_birthday() -> None:
    girl = replace(GIRL, birth_date=date(2008, 2, 27))
    group = (OFFICIAL, member(sex="female", knows_minors=True, letter_at=NOW - 3 * DAY))
    assert correction.complete_since(girl, group, guardian=True, at=NOW) == end_of_day(date(2026, 2, 27))
    assert correction.complete_since(girl, group, guardian=True, at=end_of_day(date(2026, 2, 27)) - SECOND) is None


@pytest.mark.parametrize(
    ("since", "last_day"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=SHANGHAI), date(2026, 3, 9)),  # Monday
        (datetime(2026, 3, 6, 23, 59, 59, tzinfo=SHANGHAI), date(2026, 3, 13)),  # Friday
        (datetime(2026, 3, 7, 0, 0, tzinfo=SHANGHAI), date(2026, 3, 13)),  # Saturday
        (datetime(2026, 2, 12, 9, tzinfo=SHANGHAI), date(2026, 2, 26)),  # over the Spring Festival, Saturday 14 worked
        (datetime(2026, 9, 30, 9, tzinfo=SHANGHAI), date(2026, 10, 13)),  # over the National Day, Saturday 10 worked
        (datetime(2024, 2, 23, 9, tzinfo=SHANGHAI), date(2024, 3, 1)),  # over 29 February, year without arrangement
        (datetime(2026, 12, 28, 9, tzinfo=SHANGHAI), date(2027, 1, 4)),  # over the year's end
    ],
)
def test_group_and_plan_are_due_in_five_working_days(since: datetime, last_day: date) -> None:
    found = correction.owe_from_intake(UUID(int=9), UUID(int=8), JIANGSHAN, UUID(int=7), since=since, now=since)
    duties = {duty.rule_code: duty for duty in plans_of(found)}
    assert duties.keys() == {correction.GROUP_RULE, correction.PLAN_RULE}
    for duty in duties.values():
        assert (duty.opens_at, duty.slot_start, duty.due_at) == (since, since, end_of_day(last_day))
    assert working_due(since.astimezone(SHANGHAI).date(), 5, JIANGSHAN.holidays) == end_of_day(last_day)


def test_without_a_local_rule_nothing_is_owed() -> None:
    old = replace(JIANGSHAN, correction=None)
    assert correction.owe_from_intake(UUID(int=9), UUID(int=8), old, UUID(int=7), since=NOW, now=NOW) == Decision()
    left = facts(rules=None, members=(OFFICIAL, member()))
    decision = correction.end_member(left, Leaving(OFFICIAL.id, "调离"), OFFICER, now=NOW)
    assert plans_of(decision) == []


@pytest.mark.parametrize(
    ("due_in", "state"),
    [(SECOND, DutyState.FULFILLED), (timedelta(0), DutyState.LATE), (-SECOND, DutyState.LATE)],
)
def test_the_act_that_completes_a_group_settles_it(due_in: timedelta, state: DutyState) -> None:
    known = facts(members=(OFFICIAL,), owed=(owed(due_in=due_in),))
    known = replace(known, members=(replace(OFFICIAL, sex=None),), person=WOMAN)
    new = a_new_member(sex="female", letter_at=NOW)
    decision = correction.add_member(known, new, OFFICER, now=NOW)
    assert [one[0] for one in changes_of(decision)] == [state]
    assert any(isinstance(one, NoteLetter) for one in decision.effects)


def test_a_member_written_down_later_counts_from_when_they_joined() -> None:
    known = facts(members=(), owed=(owed(state=DutyState.MISSED, due_in=-DAY),))
    new = a_new_member(MemberKind.JUSTICE_OFFICE, from_at=NOW - 2 * DAY)
    decision = correction.add_member(known, new, OFFICER, now=NOW)
    assert changes_of(decision) == [(DutyState.FULFILLED, "correction_done")]


@pytest.mark.parametrize("state", [DutyState.OPEN, DutyState.MISSED])
def test_with_a_missed_group_its_alert_is_over(state: DutyState) -> None:
    one = owed(state=state, due_in=-DAY)
    new = a_new_member(MemberKind.JUSTICE_OFFICE, from_at=NOW)
    decision = correction.add_member(facts(members=(), owed=(one,)), new, OFFICER, now=NOW)
    over = [effect for effect in decision.effects if isinstance(effect, RecoverAlert)]
    alert = (about_item(correction.GROUP_RULE), About("duty", one.id), NOW)
    assert [(effect.about, effect.source, effect.recovered_at) for effect in over] == (
        [alert] if state is DutyState.MISSED else []
    )


def test_an_incomplete_group_settles_nothing() -> None:
    known = facts(person=replace(MAN, sex=None), members=(OFFICIAL,), owed=(owed(),))
    decision = correction.add_member(known, a_new_member(letter_at=NOW), OFFICER, now=NOW)
    assert changes_of(decision) == [], "nobody knows whether a woman is needed"
    known = facts(members=(OFFICIAL,), owed=(owed(),))
    assert changes_of(correction.add_member(known, a_new_member(), OFFICER, now=NOW)) == [], "a letter is not signed"


def test_the_letter_may_be_what_was_lacking() -> None:
    waiting = member(letter_at=None)
    known = facts(members=(OFFICIAL, waiting), owed=(owed(state=DutyState.PLANNED),))
    decision = correction.note_letter(known, Letter(waiting.id), OFFICER, now=NOW)
    assert [one[0] for one in changes_of(decision)] == [DutyState.OPEN, DutyState.FULFILLED]


def test_when_the_woman_leaves_a_group_is_owed_anew() -> None:
    her = member(sex="female")
    known = facts(person=WOMAN, members=(OFFICIAL, member(), her))
    decision = correction.end_member(known, Leaving(her.id, "调离"), OFFICER, now=NOW)
    (duty,) = plans_of(decision)
    assert (duty.kind, duty.opens_at, duty.due_at) == (DutyKind.CORRECTION_GROUP, NOW, end_of_day(date(2026, 3, 9)))
    assert changes_of(decision) == [(DutyState.OPEN, "group_incomplete")]
    again = replace(known, owed=(owed(),))
    assert plans_of(correction.end_member(again, Leaving(her.id, "调离"), OFFICER, now=NOW)) == [], "owed already"


def test_somebody_who_is_not_needed_may_leave() -> None:
    one = member()
    decision = correction.end_member(facts(members=(OFFICIAL, one)), Leaving(one.id, "调离"), OFFICER, now=NOW)
    assert plans_of(decision) == []


def test_a_record_that_was_put_right_is_judged_anew() -> None:
    group = (OFFICIAL, member())
    decision = correction.reconsider(facts(person=WOMAN, members=group), OFFICER, now=NOW)
    assert changes_of(decision) == [(DutyState.OPEN, "group_incomplete")]
    decision = correction.reconsider(facts(members=group, owed=(owed(),)), OFFICER, now=NOW)
    assert changes_of(decision) == [(DutyState.FULFILLED, "correction_done")]


def test_what_no_group_takes() -> None:
    left = member(to_at=NOW - SECOND)
    known = facts(members=(OFFICIAL, left))
    ahead = NOW + SECOND
    with refused("not_in_correction"):
        correction.add_member(facts(status=SubjectStatus.ENDED), a_new_member(), OFFICER, now=NOW)
    with refused("guardian_is_family"):
        correction.add_member(known, a_new_member(guardian=True), OFFICER, now=NOW)
    both: tuple[dict[str, Any], ...] = ({"from_at": ahead}, {"letter_at": ahead})
    for late in both:
        with refused("member_ahead"):
            correction.add_member(known, a_new_member(**late), OFFICER, now=NOW)
    with refused("member_left"):
        correction.end_member(known, Leaving(left.id, "调离"), OFFICER, now=NOW)
    with refused("member_left_before"):
        correction.end_member(known, Leaving(OFFICIAL.id, "调离", NOW - 4 * DAY), OFFICER, now=NOW)
    with refused("not_found"):
        correction.end_member(known, Leaving(uuid4(), "调离"), OFFICER, now=NOW)
    with refused("letter_not_owed"):
        correction.note_letter(known, Letter(OFFICIAL.id), OFFICER, now=NOW)
    with refused("letter_signed"):
        correction.note_letter(known, Letter(left.id), OFFICER, now=NOW)


def test_a_second_person_brings_a_plan_into_force() -> None:
    written = correction.write_plan(facts(), a_new_plan(), OFFICER, now=NOW)
    (version,) = [one for one in written.effects if isinstance(one, WritePlan)]
    assert version.version == 1
    waiting = PlanStanding(version.id, 1, UUID(int=1), None)
    known = facts(newest=waiting, owed=(owed(correction.PLAN_RULE), owed()))
    with refused("plan_second_person"):
        correction.decide_plan(known, version.id, OFFICER, approved=True, note=None, now=NOW)
    decision = correction.decide_plan(known, version.id, COUNTY, approved=True, note=None, now=NOW)
    assert changes_of(decision) == [(DutyState.FULFILLED, "correction_done")], "the group is another matter"
    (review,) = plans_of(decision)
    due_at = end_of_day(date(2026, 6, 2))
    assert (review.rule_code, review.opens_at, review.due_at) == (correction.REVIEW_RULE, due_at - 14 * DAY, due_at)


def test_a_plan_that_is_given_back_is_still_owed() -> None:
    known = facts(newest=PlanStanding(UUID(int=5), 1, UUID(int=1), None), owed=(owed(correction.PLAN_RULE),))
    with refused("plan_note_needed"):
        correction.decide_plan(known, UUID(int=5), COUNTY, approved=False, note=None, now=NOW)
    decision = correction.decide_plan(known, UUID(int=5), COUNTY, approved=False, note="措施太笼统", now=NOW)
    assert changes_of(decision) == []
    assert [one.approved for one in decision.effects if isinstance(one, DecidePlan)] == [False]


def test_a_plan_is_adjusted_by_a_new_version_with_a_reason() -> None:
    known = facts(newest=PlanStanding(UUID(int=5), 1, UUID(int=1), True), in_force_id=UUID(int=5))
    with refused("plan_because_needed"):
        correction.write_plan(known, a_new_plan(), OFFICER, now=NOW)
    decision = correction.write_plan(known, a_new_plan(because="找到工作"), OFFICER, now=NOW)
    assert [one.version for one in decision.effects if isinstance(one, WritePlan)] == [2]
    with refused("plan_decided"):
        correction.decide_plan(known, UUID(int=5), COUNTY, approved=True, note=None, now=NOW)
    with refused("not_found"):
        correction.decide_plan(known, UUID(int=6), COUNTY, approved=True, note=None, now=NOW)


@pytest.mark.parametrize(
    ("class_", "now", "last_day"),
    [
        (SupervisionClass.STRICT, datetime(2025, 11, 30, 9, tzinfo=SHANGHAI), date(2026, 2, 28)),  # no 30 February
        (SupervisionClass.STRICT, datetime(2027, 11, 29, 9, tzinfo=SHANGHAI), date(2028, 2, 29)),
        (SupervisionClass.NORMAL, datetime(2026, 8, 31, 9, tzinfo=SHANGHAI), date(2027, 2, 28)),
        (SupervisionClass.LENIENT, datetime(2026, 3, 2, 9, tzinfo=SHANGHAI), date(2026, 9, 2)),
    ],
)
def test_the_next_review_is_counted_by_class(class_: SupervisionClass, now: datetime, last_day: date) -> None:
    known = facts(class_=class_, in_force_id=UUID(int=5), owed=(owed(correction.REVIEW_RULE),))
    decision = correction.review_plan(known, correction.NewReview(uuid4(), b"", "执行良好"), OFFICER, now=now)
    (review,) = plans_of(decision)
    assert review.due_at == end_of_day(last_day)
    assert [one.kinds for one in decision.effects if isinstance(one, CancelPlanned)] == [(DutyKind.CORRECTION_PLAN,)]


def test_no_review_after_the_end() -> None:
    known = facts(in_force_id=UUID(int=5), supervised_until=end_of_day(date(2026, 6, 1)))
    decision = correction.review_plan(known, correction.NewReview(uuid4(), b"", "执行良好"), OFFICER, now=NOW)
    assert plans_of(decision) == []
    with refused("no_plan_in_force"):
        correction.review_plan(facts(), correction.NewReview(uuid4(), b"", "执行良好"), OFFICER, now=NOW)


def test_a_change_of_class_asks_for_a_review() -> None:
    decision = correction.class_changed(facts(in_force_id=UUID(int=5)), OFFICER, now=NOW)
    (review,) = plans_of(decision)
    assert (review.rule_code, review.due_at) == (correction.REVIEW_RULE, end_of_day(date(2026, 3, 9)))
    assert changes_of(decision) == [(DutyState.OPEN, "plan_review_class_changed")]
    assert correction.class_changed(facts(), OFFICER, now=NOW) == Decision(), "there is no plan to look at yet"
