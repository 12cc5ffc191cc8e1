"""Figures are counts, stretches meet without a gap, and nobody stands out by numbers that chance would make."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import DutyState
from app.rules.oversight import (
    CONDITIONS,
    Counts,
    Figure,
    Line,
    Measure,
    Proof,
    Span,
    SpanKind,
    Unit,
    buckets,
    changed_lines,
    content_hash,
    content_of,
    counted,
    finest,
    item_of,
    lines_of,
    months_to_take,
    outliers,
    span_of,
    summed,
    taken_from,
)
from app.rules.oversight.outliers import wilson
from app.rules.oversight.snapshots import keyed
from app.rules.wording.oversight import bucket_words

PARTS = [
    *(Figure.IN_TIME, Figure.LATE, Figure.WAIVED, Figure.MISSED, Figure.UNJUDGED, Figure.OPEN),
]
DAY = timedelta(days=1)


def test_every_state_but_cancelled_is_in_exactly_one_part_of_due() -> None:
    for state in DutyState:
        holding = [figure for figure in PARTS if state in CONDITIONS[figure].states]
        assert len(holding) == (0 if state is DutyState.CANCELLED else 1), state
    assert CONDITIONS[Figure.DUE].states == frozenset(DutyState) - {DutyState.CANCELLED}
    assert [figure.value for figure in Figure] == list(vars(Counts()))


@pytest.mark.parametrize(
    ("state", "proof", "unproven", "contradicted"),
    [
        (DutyState.FULFILLED, Proof.PROVEN, 0, 0),
        (DutyState.FULFILLED, Proof.UNKNOWN, 3, 0),
        (DutyState.LATE, Proof.CONTRADICTED, 3, 3),
        (DutyState.LATE, None, 0, 0),
        (DutyState.MISSED, Proof.UNKNOWN, 0, 0),
    ],
)
def test_unproven_is_a_part_of_what_was_done(
    state: DutyState, proof: Proof | None, unproven: int, contradicted: int
) -> None:
    found = counted(state, proof, 3)
    assert (found.due, found.unproven, found.contradicted) == (3, unproven, contradicted)


@given(st.lists(st.tuples(st.sampled_from(list(DutyState)), st.sampled_from([*Proof, None]), st.integers(0, 9))))
def test_due_is_the_sum_of_its_parts_whatever_the_order(found: list[tuple[DutyState, Proof | None, int]]) -> None:
    lines = [counted(*one) for one in found]
    total = summed(lines)
    assert total == summed(reversed(lines))
    assert total.due == sum(total.of(figure) for figure in PARTS)
    assert total.contradicted <= total.unproven <= total.in_time + total.late
    assert total - total == Counts()
    assert not Counts()


def test_turns_of_an_item_are_the_item() -> None:
    assert [item_of(code) for code in ("访1", "访1.intake", "知3.2")] == ["访1", "访1", "知3"]


@pytest.mark.parametrize(
    ("unit", "day", "first", "last"),
    [
        (Unit.DAY, date(2028, 2, 29), date(2028, 2, 29), date(2028, 2, 29)),
        (Unit.WEEK, date(2026, 3, 1), date(2026, 2, 23), date(2026, 3, 1)),
        (Unit.WEEK, date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 8)),
        (Unit.MONTH, date(2028, 2, 10), date(2028, 2, 1), date(2028, 2, 29)),
        (Unit.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (Unit.QUARTER, date(2026, 2, 28), date(2026, 1, 1), date(2026, 3, 31)),
        (Unit.QUARTER, date(2026, 10, 1), date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_stretches_of_the_calendar(unit: Unit, day: date, first: date, last: date) -> None:
    found = span_of(unit, day)
    assert found == Span(SpanKind(unit), first, last)
    assert found.before().to_day == first - DAY
    assert found.after().from_day == last + DAY
    assert found.before().after() == found


def test_a_free_stretch_moves_by_its_own_length() -> None:
    span = Span(SpanKind.FREE, date(2026, 2, 20), date(2026, 3, 1))
    assert span.before() == Span(SpanKind.FREE, date(2026, 2, 10), date(2026, 2, 19))
    assert span.after() == Span(SpanKind.FREE, date(2026, 3, 2), date(2026, 3, 11))


@given(st.dates(date(2024, 1, 1), date(2027, 1, 1)), st.integers(0, 400), st.sampled_from(list(Unit)))
def test_parts_cover_every_day_once(first: date, days: int, unit: Unit) -> None:
    span = Span(SpanKind.FREE, first, first + days * DAY)
    parts = buckets(span, unit)
    assert (parts[0].from_day, parts[-1].to_day) == (span.from_day, span.to_day)
    assert all(one.to_day + DAY == other.from_day for one, other in pairwise(parts))
    assert len(buckets(span, finest(span))) <= 40


def share(missed: int, of: int) -> Counts:
    return Counts(due=of, in_time=of - missed, missed=missed)


def test_who_stands_out_does_so_by_more_than_chance() -> None:
    rest = {f"office {n}": share(4, 100) for n in range(5)}
    (found,) = outliers({**rest, "far": share(30, 100)})
    assert (found.key, found.measure, found.hits, found.of) == ("far", Measure.MISSED, 30, 100)
    assert (found.rest_hits, found.rest_of, found.peers) == (20, 500, 5)
    assert outliers({**rest, "near": share(9, 100)}) == ()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ({"one": share(9, 10)}, "there is nobody else"),
        ({"one": share(9, 10), "two": share(0, 90), "three": share(0, 90)}, "too few others"),
        ({"one": share(1, 1), **{str(n): share(0, 50) for n in range(9)}}, "one of one"),
        ({"one": share(9, 9), **{str(n): share(0, 50) for n in range(9)}}, "fewer than ten"),
        ({"one": share(2, 40), **{str(n): share(0, 500) for n in range(9)}}, "two may be a bad day"),
        ({str(n): share(5, 20) for n in range(9)}, "all alike"),
        ({"one": share(5, 10), **{str(n): Counts() for n in range(9)}}, "the others had nothing"),
    ],
)
def test_small_numbers_name_nobody(lines: dict[str, Counts], why: str) -> None:
    assert outliers(lines) == (), why


def test_what_cannot_be_judged_says_nothing_either_way() -> None:
    rest = {f"office {n}": share(4, 100) for n in range(5)}
    away = Counts(due=100, unjudged=60, open=38, missed=2)
    assert outliers({**rest, "away": away}) == ()


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_holds_the_share(hits: int, more: int) -> None:
    of = hits + more
    low, high = wilson(hits, of)
    assert 0 <= low <= high <= 1
    assert of == 0 or low - 1e-9 <= hits / of <= high + 1e-9


def test_a_month_is_taken_when_its_last_records_may_be_written_no_more() -> None:
    """Records within three days: March from the end of 3 April on, in Shanghai."""
    assert taken_from(date(2026, 3, 1), 3) == datetime(2026, 4, 3, 16, tzinfo=UTC)
    assert taken_from(date(2028, 2, 1), 0) == datetime(2028, 2, 29, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "months"),
    [
        (datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), [12, 1, 2]),
        (datetime(2026, 3, 31, 16, tzinfo=UTC), [1, 2, 3]),
    ],
)
def test_months_that_are_over(now: datetime, months: list[int]) -> None:
    assert [month.month for month in months_to_take(now)] == months


def test_what_is_kept_reads_as_it_was_and_hashes_alike() -> None:
    nobody, none = keyed(None, None)
    one, other = Line(nobody, nobody, "访1", none, share(1, 4)), Line(nobody, nobody, "谈1", "strict", share(0, 2))
    content = content_of([other, one])
    assert lines_of(content) == (one, other)
    assert content_hash(content) == content_hash(content_of([one, other]))
    assert content["total"][0] == 6
    assert content_hash(content) != content_hash(content_of([one]))


def test_differences_tell_then_and_now() -> None:
    keys = [keyed(None, None)[0]]
    found = changed_lines({keys[0]: share(3, 4)}, {keys[0]: share(1, 4)})
    assert found[keys[0]].difference == Counts(in_time=2, missed=-2)
    assert changed_lines({}, {keys[0]: share(1, 4)})[keys[0]].then == Counts()


@pytest.mark.parametrize(
    ("from_day", "to_day", "unit", "told"),
    [
        (date(2028, 2, 1), date(2028, 2, 29), Unit.MONTH, "2028年2月"),
        (date(2028, 2, 1), date(2028, 2, 28), Unit.MONTH, "2月1日至28日"),
        (date(2026, 3, 1), date(2026, 3, 29), Unit.MONTH, "3月1日至29日"),
        (date(2026, 1, 1), date(2026, 3, 31), Unit.QUARTER, "2026年第1季度"),
        (date(2026, 1, 1), date(2026, 3, 5), Unit.QUARTER, "1月1日至3月5日"),
        (date(2026, 12, 1), date(2026, 12, 31), Unit.MONTH, "2026年12月"),
    ],
)
def test_what_is_cut_is_not_called_by_the_whole(from_day: date, to_day: date, unit: Unit, told: str) -> None:
    assert bucket_words(from_day, to_day, unit) == told
