"""Slots of check-ins and location checks, and the due times of visits and talks: bounded, secret, repeatable."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import SHANGHAI, at_minute, end_of_day, last_day_before, legal_day, minute_of_day, start_of_day
from app.rules.facts import DutyKind, SupervisionClass
from app.rules.policy import Policy, Span, with_changes
from app.rules.schedule import (
    JUDGE_DELAY,
    Slot,
    check_in_slots,
    due_after,
    location_check_slots,
    next_due,
)
from tests.rules.policies import shipped

STRICT, NORMAL, LENIENT = SupervisionClass
SUBJECT = UUID("0190a000-0000-7000-8000-000000000001")
MONTHS = {STRICT: Span(months=1), NORMAL: Span(months=2), LENIENT: Span(months=3)}
KEY = b"a secret of the tests"
MONDAY = date(2026, 3, 2)
SECOND = timedelta(seconds=1)

DAYS = st.dates(date(2020, 1, 1), date(2099, 12, 30))
CLASSES = st.sampled_from(SupervisionClass)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def check_ins(class_: SupervisionClass, day: date, *, changes: Mapping[str, object] | None = None) -> tuple[Slot, ...]:
    policy = with_changes(shipped("jiangshan"), changes or {})
    return check_in_slots(policy, class_, SUBJECT, from_day=day, to_day=day, key=KEY)


def location_checks(policy: Policy, class_: SupervisionClass, day: date, key: bytes = KEY) -> tuple[Slot, ...]:
    return location_check_slots(policy, class_, SUBJECT, from_day=day, to_day=day, key=key)


# ------------------------------------------------------------------------------------------------------ fixed windows


def test_a_fixed_window_of_one_day() -> None:
    fixed = check_ins(STRICT, MONDAY)[0]
    assert fixed == Slot(
        kind=DutyKind.CHECK_IN,
        rule_code="check_in.strict.1",
        slot_start=datetime(2026, 3, 1, 16, 0, tzinfo=UTC),
        opens_at=datetime(2026, 3, 2, 0, 0, tzinfo=UTC),
        due_at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
        grace_until=datetime(2026, 3, 2, 2, 30, tzinfo=UTC),
        judge_at=datetime(2026, 3, 2, 2, 30, 30, tzinfo=UTC),
        remind_at=datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
        random=False,
    )


def test_weekly_windows_fall_on_their_weekdays_only() -> None:
    slots = check_in_slots(
        shipped("jiangshan"), LENIENT, SUBJECT, from_day=MONDAY, to_day=MONDAY + timedelta(days=13), key=KEY
    )
    assert [slot.opens_at.astimezone(SHANGHAI).isoformat()[:16] for slot in slots] == [
        "2026-03-02T08:00",
        "2026-03-05T08:00",
        "2026-03-09T08:00",
        "2026-03-12T08:00",
    ]
    assert {slot.rule_code for slot in slots} == {"check_in.lenient.1"}


@pytest.mark.parametrize("day", [date(2028, 2, 29), date(2026, 2, 28), date(2025, 12, 31), date(2026, 1, 1)])
def test_odd_days_have_their_window_at_the_same_local_time(day: date) -> None:
    fixed = check_ins(STRICT, day)[0]
    assert (fixed.slot_start, fixed.opens_at) == (start_of_day(day), at_minute(day, 8 * 60))


def test_a_window_up_to_midnight_is_due_when_the_next_day_begins() -> None:
    changes = {"windows.normal": [{"days": "daily", "from": "20:00", "to": "24:00"}]}
    (slot,) = check_ins(NORMAL, date(2025, 12, 31), changes=changes)
    assert slot.due_at == start_of_day(date(2026, 1, 1)) == datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    assert legal_day(slot.due_at - SECOND) == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("remind_min", "expected"),
    [(0, None), (1, 119), (30, 90), (119, 1), (120, None), (121, None)],
)
def test_a_reminder_falls_inside_the_window_or_is_not_given(remind_min: int, expected: int | None) -> None:
    """A window of 120 min: a reminder at its very opening would repeat the opening's own notice."""
    slot = check_ins(STRICT, MONDAY, changes={"remind_min": remind_min})[0]
    assert slot.remind_at == (None if expected is None else slot.opens_at + timedelta(minutes=expected))


