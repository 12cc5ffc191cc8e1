"""The two shipped policies hold the agreed values; their holidays are those that the calendar package knows."""

import json
from dataclasses import replace
from datetime import date, timedelta

import chinese_calendar
import pytest

from app.rules.facts import AlertKind, DutyKind, LadderStep, OccasionKind, Role, SupervisionClass
from app.rules.policy import (
    FixedWindow,
    Policy,
    RandomWindow,
    Recovery,
    RepeatedWindow,
    Span,
    content_hash,
    policy_from_mapping,
    to_mapping,
)
from tests.rules.policies import FOLDER, NAMES, policy_text, shipped

DAILY = frozenset(range(7))
STRICT = SupervisionClass.STRICT


def test_no_shipped_policy_goes_untested() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(NAMES)


@pytest.mark.parametrize("name", ["jiangshan", "baoan"])
def test_every_county_owes_a_group_and_a_plan_for_everyone(name: str) -> None:
    """[Law 24, 25]: whatever a county calls its work rule. Only the times are its own, and assumed."""
    correction = shipped(name).correction
    assert correction is not None
    assert (correction.group_days, correction.plan_days, correction.assumed) == (5, 5, True)


def test_check_in_windows_of_jiangshan() -> None:
    windows = shipped("jiangshan").windows
    assert windows.of(SupervisionClass.STRICT) == (
        FixedWindow(DAILY, from_minute=8 * 60, to_minute=10 * 60),
        RandomWindow(DAILY, length_min=60, start_from=14 * 60, start_to=20 * 60),
    )
    assert windows.of(SupervisionClass.NORMAL) == (
        RandomWindow(DAILY, length_min=120, start_from=8 * 60, start_to=19 * 60),
    )
    monday_and_thursday = frozenset({0, 3})
    assert windows.of(SupervisionClass.LENIENT) == (
        FixedWindow(monday_and_thursday, from_minute=8 * 60, to_minute=20 * 60),
    )


def test_location_checks_of_jiangshan() -> None:
    checks = shipped("jiangshan").location_checks
    assert [checks.per_day.of(class_) for class_ in SupervisionClass] == [4, 2, 1]
    assert (checks.length_min, checks.start_from, checks.start_to) == (30, 7 * 60, 22 * 60)


def test_waiting_times_of_jiangshan() -> None:
    policy = shipped("jiangshan")
    assert {kind.value: policy.grace_min.of(kind) for kind in DutyKind} == {
        "check_in": 30,
        "location_check": 0,
        "spot_check": 0,
        "intake": 0,
        "visit": 0,
        "talk": 0,
        "order_notice": 0,
        "order_renewal": 0,
        "search": 0,
        "verification": 0,
        "review": 0,
        "correction_group": 0,
        "correction_plan": 0,
        "follow_up": 0,
        "leave_return": 24 * 60,
    }
    assert (policy.remind_min, policy.poll_after_s, policy.order_interval_s) == (30, 300, 60)
    assert (policy.silence_h, policy.silence_under_order_h) == (24, 2)
    assert policy.late_evidence_wait_min == 120
    assert [policy.ladder_min.of(step) for step in LadderStep] == [0, 60, 240]
    assert policy.missed_check_in_recovery is Recovery.NEXT_FULFILLED


def test_a_phone_is_no_positioning_device_in_jiangshan() -> None:
    assert shipped("jiangshan").phone_under_order is False
    assert shipped("jiangshan").phone_under_order_basis == ""


def test_quiet_hours_of_jiangshan_hold_three_kinds() -> None:
    quiet = shipped("jiangshan").quiet
    assert quiet is not None
    assert (quiet.from_minute, quiet.to_minute) == (22 * 60, 7 * 60)
    assert quiet.kinds == {AlertKind.MISSED_CHECK_IN, AlertKind.VISIT_OVERDUE, AlertKind.TALK_OVERDUE}


def test_departure_of_jiangshan() -> None:
    departure = shipped("jiangshan").departure
    assert (departure.outside_m, departure.circles, departure.over_min, departure.max_kmh) == (200, 3, 2, 400)


