"""How much of a track is read at once, where its gaps are, and how its pages hang together."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.rules.errors import Refused
from app.rules.tracks import Place, Stretch, gaps, place_of, refuse_range, runs
from tests.rules.policies import shipped

START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLICY = shipped("jiangshan")
SHOWN = Stretch(START, START + 2 * HOUR)


def at(*minutes: float) -> list[datetime]:
    return [START + minute * MINUTE for minute in minutes]


@pytest.mark.parametrize(
    ("name", "instants", "orders", "found"),
    [
        ("nothing is missing outside an order", [], [], []),
        ("an order without a single fix", [], [(0, 120)], [(0, 120)]),
        ("fixes each quarter of an hour", at(*range(0, 121, 15)), [(0, 120)], []),
        ("a second longer than three polls", at(15 + 1 / 60, *range(30, 121, 15)), [(0, 120)], [(0, 15 + 1 / 60)]),
        ("in the middle and at the end", at(0, 10, 50, 60), [(0, 120)], [(10, 50), (60, 120)]),
        ("an order that begins and ends inside", at(40), [(30, 60)], [(40, 60)]),
        ("fixes of checks before the order do not shorten its gap", at(10, 20), [(30, 60)], [(30, 60)]),
        ("two orders", at(20), [(0, 10), (60, 100)], [(60, 100)]),
        ("an order that reaches beyond what is shown", at(0, 10), [(-500, 500)], [(10, 120)]),
    ],
)
def test_gaps(
    name: str, instants: list[datetime], orders: list[tuple[float, float]], found: list[tuple[float, float]]
) -> None:
    terms = [Stretch(*at(*order)) for order in orders]

    assert gaps(instants, terms, SHOWN, POLICY) == tuple(Stretch(*at(*gap)) for gap in found)


def test_at_most_31_days_at_once() -> None:
    refuse_range(START, START + 31 * DAY)
    with pytest.raises(Refused, match="range_too_long"):
        refuse_range(START, START + 31 * DAY + SECOND)


@pytest.mark.parametrize("length", [timedelta(0), -SECOND])
def test_a_time_that_ends_before_it_begins_is_refused(length: timedelta) -> None:
    with pytest.raises(Refused, match="range_reversed"):
        refuse_range(START, START + length)


def test_a_cursor_holds_its_place() -> None:
    place = Place(START, START - MINUTE, UUID(int=7))

    assert place_of(place.as_key()) == place
    assert place_of(None) is None


@pytest.mark.parametrize(
    "key",
    [
        [],
        ["2026-03-02T00:00:00+00:00"],
        ["2026-03-02T00:00:00", "2026-03-02T00:00:00", str(UUID(int=7))],
        ["2026-03-02T00:00:00+00:00", "2026-03-02T00:00:00+00:00", "seven"],
        ["x", "y", str(UUID(int=7))],
    ],
)
def test_a_cursor_of_another_list_is_refused(key: list[str]) -> None:
    with pytest.raises(Refused, match="bad_cursor"):
        place_of(key)


@pytest.mark.parametrize(
    ("minutes", "joined"),
    [([], []), ([0], [[0]]), ([0, 5, 10], [[0, 1, 2]]), ([0, 15, 31], [[0, 1], [2]]), ([0, 60, 120], [[0], [1], [2]])],
)
def test_fixes_too_far_apart_are_not_joined(minutes: list[int], joined: list[list[int]]) -> None:
    found = runs([START + n * MINUTE for n in minutes], 15 * MINUTE)
    assert [list(run) for run in found] == joined
