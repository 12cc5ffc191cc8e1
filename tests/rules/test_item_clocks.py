"""The clock of each item of the shipped table: from intake, by repetition, ahead of festivals and of the end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.calendar import SHANGHAI
from app.rules.effects import CancelPlanned, PlanDuty
from app.rules.facts import JOB, Channel, Obligor, Reason, SupervisionClass
from app.rules.planning import CHAINED, ClassPeriod, PlanningFacts, PolicyPeriod, plan, replan
from app.rules.policy import Policy, with_changes
from app.rules.wording import sentence
from tests.rules.policies import shipped

STRICT, NORMAL, LENIENT = SupervisionClass
KEY = b"a secret of the tests"
SUBJECT = UUID("0190a000-0000-7000-8000-000000000001")
OFFICE = UUID("0190a000-0000-7000-8000-00000000000f")
OLD, NEW = UUID(int=1), UUID(int=2)
SILENT: dict[str, object] = {f"windows.{class_}": [] for class_ in SupervisionClass} | {
    f"location_checks.{class_}": 0 for class_ in SupervisionClass
}
"""No check-ins: what is planned here is owed by the office alone."""


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def only(code: str, changes: Mapping[str, object] | None = None) -> Policy:
    """The shipped table with one item alone."""
    policy = with_changes(shipped("jiangshan"), SILENT | dict(changes or {}))
    return replace(policy, items={code: policy.items[code]})


def facts(
    policy: Policy, registered: str, class_: SupervisionClass = STRICT, *, until: str | None = None
) -> PlanningFacts:
    registered_at = local(registered)
    return PlanningFacts(
        subject_id=SUBJECT,
        office_id=OFFICE,
        channel=Channel.NO_SMARTPHONE,
        registered_at=registered_at,
        supervised_until=local(until) if until else None,
        planned_until=None,
        classes=(ClassPeriod(registered_at, None, class_),),
        policies=(PolicyPeriod(None, None, OLD, policy),),
    )


def duties(given: PlanningFacts, until: str) -> tuple[PlanDuty, ...]:
    effects = plan(given, until=local(until), key=KEY, now=given.registered_at).effects
    return tuple(effect for effect in effects if isinstance(effect, PlanDuty))


def dues(found: tuple[PlanDuty, ...]) -> list[str]:
    return [moment(duty.due_at) for duty in found]


def moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat()[:16]


def spoken(duty: PlanDuty) -> str:
    assert duty.why is not None
    return sentence(duty.why.code, dict(duty.why.params))


# ----------------------------------------------------------------------------------------- from intake, by repetition


@dataclass(frozen=True)
class Chain:
    code: str
    class_: SupervisionClass
    registered: str
    until: str
    expect: tuple[str, ...]


CHAINS = [
    Chain("知1", STRICT, "2026-03-02T09:00", "2026-05-01T00:00", ("03-06", "04-06", "05-06")),
    Chain("知1", LENIENT, "2026-08-28T09:00", "2027-08-01T00:00", ("09-01", "03-01")),
    Chain("知2", NORMAL, "2026-11-20T23:59", "2027-03-01T00:00", ("12-01", "03-01")),
    Chain("知3", NORMAL, "2026-12-21T00:00", "2027-02-20T00:00", ("01-01", "03-01")),
    Chain("知4", LENIENT, "2027-11-19T12:00", "2028-02-20T00:00", ("11-30", "03-01")),
    # 31 January and a month is the last of February, and the chain comes back to the last of March.
    Chain("访1", STRICT, "2026-01-21T09:00", "2026-04-20T00:00", ("02-01", "03-01", "04-01", "05-01")),
    Chain("访1", STRICT, "2028-01-21T09:00", "2028-03-20T00:00", ("02-01", "03-01", "04-01")),
    Chain("访3", STRICT, "2026-11-30T09:00", "2027-03-01T00:00", ("03-01",)),
    Chain("访3", LENIENT, "2028-02-29T09:00", "2029-03-01T00:00", ("03-01",)),
    Chain("访4", LENIENT, "2025-11-30T09:00", "2027-02-20T00:00", ("03-01", "03-01")),
    Chain("访5", STRICT, "2026-01-31T09:00", "2026-03-20T00:00", ("03-01", "04-01")),
    Chain("访5", NORMAL, "2025-11-30T09:00", "2026-05-20T00:00", ("03-01", "05-31")),
    Chain("谈1", LENIENT, "2026-12-30T09:00", "2027-12-30T00:00", ("01-03",)),
]


@pytest.mark.parametrize("case", CHAINS, ids=lambda case: f"{case.code} {case.class_} {case.registered}")
def test_turns_from_intake_on(case: Chain) -> None:
    found = duties(facts(only(case.code), case.registered, case.class_), case.until)
    assert tuple(due[5:10] for due in dues(found)) == case.expect
    assert {due[10:] for due in dues(found)} <= {"T00:00"}
    assert {(duty.rule_code, duty.obligor) for duty in found} == {(case.code, Obligor.OFFICE)}


def test_a_turn_after_a_short_month_says_on_which_day_it_is_due() -> None:
    visits = duties(facts(only("访1"), "2026-01-21T09:00"), "2026-04-20T00:00")
    assert [spoken(duty).partition(",自")[2] for duty in visits[1:]] == [
        "上次期限 1月31日起算,每 1 个月一次。",
        "上次期限 2月28日起算,每 1 个月一次,在 31 日到期(当月没有这一天的,在月末)。",
        "上次期限 3月31日起算,每 1 个月一次。",
    ]


def test_an_item_without_intake_is_counted_from_intake_by_its_repeat() -> None:
    (visit,) = duties(facts(only("访3"), "2026-03-02T09:00"), "2026-06-01T00:00")
    assert (moment(visit.opens_at), moment(visit.due_at)) == ("2026-05-20T00:00", "2026-06-03T00:00")
    assert spoken(visit) == "访3“走访所在单位或学校”:定期办理,自入矫的 3月2日起算,每 3 个月一次。"


def test_items_that_only_events_bring_up_are_not_in_the_calendar() -> None:
    for code in ("谈2", "谈3", "谈4"):
        assert duties(facts(only(code), "2026-03-02T09:00"), "2027-03-02T00:00") == ()


# ------------------------------------------------------------------------------------------- festivals that move


def festivals(code: str, registered: str, until: str, **changes: object) -> list[tuple[str, str]]:
    found = duties(facts(only(code, changes), registered), until)
    return [(moment(duty.opens_at), moment(duty.due_at)) for duty in found if "festival" in _code(duty)]


def _code(duty: PlanDuty) -> str:
    return duty.why.code if duty.why else ""


def test_a_talk_three_days_before_each_festival_of_the_year() -> None:
    assert [due for _, due in festivals("谈5", "2025-12-01T09:00", "2026-12-31T00:00")] == [
        "2025-12-30T00:00",  # 1 January: over the turn of the year
        "2026-02-13T00:00",
        "2026-04-02T00:00",
        "2026-04-29T00:00",
        "2026-06-17T00:00",
        "2026-09-23T00:00",
        "2026-09-29T00:00",
    ]


def test_the_spring_festival_moves_with_the_holidays() -> None:
    assert festivals("访2", "2025-01-02T09:00", "2025-02-01T00:00") == [("2025-01-12T00:00", "2025-01-26T00:00")]
    assert festivals("访2", "2026-01-02T09:00", "2026-03-01T00:00") == [("2026-01-30T00:00", "2026-02-13T00:00")]
    rest = ["2027-02-06", "2027-02-07", "2027-02-08", "2027-02-09", "2027-02-10"]
    announced = {"holidays.2027": {"rest": rest, "work": []}}
    later = duties(facts(only("访2", announced), "2027-01-02T09:00"), "2027-02-01T00:00")
    assert [moment(duty.due_at) for duty in later if "festival" in _code(duty)] == ["2027-02-04T00:00"]


def test_only_festivals_with_enough_days_off_count() -> None:
    assert [due[5:10] for _, due in festivals("访2", "2025-12-01T09:00", "2026-12-31T00:00")] == [
        "02-13",
        "04-29",
        "09-29",
    ]


def test_a_rest_over_the_turn_of_the_year_is_one_festival() -> None:
    changes = {
        "holidays.2027": {"rest": ["2027-12-31"], "work": []},
        "holidays.2028": {"rest": ["2028-01-01", "2028-01-02"], "work": []},
    }
    assert festivals("谈5", "2027-12-01T09:00", "2028-01-31T00:00", **changes) == [
        ("2027-12-15T00:00", "2027-12-29T00:00")
    ]


def test_a_year_that_is_not_announced_has_no_festivals() -> None:
    assert festivals("谈5", "2030-01-02T09:00", "2030-12-31T00:00") == []


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        ("2026-09-28T23:59", [("2026-09-28T23:59", "2026-09-29T00:00")]),
        ("2026-09-29T00:00", []),
    ],
)
def test_who_comes_before_the_day_is_owed_the_talk(registered: str, expected: list[tuple[str, str]]) -> None:
    assert festivals("谈5", registered, "2026-10-15T00:00") == expected


def test_the_reason_of_a_festival_names_its_first_day() -> None:
    (visit,) = [d for d in duties(facts(only("访2"), "2026-01-02T09:00"), "2026-01-31T00:00") if "festival" in _code(d)]
    assert spoken(visit) == "访2“走访村（社区）”:节日引起,2月15日开始放假,应提前 3 天完成。"


# ------------------------------------------------------------------------------------------------------ before the end


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ("2026-03-01T00:00", ("2026-01-29T00:00", "2026-02-28T00:00")),
        ("2028-03-01T00:00", ("2028-01-30T00:00", "2028-02-29T00:00")),
        ("2027-01-01T00:00", ("2026-12-01T00:00", "2026-12-31T00:00")),
    ],
)
def test_the_talk_before_the_end(ends: str, expected: tuple[str, str]) -> None:
    """The last day is the day before: due by the end of the day before the last, open for thirty days."""
    (talk,) = duties(facts(only("谈6"), "2025-11-02T09:00", until=ends), ends)
    assert (moment(talk.opens_at), moment(talk.due_at)) == expected


def test_a_short_term_has_its_talk_from_the_first_day() -> None:
    (talk,) = duties(facts(only("谈6"), "2026-03-02T09:00", until="2026-03-12T00:00"), "2026-03-12T00:00")
    assert (moment(talk.opens_at), moment(talk.due_at)) == ("2026-03-02T09:00", "2026-03-11T00:00")
    assert spoken(talk) == "谈6“解矫必谈”:矫正期满引起,最后一日为 3月11日,应提前 1 天完成。"


def test_without_a_known_end_there_is_no_talk_before_it() -> None:
    assert duties(facts(only("谈6"), "2026-03-02T09:00"), "2030-01-01T00:00") == ()


def test_nothing_is_due_after_the_end() -> None:
    policy = with_changes(shipped("jiangshan"), SILENT)
    ends = "2026-06-02T00:00"
    assert max(duty.due_at for duty in duties(facts(policy, "2026-03-02T09:00", until=ends), ends)) <= local(ends)


# ------------------------------------------------------------------------------------ class and policy in mid-period


def replanned(given: PlanningFacts, at: str, until: str) -> list[tuple[str, str]]:
    decision = replan(
        replace(given, planned_until=local(at) + timedelta(hours=72)),
        since=local(at),
        until=local(until),
        key=KEY,
        now=local(at),
        reason=Reason("class_changed"),
        actor=JOB,
    )
    cancel = decision.effects[0]
    assert isinstance(cancel, CancelPlanned)
    assert cancel.keep_occasions
    return [(moment(duty.opens_at), moment(duty.due_at)) for duty in decision.effects if isinstance(duty, PlanDuty)]


def test_another_class_in_mid_period_counts_from_the_last_due() -> None:
    policy, change = only("知4"), "2026-04-20T10:00"
    before = facts(policy, "2026-03-02T09:00", NORMAL)
    given = replace(
        before,
        classes=(ClassPeriod(before.registered_at, local(change), NORMAL), ClassPeriod(local(change), None, STRICT)),
        last_due={"知4": local("2026-03-13T00:00")},
    )
    # By the month from 12 March: 12 April is over and nobody's debt, 12 May is the next.
    assert replanned(given, change, "2026-05-10T00:00") == [("2026-04-29T00:00", "2026-05-13T00:00")]


def test_a_policy_in_mid_period_gives_its_repeat_from_the_last_due() -> None:
    old, change = only("访1"), "2026-04-01T00:00"
    new = only("访1", {"items.访1.repeat.normal": {"weeks": 2}})
    before = facts(old, "2026-03-02T09:00", NORMAL)
    given = replace(
        before,
        policies=(PolicyPeriod(None, local(change), OLD, old), PolicyPeriod(local(change), None, NEW, new)),
        last_due={"访1": local("2026-03-13T00:00")},
    )
    assert replanned(given, change, "2026-04-24T00:00") == [
        ("2026-04-01T00:00", "2026-04-10T00:00"),
        ("2026-04-10T00:00", "2026-04-24T00:00"),
    ]


def test_an_item_that_a_policy_brings_later_is_no_debt_of_the_time_before() -> None:
    change = "2026-09-01T00:00"
    without, new = only("访1"), replace(only("访1"), items=shipped("jiangshan").items)
    before = facts(without, "2026-03-02T09:00", STRICT)
    given = replace(
        before,
        policies=(PolicyPeriod(None, local(change), OLD, without), PolicyPeriod(local(change), None, NEW, new)),
        last_due={"访1": local("2026-09-13T00:00")},
    )
    found = replan(
        replace(given, planned_until=local(change)),
        since=local(change),
        until=local("2026-09-20T00:00"),
        key=KEY,
        now=local(change),
        reason=Reason("policy_changed"),
        actor=JOB,
    ).effects
    owed = {duty.rule_code: duty for duty in found if isinstance(duty, PlanDuty)}
    assert "谈1" not in owed
    assert min(duty.opens_at for duty in owed.values()) >= local(change)
    assert min(duty.due_at for duty in owed.values()) > local(change)
    # 知1: three days after 2 March, then every month: the first that is still ahead.
    assert moment(owed["知1"].due_at) == "2026-09-06T00:00"
    assert moment(owed["访2"].due_at) == "2026-10-02T00:00" or "festival" in _code(owed["访2"])


def test_an_item_that_a_policy_drops_is_planned_no_more() -> None:
    change = "2026-04-01T00:00"
    old, new = only("访1"), replace(only("访1"), items={})
    before = facts(old, "2026-03-02T09:00", STRICT)
    given = replace(
        before,
        policies=(PolicyPeriod(None, local(change), OLD, old), PolicyPeriod(local(change), None, NEW, new)),
        last_due={"访1": local("2026-04-13T00:00")},
    )
    assert replanned(given, change, "2026-06-01T00:00") == []


def test_a_class_that_owes_no_repeat_has_none() -> None:
    policy = only("知1", {"items.知1.repeat": {"strict": {"weeks": 1}}})
    assert len(duties(facts(policy, "2026-03-02T09:00", LENIENT), "2027-03-02T00:00")) == 1
    weekly = duties(facts(policy, "2026-03-02T09:00", STRICT), "2026-04-01T00:00")
    assert [due[:10] for due in dues(weekly)] == ["2026-03-06", "2026-03-13", "2026-03-20", "2026-03-27", "2026-04-03"]


# ------------------------------------------------------------------------------------------------- another county's


def test_daily_and_weekly_reviews_need_no_code() -> None:
    """宝安's reviews: of place each day, of tracks each week, of key persons only where the class is strict."""
    review = {
        "title": "每日必查定位情况",
        "kind": "review",
        "by": ["officer"],
        "assumed": True,
        "source": "x",
        "triggers": [{"on": "intake", "due": {"days": 0}}],
        "repeat": {"days": 1},
    }
    policy = with_changes(
        shipped("jiangshan"),
        SILENT
        | {
            "items": {
                "查1": review,
                "查2": review | {"repeat": {"weeks": 1}, "triggers": [{"on": "intake", "due": {"weeks": 1}}]},
                "查5": review | {"repeat": {"strict": {"days": 1}}, "triggers": []},
            }
        },
    )
    found = duties(facts(policy, "2026-12-30T09:00", LENIENT), "2027-01-02T12:00")
    daily = [moment(duty.due_at)[:10] for duty in found if duty.rule_code == "查1"]
    assert daily == ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03"]
    assert [moment(duty.due_at)[:10] for duty in found if duty.rule_code == "查2"] == ["2027-01-07"]
    assert "查5" not in {duty.rule_code for duty in found}
    assert "查5" in {duty.rule_code for duty in duties(facts(policy, "2026-12-30T09:00"), "2027-01-02T12:00")}


