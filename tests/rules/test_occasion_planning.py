"""What follows from something that happened: which items, counted from when, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.calendar import SHANGHAI
from app.rules.effects import PlanDuty
from app.rules.effects.occasions import OccasionPlanned
from app.rules.facts import OccasionKind, SupervisionClass
from app.rules.planning import OccasionFacts, OwingFacts, plan_occasion
from app.rules.policy import with_changes
from app.rules.wording import sentence
from tests.rules.policies import shipped

STRICT, NORMAL, LENIENT = SupervisionClass
OCCASION = UUID("0190a000-0000-7000-8000-0000000000aa")
SUBJECT = UUID("0190a000-0000-7000-8000-000000000001")
OFFICE = UUID("0190a000-0000-7000-8000-00000000000f")
VERSION = UUID(int=1)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def moment(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat()[:16]


def owing(class_: SupervisionClass = NORMAL, *, until: str | None = None) -> OwingFacts:
    return OwingFacts(SUBJECT, OFFICE, local(until) if until else None, class_, VERSION, shipped("jiangshan"))


def happened(kind: OccasionKind, at: str, *, known: str | None = None) -> OccasionFacts:
    return OccasionFacts(OCCASION, SUBJECT, kind, local(at), local(known or at))


def planned(occasion: OccasionFacts, facts: OwingFacts | None = None) -> dict[str, PlanDuty]:
    effects = plan_occasion(occasion, facts or owing(), now=occasion.known_at).effects
    assert effects[-1] == OccasionPlanned(OCCASION, occasion.known_at)
    return {duty.rule_code: duty for duty in effects if isinstance(duty, PlanDuty)}


def times(found: dict[str, PlanDuty]) -> dict[str, tuple[str, str]]:
    return {code: (moment(duty.opens_at), moment(duty.due_at)) for code, duty in found.items()}


AFTER = {
    OccasionKind.CLASS_CHANGE: {"知1": "2026-03-10"},
    OccasionKind.TRANSFER: {"知1": "2026-03-10"},
    OccasionKind.VIOLATION: {"谈2": "2026-03-05"},
    OccasionKind.SANCTION: {"谈2": "2026-03-05"},
    OccasionKind.FAMILY_EVENT: {"知2": "2026-03-06", "访1": "2026-03-06", "谈3": "2026-03-06"},
    OccasionKind.WORK_EVENT: {"知3": "2026-03-10", "访3": "2026-03-18", "谈3": "2026-03-06"},
    OccasionKind.HOME_EVENT: {"知3": "2026-03-06", "谈3": "2026-03-06"},
    OccasionKind.HEALTH_EVENT: {"谈3": "2026-03-06"},
    OccasionKind.CONTACT_EVENT: {"知4": "2026-03-06"},
    OccasionKind.ALERT_REAL: {"知4": "2026-03-06", "谈4": "2026-03-04"},
    OccasionKind.LEAVE_RETURNED: {"知3": "2026-03-06", "谈5": "2026-03-06"},
    OccasionKind.COMPLAINT: {"访4": "2026-03-10"},
}


def test_every_kind_of_occasion_is_spoken_for() -> None:
    ahead = {OccasionKind.LEAVE_APPROVED, OccasionKind.PERIOD_ANNOUNCED}
    assert set(AFTER) | ahead | {OccasionKind.INTAKE} == set(OccasionKind)


@pytest.mark.parametrize("kind", AFTER, ids=lambda kind: kind.value)
def test_what_is_due_after_it(kind: OccasionKind) -> None:
    """It happened on Monday 2 March at 15:00; days end with the local day."""
    found = planned(happened(kind, "2026-03-02T15:00"))
    assert times(found) == {code: ("2026-03-02T15:00", f"{due}T00:00") for code, due in AFTER[kind].items()}
    assert {duty.occasion_id for duty in found.values()} == {OCCASION}


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-03-02T00:00", "2026-03-05"),
        ("2026-03-02T23:59", "2026-03-05"),
        ("2026-01-30T10:00", "2026-02-02"),
        ("2026-12-30T10:00", "2027-01-02"),
        ("2028-02-27T10:00", "2028-03-01"),
        ("2027-02-27T10:00", "2027-03-02"),
        ("2026-09-30T10:00", "2026-10-03"),  # a local rule does not wait for the holiday to end
    ],
)
def test_two_days_after_a_violation(at: str, due: str) -> None:
    assert times(planned(happened(OccasionKind.VIOLATION, at)))["谈2"] == (at, f"{due}T00:00")


def test_intake_is_the_calendars() -> None:
    assert planned(happened(OccasionKind.INTAKE, "2026-03-02T15:00")) == {}


def test_nothing_follows_for_somebody_who_is_not_in_correction() -> None:
    occasion = happened(OccasionKind.VIOLATION, "2026-03-02T15:00")
    assert plan_occasion(occasion, None, now=occasion.known_at).effects == (
        OccasionPlanned(OCCASION, occasion.known_at),
    )


# ----------------------------------------------------------------------------------------------------- learned late


@pytest.mark.parametrize(
    ("known", "due", "code"),
    [
        ("2026-03-05T23:59", "2026-03-06", "owed_after_occasion"),
        ("2026-03-06T00:00", "2026-03-10", "owed_after_it_was_known"),
        ("2026-03-20T10:00", "2026-03-24", "owed_after_it_was_known"),
    ],
)
def test_a_time_that_was_over_before_anybody_knew_runs_from_then(known: str, due: str, code: str) -> None:
    talk = planned(happened(OccasionKind.FAMILY_EVENT, "2026-03-02T15:00", known=known))["谈3"]
    assert (moment(talk.due_at), talk.why.code if talk.why else None) == (f"{due}T00:00", code)
    assert moment(talk.opens_at) == "2026-03-02T15:00"


def test_a_duty_that_comes_too_late_for_its_time_says_so() -> None:
    (talk,) = planned(happened(OccasionKind.PERIOD_ANNOUNCED, "2026-06-03T20:00", known="2026-06-01T23:58")).values()
    assert talk.why is not None
    assert sentence(talk.why.code, dict(talk.why.params)) == (
        "谈5“节点必谈”:“敏感时期”引起,6月3日开始,应提前 3 天完成;"
        "6月1日得知时已来不及,最迟在得知的次日完成,尚未开始的在开始前完成。"
    )


def test_the_reasons_say_what_it_was_and_from_which_day() -> None:
    talk = planned(happened(OccasionKind.FAMILY_EVENT, "2026-03-02T15:00"))["谈3"]
    assert talk.why is not None
    assert sentence(talk.why.code, dict(talk.why.params)) == ("谈3“变故必谈”:“家庭变故”引起,自 3月2日起算,期限3 天。")
    late = planned(happened(OccasionKind.FAMILY_EVENT, "2026-03-02T15:00", known="2026-03-20T10:00"))["谈3"]
    assert late.why is not None
    assert sentence(late.why.code, dict(late.why.params)) == (
        "谈3“变故必谈”:“家庭变故”引起;得知时原期限已过,自得知的 3月20日起算,期限3 天。"
    )


# --------------------------------------------------------------------------------------------- known before it comes


@pytest.mark.parametrize(
    ("departs", "approved", "expected"),
    [
        ("2026-03-10T08:00", "2026-03-02T15:00", ("2026-03-02T15:00", "2026-03-10T08:00")),
        ("2026-04-10T08:00", "2026-03-02T15:00", ("2026-03-27T08:00", "2026-04-10T08:00")),
        ("2026-03-02T15:30", "2026-03-02T15:00", ("2026-03-02T15:00", "2026-03-02T15:30")),
        # It had begun when it was approved: by the end of the next day.
        ("2026-03-01T08:00", "2026-03-02T15:00", ("2026-03-02T15:00", "2026-03-04T00:00")),
        ("2026-02-28T08:00", "2026-02-28T23:59", ("2026-02-28T23:59", "2026-03-02T00:00")),
    ],
)
def test_a_talk_before_leave_begins(departs: str, approved: str, expected: tuple[str, str]) -> None:
    found = planned(happened(OccasionKind.LEAVE_APPROVED, departs, known=approved))
    assert times(found) == {"谈5": expected}


@pytest.mark.parametrize(
    ("begins", "announced", "due"),
    [
        ("2027-03-01T00:00", "2027-02-01T09:00", "2027-02-27T00:00"),
        ("2028-03-01T00:00", "2028-02-01T09:00", "2028-02-28T00:00"),
        ("2027-01-02T00:00", "2026-12-20T09:00", "2026-12-31T00:00"),
        # Announced two days before, late in the evening: the whole next day is left.
        ("2026-06-03T00:00", "2026-06-01T23:58", "2026-06-03T00:00"),
        ("2026-06-03T20:00", "2026-06-01T23:58", "2026-06-03T00:00"),
        # Announced the day before: what is left until it begins.
        ("2026-06-02T00:00", "2026-06-01T09:00", "2026-06-02T00:00"),
        ("2026-06-01T20:00", "2026-06-01T09:00", "2026-06-01T20:00"),
    ],
)
def test_three_days_before_a_period_that_was_announced(begins: str, announced: str, due: str) -> None:
    (talk,) = planned(happened(OccasionKind.PERIOD_ANNOUNCED, begins, known=announced)).values()
    assert (talk.rule_code, moment(talk.due_at)) == ("谈5", due)
    assert talk.opens_at < talk.due_at


# ------------------------------------------------------------------------------------------------------- class, end


def test_the_class_of_now_decides() -> None:
    by_class = {"strict": {"days": 1}, "normal": {"days": 5}}
    policy = with_changes(shipped("jiangshan"), {"items.谈4.triggers": [{"on": "alert_real", "due": by_class}]})
    occasion = happened(OccasionKind.ALERT_REAL, "2026-03-02T15:00")
    due = {class_: planned(occasion, replace(owing(class_), policy=policy)).get("谈4") for class_ in SupervisionClass}
    assert {class_: duty and moment(duty.due_at)[:10] for class_, duty in due.items()} == {
        STRICT: "2026-03-04",
        NORMAL: "2026-03-08",
        LENIENT: None,
    }


def test_what_follows_is_due_by_the_end_of_supervision_at_the_latest() -> None:
    occasion = happened(OccasionKind.FAMILY_EVENT, "2026-03-02T15:00")
    assert times(planned(occasion, owing(until="2026-03-04T00:00")))["谈3"] == ("2026-03-02T15:00", "2026-03-04T00:00")
    assert planned(occasion, owing(until="2026-03-02T15:00")) == {}


def test_two_triggers_of_one_item_are_one_duty_by_the_nearer() -> None:
    triggers = [{"on": "violation", "due": {"days": 5}}, {"on": "violation", "due": {"hours": 2}}]
    policy = with_changes(shipped("jiangshan"), {"items.谈2.triggers": triggers})
    (talk,) = planned(happened(OccasionKind.VIOLATION, "2026-03-02T15:00"), replace(owing(), policy=policy)).values()
    assert talk.due_at - talk.opens_at == timedelta(hours=2)
