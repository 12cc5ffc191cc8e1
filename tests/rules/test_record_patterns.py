"""What stands out about an officer's records: each pattern at its edge, and what must not stand out."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import legal_day
from app.rules.facts import DutyKind
from app.rules.policy.proof import ProofRules
from app.rules.record_patterns import RecordPattern, Seen, Written, of_officer, plain
from app.rules.wording import sentence
from app.rules.wording.record_patterns import NAMES
from tests.builders.app import MONDAY

RULES = ProofRules()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LONG = "今日上门走访,本人在家,情绪稳定,正在找工作,家人支持,没有发现异常情况,已提醒按时签到。"
DUE = date(2026, 3, 10)
BEFORE = date(2026, 2, 10)


def a_record(n: int, at: datetime = MONDAY, note: str = "", **changes: Any) -> Written:
    usual: dict[str, Any] = {"kind": DutyKind.VISIT, "subject_id": UUID(int=1_000 + n), "day": legal_day(at)}
    return Written(id=UUID(int=n), happened_at=at, note=note, **usual | changes)


def seen(*records: Written) -> dict[RecordPattern, Seen]:
    return {one.pattern: one for one in of_officer(records, RULES)}


@pytest.mark.parametrize(("step", "stands_out"), [(10, True), (10.01, False)])
def test_four_people_in_thirty_minutes(step: float, *, stands_out: bool) -> None:
    found = seen(*(a_record(n, MONDAY + n * step * MINUTE) for n in range(4)))
    assert (RecordPattern.MANY_IN_MINUTES in found) is stands_out


def test_four_records_of_one_person_are_one_visit() -> None:
    assert not seen(*(a_record(n, subject_id=UUID(int=7)) for n in range(4)))


@pytest.mark.parametrize(
    ("far", "stands_out"), [((1_001, 1_001), True), ((1_001, 1_000), False), ((1_001, None), False)]
)
def test_twice_written_more_than_a_kilometre_away(far: tuple[float | None, ...], *, stands_out: bool) -> None:
    found = seen(*(a_record(n, MONDAY + n * DAY, far_m=metres) for n, metres in enumerate(far)))
    assert (RecordPattern.WRITTEN_FAR in found) is stands_out


@pytest.mark.parametrize(
    ("one", "other", "stands_out"),
    [
        (LONG, LONG, True),
        (LONG, LONG.replace("。", "！ 2026-03-05") + " 14:30", True),
        (LONG, LONG.replace("找工作", "上班中"), True),
        (LONG, "换了开头," + LONG, True),
        (LONG, "去村里了解,邻居说近来常见他在田里干活,父亲住院已经出院,近期准备外出务工,已说明要先请假再走。", False),
        ("情况稳定", "情况稳定", False),
    ],
)
def test_texts_that_are_nearly_the_same(one: str, other: str, *, stands_out: bool) -> None:
    found = seen(a_record(1, MONDAY, one), a_record(2, MONDAY + DAY, other))
    assert (RecordPattern.SAME_TEXT in found) is stands_out


@pytest.mark.parametrize(
    ("one", "other", "stands_out"),
    [
        ((b"a", None), (b"a", None), True),
        ((b"a", 0x0F0F), (b"b", 0x0F0F), True),
        ((b"a", 0x0F0F), (b"b", 0x0F00), True),
        ((b"a", 0x0F1F), (b"b", 0x0F00), False),
        ((b"a", -1), (b"b", -2), True),
        ((b"a", None), (b"b", None), False),
        ((b"a", 0), (b"b", 0), False),
    ],
)
def test_the_same_photo_in_two_records(one: Any, other: Any, *, stands_out: bool) -> None:
    found = seen(a_record(1, photos=(one,)), a_record(2, MONDAY + DAY, photos=(other,)))
    assert (RecordPattern.SAME_PHOTO in found) is stands_out


def test_two_of_the_same_photo_in_one_record_are_no_pattern() -> None:
    assert not seen(a_record(1, photos=((b"a", 5), (b"a", 5))))


@pytest.mark.parametrize(("last", "before", "stands_out"), [(5, 0, True), (5, 1, True), (5, 2, False), (4, 0, False)])
def test_always_on_the_last_day(last: int, before: int, *, stands_out: bool) -> None:
    days = [DUE] * last + [DUE - DAY] * before
    records = [a_record(n, MONDAY + n * DAY, day=day, turns=((DUE - 9 * DAY, DUE),)) for n, day in enumerate(days)]
    assert (RecordPattern.LAST_DAY in seen(*records)) is stands_out


def test_what_is_late_is_counted_elsewhere() -> None:
    records = [a_record(n, MONDAY + n * DAY, day=DUE + DAY, turns=((DUE - 9 * DAY, DUE),)) for n in range(9)]
    assert not seen(*records)


@pytest.mark.parametrize(("days", "stands_out"), [(0, False), (1, False), (2, True)])
def test_a_turn_that_leaves_no_choice_shows_no_habit(days: int, *, stands_out: bool) -> None:
    records = [a_record(n, MONDAY + n * DAY, day=DUE, turns=((DUE - days * DAY, DUE),)) for n in range(9)]
    assert (RecordPattern.LAST_DAY in seen(*records)) is stands_out


def test_what_is_checked_at_the_desk_comes_in_series() -> None:
    assert not seen(*(a_record(n, MONDAY + n * MINUTE, kind=DutyKind.VERIFICATION) for n in range(9)))


@given(st.permutations(range(6)))
def test_the_order_of_records_does_not_matter(order: list[int]) -> None:
    records = [a_record(n, MONDAY + n * 5 * MINUTE, LONG, far_m=2_000, photos=((b"x", 9),)) for n in range(6)]
    assert list(of_officer([records[n] for n in order], RULES)) == list(of_officer(records, RULES))


@given(st.text(max_size=40))
def test_plain_is_plain(note: str) -> None:
    assert plain(plain(note)) == plain(note)
    assert not any(sign.isdigit() or sign.isspace() for sign in plain(note))


def test_each_has_its_words() -> None:
    days = [
        a_record(n, MONDAY + n * 5 * MINUTE, LONG, far_m=2_000, photos=((b"x", 9),), turns=((BEFORE, MONDAY.date()),))
        for n in range(6)
    ]
    found = seen(*days)
    assert set(found) == set(RecordPattern)
    for pattern, one in found.items():
        assert pattern in NAMES
        assert "—" not in sentence(one.why.code, dict(one.why.params))