def test_a_whole_year_by_the_table_in_small_steps_is_the_same_as_at_once() -> None:
    """Its first turns are on the 31st of January: what comes after February is told by the first of each chain."""
    policy = with_changes(shipped("jiangshan"), SILENT)
    whole = facts(policy, "2026-01-21T09:00", STRICT, until="2026-12-29T00:00")
    until = local("2026-12-29T00:00")
    at_once = {duty.id: replace(duty, at=until) for duty in duties(whole, "2026-12-29T00:00")}
    stepwise: dict[UUID, PlanDuty] = {}
    cursor, given = whole.registered_at, whole
    first_due, last_due = dict[str, datetime](), dict[str, datetime]()
    while cursor < until:
        cursor = min(cursor + timedelta(days=5, hours=7), until)
        for effect in plan(given, until=cursor, key=KEY, now=cursor).effects:
            if isinstance(effect, PlanDuty):
                assert effect.id not in stepwise
                stepwise[effect.id] = replace(effect, at=until)
                if _code(effect) in CHAINED:
                    first_due = {effect.rule_code: effect.due_at} | first_due
                    last_due = last_due | {effect.rule_code: effect.due_at}
        given = replace(whole, planned_until=cursor, first_due=first_due, last_due=last_due)
    assert stepwise == at_once
    assert len(at_once) == len({duty.id for duty in at_once.values()})
    assert all(spoken(duty).startswith(duty.rule_code) for duty in at_once.values())