def test_visits_and_talks_of_jiangshan() -> None:
    policy = shipped("jiangshan")
    visit, talk = policy.items["访1"], policy.items["谈1"]
    assert [trigger.due.of(STRICT) for trigger in visit.triggers_on(OccasionKind.INTAKE)] == [Span(days=10)]
    assert [visit.repeat.of(class_) for class_ in SupervisionClass] == [Span(months=n) for n in (1, 2, 3)]
    assert policy.visits.write_within_days == 3
    assert [trigger.due.of(STRICT) for trigger in talk.triggers_on(OccasionKind.INTAKE)] == [Span(days=3)]


@pytest.mark.parametrize("name", ["jiangshan", "demo"])
def test_the_two_items_say_that_they_are_assumed(name: str) -> None:
    policy = shipped(name)
    visit, talk = policy.item("访1"), policy.item("谈1")
    assert visit is not None
    assert talk is not None
    assert (visit.title, visit.kind) == ("走访家庭", DutyKind.VISIT)
    assert (talk.title, talk.kind) == ("入矫必谈", DutyKind.TALK)
    assert visit.assumed
    assert talk.assumed
    assert visit.source
    assert talk.source
    assert Role.OFFICER in visit.by
    assert Role.OFFICER in talk.by
    assert policy.item("访9") is None


def test_the_demo_shows_its_faults_within_ten_minutes() -> None:
    """Worst case after a start: the window just begun is skipped, the next one is missed and judged."""
    demo = shipped("demo")
    for class_ in SupervisionClass:
        (window,) = demo.windows.of(class_)
        assert isinstance(window, RepeatedWindow)
        assert window.every_min == 5
        assert window.every_min + window.length_min + demo.grace_min.check_in + 0.5 < 10
    assert demo.silence_h * 60 == pytest.approx(6)
    (intake,) = demo.items["访1"].triggers_on(OccasionKind.INTAKE)
    assert intake.due.of(STRICT) == Span(minutes=3)
    assert [demo.ladder_min.of(step) for step in LadderStep] == [0, 2, 4]
    assert demo.quiet is None
    assert demo.poll_after_s == 10


LISTED_YEARS = [(name, year) for name in NAMES for year in sorted(shipped(name).holidays.years)]


@pytest.mark.parametrize(("name", "year"), LISTED_YEARS)
def test_the_holidays_are_those_that_were_announced(name: str, year: int) -> None:
    day = date(year, 1, 1)
    try:
        chinese_calendar.is_workday(day)
    except NotImplementedError:
        pytest.skip(f"the installed release of chinesecalendar does not know {year} yet")
    while day.year == year:
        assert shipped(name).holidays.is_working_day(day) is chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


@pytest.mark.parametrize("name", NAMES)
def test_the_years_that_are_known(name: str) -> None:
    assert shipped(name).holidays.years >= {2025, 2026}
    assert not shipped(name).holidays.known(2100)


@pytest.mark.parametrize("name", NAMES)
def test_what_was_stored_reads_back_as_the_same_policy(name: str) -> None:
    stored = json.loads(json.dumps(to_mapping(shipped(name))))
    assert policy_from_mapping(stored) == shipped(name)


@pytest.mark.parametrize("name", NAMES)
def test_one_hash_for_the_file_its_object_and_what_was_stored(name: str) -> None:
    hashes = {
        content_hash(shipped(name)),
        content_hash(policy_text(name)),
        content_hash(policy_text(name) + "\n# a remark changes nothing\n"),
        content_hash(json.loads(json.dumps(to_mapping(shipped(name))))),
    }
    assert len(hashes) == 1
    assert len(hashes.pop()) == 64


def test_another_value_is_another_hash() -> None:
    policy: Policy = shipped("jiangshan")
    assert content_hash(replace(policy, remind_min=31)) != content_hash(policy)
    assert content_hash(replace(policy, silence_h=24.0)) == content_hash(policy)


def test_the_shipped_policies_differ() -> None:
    assert len({content_hash(shipped(name)) for name in NAMES}) == len(NAMES)