def test_grace_by_kind_of_duty() -> None:
    policy = with_changes(shipped("jiangshan"), {"grace_min": {"check_in": 45, "location_check": 5}})
    (check_in,) = check_in_slots(policy, NORMAL, SUBJECT, from_day=MONDAY, to_day=MONDAY, key=KEY)
    check = location_checks(policy, NORMAL, MONDAY)[0]
    assert check_in.grace_until - check_in.due_at == timedelta(minutes=45)
    assert check.grace_until - check.due_at == timedelta(minutes=5)


# ------------------------------------------------------------------------------------------------------ random windows


@given(day=DAYS, subject=st.uuids(), key=st.binary(min_size=1, max_size=40))
def test_random_windows_lie_within_their_bounds(day: date, subject: UUID, key: bytes) -> None:
    policy = shipped("jiangshan")
    (normal,) = check_in_slots(policy, NORMAL, subject, from_day=day, to_day=day, key=key)
    assert normal.random
    assert at_minute(day, 8 * 60) <= normal.opens_at <= at_minute(day, 19 * 60)
    assert normal.opens_at.second == normal.opens_at.microsecond == 0
    assert normal.due_at - normal.opens_at == timedelta(minutes=120)
    assert normal.slot_start == start_of_day(day)


@given(day=DAYS, class_=CLASSES, subject=st.uuids(), key=st.binary(min_size=1, max_size=40))
def test_every_slot_is_in_order_and_in_utc(day: date, class_: SupervisionClass, subject: UUID, key: bytes) -> None:
    arguments = {"from_day": day, "to_day": day + timedelta(days=1)}
    for name in ("jiangshan", "demo"):
        slots = check_in_slots(shipped(name), class_, subject, **arguments, key=key)
        slots += location_check_slots(shipped(name), class_, subject, **arguments, key=key)
        for slot in slots:
            assert slot.slot_start <= slot.opens_at < slot.due_at <= slot.grace_until
            assert slot.judge_at == slot.grace_until + JUDGE_DELAY
            assert slot.remind_at is None or slot.opens_at < slot.remind_at < slot.due_at
            assert slot.opens_at.tzinfo is UTC


@given(day=DAYS, class_=CLASSES, subject=st.uuids())
def test_slots_of_one_rule_never_overlap_and_never_share_a_start(
    day: date, class_: SupervisionClass, subject: UUID
) -> None:
    arguments = {"from_day": day, "to_day": day + timedelta(days=2)}
    for name in ("jiangshan", "demo"):
        slots = check_in_slots(shipped(name), class_, subject, **arguments, key=KEY)
        slots += location_check_slots(shipped(name), class_, subject, **arguments, key=KEY)
        assert len({(slot.rule_code, slot.slot_start) for slot in slots}) == len(slots)
        for code in {slot.rule_code for slot in slots}:
            own = [slot for slot in slots if slot.rule_code == code]
            assert all(earlier.grace_until <= later.opens_at for earlier, later in pairwise(own))


def test_the_same_key_tells_the_same_times_and_another_key_others() -> None:
    week = {"from_day": MONDAY, "to_day": MONDAY + timedelta(days=6)}
    policy = shipped("jiangshan")
    once = check_in_slots(policy, NORMAL, SUBJECT, **week, key=KEY)
    assert once == check_in_slots(policy, NORMAL, SUBJECT, **week, key=KEY)
    assert once != check_in_slots(policy, NORMAL, SUBJECT, **week, key=b"another key")
    assert once != check_in_slots(policy, NORMAL, UUID(int=SUBJECT.int + 1), **week, key=KEY)


