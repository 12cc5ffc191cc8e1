"""Beats become stretches, and what no stretch covers is away."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from app.rules.duties import Gap
from app.store import uptimes

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def beats(tx: Connection, from_s: int, to_s: int, *, instance: str = "one", every_s: int = 10) -> None:
    for seconds in range(from_s, to_s + 1, every_s):
        uptimes.beat(tx, uptimes.API, instance, now=at(seconds))


def stretches(tx: Connection) -> list[tuple[float, float]]:
    rows = tx.execute(text("SELECT started_at, last_at FROM uptimes ORDER BY started_at, instance"))
    return [((row.started_at - START).total_seconds(), (row.last_at - START).total_seconds()) for row in rows]


@pytest.mark.parametrize(
    ("pause", "expected"),
    [(29, [(0, 129)]), (30, [(0, 130)]), (31, [(0, 100), (131, 131)])],
)
def test_a_stretch_grows_while_beats_are_at_most_30_s_apart(
    tx: Connection, pause: int, expected: list[tuple[float, float]]
) -> None:
    beats(tx, 0, 100)
    uptimes.beat(tx, uptimes.API, "one", now=at(100 + pause))
    assert stretches(tx) == expected


def test_each_process_has_a_stretch_of_its_own(tx: Connection) -> None:
    beats(tx, 0, 60)
    beats(tx, 30, 90, instance="two")
    assert stretches(tx) == [(0, 60), (30, 90)]


def test_a_beat_of_the_past_moves_nothing_back(tx: Connection) -> None:
    beats(tx, 0, 60)
    uptimes.beat(tx, uptimes.API, "one", now=at(40))
    assert stretches(tx) == [(0, 60)]


@dataclass(frozen=True)
class Case:
    name: str
    up: tuple[tuple[int, int, str], ...]
    window: tuple[int, int]
    now: int
    expect: tuple[tuple[int, int | None], ...]


CASES = [
    Case("up all the time", ((0, 3600, "one"),), (600, 1200), 3600, ()),
    Case("up until now, the last beat 10 s ago", ((0, 1190, "one"),), (600, 1200), 1200, ()),
    Case("restarted within 30 s", ((0, 900, "one"), (930, 3600, "two")), (600, 1200), 3600, ()),
    Case("away for 31 s", ((0, 900, "one"), (931, 3600, "two")), (600, 1200), 3600, ((900, 931),)),
    Case("another process was up", ((0, 900, "one"), (600, 3600, "two"), (1000, 3600, "one")), (600, 1200), 3600, ()),
    Case("a gap is told whole", ((0, 500, "one"), (2000, 3600, "one")), (600, 1200), 3600, ((500, 2000),)),
    Case("not back yet", ((0, 900, "one"),), (600, 1200), 3600, ((900, None),)),
    Case("ended before the window, not back yet", ((0, 300, "one"),), (600, 1200), 3600, ((300, None),)),
    Case("a gap before the window", ((0, 200, "one"), (400, 3600, "one")), (600, 1200), 3600, ()),
    Case("a gap up to the window", ((0, 200, "one"), (600, 3600, "one")), (600, 1200), 3600, ()),
    Case("a gap from the end of the window", ((0, 1200, "one"), (1300, 3600, "one")), (600, 1200), 3600, ()),
    Case(
        "a gap that begins a second earlier",
        ((0, 1199, "one"), (1300, 3600, "one")),
        (600, 1200),
        3600,
        ((1199, 1300),),
    ),
    Case("two gaps", ((0, 700, "a"), (800, 900, "b"), (1000, 3600, "c")), (600, 1200), 3600, ((700, 800), (900, 1000))),
    Case("before the first beat ever it was not there", ((900, 3600, "one"),), (600, 1200), 3600, ((600, 900),)),
    Case("it never beat", (), (600, 1200), 3600, ((600, None),)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_it_was_away(tx: Connection, case: Case) -> None:
    for from_s, to_s, instance in case.up:
        for second in (from_s, to_s):
            uptimes.beat(
                tx, uptimes.API, instance, now=at(second), gap_s=max(30, to_s - from_s) if second == to_s else 0
            )
    found = uptimes.away(tx, uptimes.API, at(case.window[0]), at(case.window[1]), now=at(case.now))
    assert found == tuple(Gap(at(from_s), None if to_s is None else at(to_s)) for from_s, to_s in case.expect)


def test_a_scheduler_that_beats_says_nothing_of_the_api(tx: Connection) -> None:
    uptimes.beat(tx, uptimes.SCHEDULER, "one", now=at(0))
    assert uptimes.gaps(tx, uptimes.API, since=at(0), now=at(5)) == (Gap(at(0), None),)
