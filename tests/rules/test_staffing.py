"""When an office will have nobody on duty, and who is told."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.calendar import SHANGHAI
from app.rules.effects import Notify
from app.rules.facts import About
from app.rules.staffing import LOOK_AHEAD, Gap, Holder, Span, Staffing, foresee, gaps
from app.rules.wording import sentence

OFFICE = UUID("0190a000-0000-7000-8000-00000000000f")
WANG = UUID("0190a000-0000-7000-8000-000000000003")
LI = UUID("0190a000-0000-7000-8000-000000000004")


def march(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


NOW = march(2, 9)
SINCE = datetime(2025, 1, 1, tzinfo=SHANGHAI)


def holder(*away: tuple[datetime, datetime | None], since: datetime = SINCE, until: datetime | None = None) -> Holder:
    return Holder(Span(since, until), tuple(Span(*span) for span in away))


def found(*holders: Holder) -> list[tuple[datetime | None, datetime | None]]:
    return [(gap.from_at, gap.to_at) for gap in gaps(holders, from_at=NOW, to_at=NOW + LOOK_AHEAD)]


@pytest.mark.parametrize(
    ("holders", "expected"),
    [
        ([holder()], []),
        ([], [(None, None)]),
        ([holder((march(4), march(5)))], [(march(4), march(5))]),
        ([holder((march(4), march(5))), holder()], []),
        ([holder((march(4), march(7))), holder((march(5), march(6)))], [(march(5), march(6))]),
        ([holder((march(4), march(5))), holder((march(5), march(6)))], []),
        ([holder((march(4), march(5)), (march(5), march(6)))], [(march(4), march(6))]),
        ([holder((march(1), march(3)))], [(march(1), march(3))]),
        ([holder((march(1), NOW))], []),
        ([holder((march(9, 9), march(10)))], []),
        ([holder((march(9, 8, 59), march(10)))], [(march(9, 8, 59), march(10))]),
        ([holder((march(8), None))], [(march(8), None)]),
        ([holder(until=march(6))], [(march(6), None)]),
        ([holder(until=march(6)), holder(since=march(6))], []),
        ([holder(until=march(6)), holder(since=march(6, 12))], [(march(6), march(6, 12))]),
        ([holder(since=march(3))], [(None, march(3))]),
        ([holder((march(4, 9), march(4, 12)), (march(4, 14), march(4, 15)))], [
            (march(4, 9), march(4, 12)),
            (march(4, 14), march(4, 15)),
        ]),
    ],
    ids=[
        "somebody is always there",
        "nobody ever",
        "the only one is away",
        "a colleague is there",
        "both are away for a day",
        "one comes as the other leaves",
        "one absence after another is one stretch",
        "it has begun already",
        "it is over now",
        "it begins after seven days",
        "it begins within seven days",
        "no end is known",
        "the role ends",
        "a successor comes at once",
        "a successor comes at noon",
        "the first one is yet to come",
        "twice on one day",
    ],
)  # fmt: skip
def test_stretches_without_anybody(holders: list[Holder], expected: list[tuple[datetime, datetime]]) -> None:
    assert found(*holders) == expected


def notices(*holders: Holder, county: tuple[UUID, ...] = (WANG, LI), now: datetime = NOW) -> list[Notify]:
    effects = foresee(Staffing(OFFICE, holders, county), now=now).effects
    assert all(isinstance(effect, Notify) for effect in effects)
    return list(effects)  # type: ignore[arg-type]


def test_the_county_is_told_of_a_stretch() -> None:
    first, second = notices(holder((march(4, 9), march(5))))
    assert (first.recipient_id, second.recipient_id) == (WANG, LI)
    assert (first.about, first.step) == (
        About("office", OFFICE),
        "unstaffed.2026-03-04T09:00+08:00/2026-03-05T00:00+08:00",
    )
    params = {**dict(first.wording.params), "office": "双塔司法所"}
    assert sentence(first.wording.code, params) == (
        "双塔司法所从 3月4日 09:00 到 3月5日 00:00 无人值班,期间的预警将直接报到县级,请提前安排。"
    )


def test_a_stretch_is_told_under_one_name_however_often_it_is_looked_for() -> None:
    """The name makes the notice unique, so the daily runs tell of it once."""
    days = [notices(holder((march(4), march(9))), now=NOW + timedelta(days=n)) for n in range(6)]
    assert {notice.step for told in days for notice in told} == {
        "unstaffed.2026-03-04T00:00+08:00/2026-03-09T00:00+08:00"
    }


def test_a_stretch_that_grew_is_told_again() -> None:
    shorter, longer = (notices(holder((march(4), march(day))), county=(WANG,)) for day in (9, 12))
    assert shorter[0].step != longer[0].step


def test_where_nobody_ever_was_it_is_told_once() -> None:
    told = notices(county=(WANG,)) + notices(county=(WANG,), now=NOW + timedelta(days=3))
    assert {notice.step for notice in told} == {"unstaffed.open/open"}
    assert {notice.wording.code for notice in told} == {"office_never_staffed"}


@pytest.mark.parametrize(
    "holders",
    [[holder((march(4), march(5)))], [holder((march(4), None))], [holder(since=march(4))], []],
    ids=["from and until", "from", "until", "neither"],
)
def test_every_stretch_reads_as_a_whole_sentence(holders: list[Holder]) -> None:
    (notice, _) = notices(*holders)
    text = sentence(notice.wording.code, {**dict(notice.wording.params), "office": "双塔司法所"})
    assert text.startswith("双塔司法所")
    assert "—" not in text


def test_without_anybody_at_the_county_nobody_is_told() -> None:
    assert notices(county=()) == []


HOURS = st.integers(0, 240).map(lambda n: NOW - timedelta(hours=48) + timedelta(hours=n))
SPANS = st.tuples(HOURS, HOURS).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Span(*pair))
HOLDERS = st.lists(st.builds(Holder, SPANS, st.lists(SPANS, max_size=3).map(tuple)), max_size=3).map(tuple)


@given(HOLDERS)
def test_every_hour_is_either_staffed_or_in_a_stretch(holders: tuple[Holder, ...]) -> None:
    stretches = gaps(holders, from_at=NOW, to_at=NOW + LOOK_AHEAD)
    for n in range(7 * 24):
        at = NOW + timedelta(hours=n)
        assert any(holder.on_duty(at) for holder in holders) is not any(_within(gap, at) for gap in stretches)


def _within(gap: Gap, at: datetime) -> bool:
    return (gap.from_at is None or gap.from_at <= at) and (gap.to_at is None or at < gap.to_at)