def test_a_known_draw_so_that_a_stored_replay_stays_what_it_was() -> None:
    (normal,) = check_ins(NORMAL, MONDAY)
    starts = [minute_of_day(slot.opens_at) for slot in location_checks(shipped("jiangshan"), STRICT, MONDAY)]
    assert minute_of_day(normal.opens_at) == 767
    assert starts == [434, 621, 1107, 1148]


def test_a_day_is_drawn_alone_whatever_the_range_asked_for() -> None:
    """Planning 72 h ahead each hour must meet the same slots again."""
    policy = shipped("jiangshan")
    whole = check_in_slots(policy, STRICT, SUBJECT, from_day=MONDAY, to_day=MONDAY + timedelta(days=4), key=KEY)
    single = [
        slot
        for days in range(5)
        for slot in check_in_slots(
            policy,
            STRICT,
            SUBJECT,
            from_day=MONDAY + timedelta(days=days),
            to_day=MONDAY + timedelta(days=days),
            key=KEY,
        )
    ]
    assert list(whole) == single


def test_random_starts_reach_both_ends_and_favour_no_hour() -> None:
    """Six hundred days of the normal class: 661 possible minutes, eleven hours, each with about its share."""
    slots = check_in_slots(
        shipped("jiangshan"), NORMAL, SUBJECT, from_day=date(2026, 1, 1), to_day=date(2027, 8, 23), key=KEY
    )
    minutes = [minute_of_day(slot.opens_at) for slot in slots]
    assert len(minutes) == 600
    assert min(minutes) < 8 * 60 + 10
    assert max(minutes) > 19 * 60 - 10
    hours = Counter(minute // 60 for minute in minutes if minute < 19 * 60)
    assert all(30 < hours[hour] < 85 for hour in range(8, 19)), hours


def test_no_slots_for_an_empty_range_and_no_windows_without_a_key() -> None:
    policy = shipped("jiangshan")
    assert check_in_slots(policy, STRICT, SUBJECT, from_day=MONDAY, to_day=MONDAY - timedelta(days=1), key=KEY) == ()
    with pytest.raises(ValueError, match="key"):
        check_in_slots(policy, STRICT, SUBJECT, from_day=MONDAY, to_day=MONDAY, key=b"")
    with pytest.raises(ValueError, match="key"):
        location_check_slots(policy, STRICT, SUBJECT, from_day=MONDAY, to_day=MONDAY, key=b"")


# ------------------------------------------------------------------------------------------------- location checks


def test_location_checks_by_class() -> None:
    policy = shipped("jiangshan")
    assert [len(location_checks(policy, class_, MONDAY)) for class_ in SupervisionClass] == [4, 2, 1]
    codes = [slot.rule_code for slot in location_checks(policy, STRICT, MONDAY)]
    assert codes == [f"location_check.strict.{number}" for number in (1, 2, 3, 4)]


@given(day=DAYS, subject=st.uuids(), count=st.integers(0, 31))
def test_location_checks_of_a_day_lie_apart_and_within_bounds(day: date, subject: UUID, count: int) -> None:
    policy = with_changes(shipped("jiangshan"), {"location_checks.strict": count})
    slots = location_check_slots(policy, STRICT, subject, from_day=day, to_day=day, key=KEY)
    assert len(slots) == count
    assert all(at_minute(day, 7 * 60) <= slot.opens_at <= at_minute(day, 22 * 60) for slot in slots)
    assert all(earlier.due_at <= later.opens_at for earlier, later in pairwise(slots))
    assert all(slot.random and slot.remind_at is None and slot.grace_until == slot.due_at for slot in slots)


def test_after_one_location_check_the_next_may_follow_at_once() -> None:
    """With a check in each quarter of the day, whoever was just asked would be free for hours."""
    policy = shipped("jiangshan")
    slots = location_check_slots(policy, STRICT, SUBJECT, from_day=date(2026, 1, 1), to_day=date(2026, 3, 1), key=KEY)
    gaps = [
        later.opens_at - earlier.due_at for earlier, later in pairwise(slots) if later.slot_start == earlier.slot_start
    ]
    assert min(gaps) < timedelta(minutes=10)
    assert max(gaps) > timedelta(hours=6)


# ------------------------------------------------------------------------------------------------- the demo's windows


def test_repeated_windows_have_a_slot_of_their_own_each_time() -> None:
    slots = check_in_slots(shipped("demo"), NORMAL, SUBJECT, from_day=MONDAY, to_day=MONDAY, key=KEY)
    assert len(slots) == 288
    assert all(slot.slot_start == slot.opens_at and not slot.random for slot in slots)
    assert {later.opens_at - earlier.opens_at for earlier, later in pairwise(slots)} == {timedelta(minutes=5)}
    assert slots[0].opens_at == start_of_day(MONDAY)
    assert slots[-1].judge_at < end_of_day(MONDAY)


# ------------------------------------------------------------------------------------------------- visits and talks


@dataclass(frozen=True)
class Due:
    name: str
    intake_at: datetime
    visit: datetime
    talk: datetime


DUES = [
    Due("mid-month", local("2026-03-02T09:30:00"), local("2026-03-13T00:00:00"), local("2026-03-06T00:00:00")),
    Due("last second", local("2026-03-02T23:59:59"), local("2026-03-13T00:00:00"), local("2026-03-06T00:00:00")),
    Due("first second", local("2026-03-03T00:00:00"), local("2026-03-14T00:00:00"), local("2026-03-07T00:00:00")),
    Due("month end", local("2026-02-26T10:00:00"), local("2026-03-09T00:00:00"), local("2026-03-02T00:00:00")),
    Due("29 February", local("2028-02-26T10:00:00"), local("2028-03-08T00:00:00"), local("2028-03-01T00:00:00")),
    Due("year end", local("2026-12-29T10:00:00"), local("2027-01-09T00:00:00"), local("2027-01-02T00:00:00")),
    Due("in a holiday", local("2026-09-28T10:00:00"), local("2026-10-09T00:00:00"), local("2026-10-02T00:00:00")),
]


@pytest.mark.parametrize("case", DUES, ids=lambda case: case.name)
def test_first_visit_and_talk_are_due_at_the_end_of_their_day(case: Due) -> None:
    assert due_after(Span(days=10), case.intake_at) == case.visit
    assert due_after(Span(days=3), case.intake_at) == case.talk
    assert due_after(Span(days=10), case.intake_at).tzinfo is UTC


def test_the_demo_counts_in_minutes() -> None:
    intake_at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert due_after(Span(minutes=3), intake_at) == datetime(2026, 3, 2, 9, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    ("class_", "last_due", "expected"),
    [
        (STRICT, "2026-03-13T00:00:00", "2026-04-13T00:00:00"),
        (NORMAL, "2026-03-13T00:00:00", "2026-05-13T00:00:00"),
        (LENIENT, "2026-03-13T00:00:00", "2026-06-13T00:00:00"),
        # the end of 31 January is the first instant of 1 February; the next due is the end of 28 or 29 February
        (STRICT, "2026-02-01T00:00:00", "2026-03-01T00:00:00"),
        (STRICT, "2028-02-01T00:00:00", "2028-03-01T00:00:00"),
        (NORMAL, "2026-01-01T00:00:00", "2026-03-01T00:00:00"),
        (LENIENT, "2026-12-01T00:00:00", "2027-03-01T00:00:00"),
        # a due time inside a day, as in the demo, is followed by the end of a day
        (STRICT, "2026-03-02T09:33:00", "2026-04-03T00:00:00"),
    ],
)
def test_the_next_visit_is_counted_from_the_last_due(class_: SupervisionClass, last_due: str, expected: str) -> None:
    first = last_day_before(local(last_due))
    assert next_due(MONTHS[class_], local(last_due), first) == local(expected)


@given(day=DAYS, class_=CLASSES)
def test_visits_follow_one_another_at_the_end_of_days(day: date, class_: SupervisionClass) -> None:
    due = end_of_day(day)
    for _ in range(6):
        later = next_due(MONTHS[class_], due, day)
        assert timedelta(days=28) <= later - due <= timedelta(days=92)
        assert minute_of_day(later) == 0
        due = later
