"""When a bound was crossed and when not: tables of fixes, and what holds whatever order they arrive in."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.facts import AlertKind, Cause, Strength
from app.rules.places import Depths, Point, Region, Stretch, depths
from tests.builders.places import ALWAYS, AREA, HOUR, MINUTE, NOON, POLICY, Bench, a_point

At = tuple[float, float] | tuple[float, float, float]
"""Minutes after noon, metres beyond the bound, and the accuracy (20 m where it is left out)."""


@dataclass(frozen=True)
class Case:
    name: str
    fixes: tuple[At, ...]
    episodes: tuple[tuple[float, float | None], ...]


HOME = tuple((float(n), -3000.0) for n in range(-30, 0, 5))
NEAR_HOME = tuple((float(n), -100.0) for n in range(-60, 0, 2))

CASES = [
    Case("never outside", (*HOME, (0, -3000)), ()),
    Case("one circle 199 m beyond", (*HOME, (0, 199)), ()),
    Case("one circle 200 m beyond", (*HOME, (0, 200)), ((0, None),)),
    Case("its circle reaches back over the edge", (*HOME, (0, 250, 250)), ()),
    Case("its circle does not", (*HOME, (0, 251, 250)), ((0, None),)),
    Case("the first fix ever", ((0, 5000),), ((0, None),)),
    Case("faster than any train", (*HOME, (0, 60_000)), ()),
    Case("at 400 km an hour", (*HOME, (0, 30_373)), ((0, None),)),
    Case("a little faster", (*HOME, (0, 30_374)), ()),
    Case("a train", (*HOME, (0, 20_000)), ((0, None),)),
    Case("three circles in two minutes", (*HOME, (0, 100), (1, 101), (2, 102)), ((0, None),)),
    Case("three circles in less", (*HOME, (0, 100), (0.5, 101), (1.9, 102)), ()),
    Case("two circles", (*HOME, (0, 100), (5, 101)), ()),
    Case("one of three reaches over the edge", (*HOME, (0, 100), (1, 101, 150), (2, 102), (3, 103)), ()),
    Case("one of three is back", (*HOME, (0, 100), (3, -101), (6, 102), (9, 103)), ()),
    Case("a run begins with its first circle", (*HOME, (0, 100), (1, 101), (2, 900)), ((0, None),)),
    Case("an hour and more between two circles", (*HOME, (0, 100), (61, 101), (122, 102)), ()),
    Case("too vague to tell anything, in between", (*HOME, (0, 100), (1, 0, 2500), (1.5, 101), (2, 102)), ((0, None),)),
    Case("from home next to the edge, as drift could", (*NEAR_HOME, (0, 40), (1, 41), (2, 42)), ()),
    Case("as drift could, but for twenty minutes", (*NEAR_HOME, *((n, 40 + n) for n in range(21))), ((0, None),)),
    Case("from home next to the edge, farther than drift", (*NEAR_HOME, (0, 90), (1, 91), (2, 92)), ((0, None),)),
    Case("vague, as its accuracy could explain", (*NEAR_HOME, (0, 700, 450)), ()),
    Case("back, one circle deep inside", (*HOME, (0, 900), (10, -100)), ((0, 10),)),
    Case("back, one circle not deep enough", (*HOME, (0, 900), (10, -99)), ((0, None),)),
    Case("back, three circles", (*HOME, (0, 900), (10, -50), (11, -51), (12, -52)), ((0, 10),)),
    Case("to and fro over the edge", (*HOME, (0, 900), (10, -50), (11, 50), (12, -50), (13, 50)), ((0, None),)),
    Case("away twice", (*HOME, (0, 900), (10, -900), (20, 900)), ((0, 10), (20, None))),
    Case("a stray fix that came back", (*HOME, (0, -3000), (1, 900), (2, -3001)), ()),
    Case("a stray fix while away", (*HOME, (0, 3000), (1, -900), (2, 3001)), ((0, None),)),
    Case("a jump that came back", (*HOME, (0, -3000), (1, 90_000), (2, 90_000), (2.5, -3001)), ()),
    Case("a plane that landed", (*HOME, (0, 900_000), (1, 900_100), (2, 900_200)), ((0, None),)),
]


def fixes(rows: tuple[At, ...]) -> list[Point]:
    return [a_point(NOON + row[0] * MINUTE, row[1], row[2] if len(row) == 3 else 20) for row in rows]


def minutes(found: list[tuple[datetime, datetime | None]]) -> tuple[tuple[float, float | None], ...]:
    return tuple(((a - NOON) / MINUTE, (b - NOON) / MINUTE if b else None) for a, b in found)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_when_a_bound_was_crossed(case: Case) -> None:
    bench = Bench()
    bench.take(fixes(case.fixes), now=NOON + 3 * HOUR)
    assert minutes(bench.episodes) == case.episodes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fix_by_fix_the_same(case: Case) -> None:
    bench = Bench()
    for point in fixes(case.fixes):
        bench.take([point], now=point.at)
    assert minutes(bench.episodes) == case.episodes


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_newest_first_the_same(case: Case) -> None:
    bench = Bench()
    for point in reversed(fixes(case.fixes)):
        bench.take([point], now=NOON + 3 * HOUR)
    assert minutes(bench.episodes) == case.episodes


WANDERING = st.lists(
    st.tuples(
        st.integers(10, 1800),
        st.one_of(st.floats(-400, 400), st.floats(-5000, 5000), st.sampled_from([-3000.0, 900.0, 90_000.0])),
        st.sampled_from([10.0, 20.0, 20.0, 100.0, 600.0, 2500.0]),
    ),
    min_size=1,
    max_size=40,
)


@given(WANDERING, st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_order_of_arrival_gives_the_same_episodes(
    walk: list[tuple[int, float, float]], chance: random.Random, size: int
) -> None:
    at, points = NOON, []
    for seconds, beyond, accuracy in walk:
        at += timedelta(seconds=seconds)
        points.append(a_point(at, beyond, accuracy))
    whole = Bench()
    whole.take(points, now=at)

    chance.shuffle(points)
    pieces = Bench()
    for start in range(0, len(points), size):
        pieces.take(points[start : start + size], now=at + start * timedelta(seconds=1))

    assert pieces.episodes == whole.episodes


@given(st.lists(st.floats(-99, 199), min_size=1, max_size=60))
def test_nobody_at_the_edge_flaps(walk: list[float]) -> None:
    """Ten hours at the edge, a fix each five minutes, never deep on either side: no two episodes an hour."""
    bench = Bench()
    for n, beyond in enumerate(walk):
        bench.take([a_point(NOON + 5 * n * MINUTE, beyond)], now=NOON + 5 * n * MINUTE)
    starts = [from_at for from_at, _ in bench.episodes]
    assert all(b - a >= 20 * MINUTE for a, b in pairwise(starts))


def test_two_hours_outside_are_one_alert_with_a_counter() -> None:
    bench = Bench()
    for n in range(240):
        at = NOON + n * 30 * timedelta(seconds=1)
        bench.take([a_point(at, 2000 + n % 7)], now=at)
    (one,) = bench.known.values()
    assert (len(bench.raised), one.fixes, one.last_seen_at) == (1, 240, NOON + 239 * 30 * timedelta(seconds=1))


def test_late_evidence_in_between_does_not_tell_twice() -> None:
    bench = Bench()
    bench.take([a_point(NOON, -3000), a_point(NOON + HOUR, 900)], now=NOON + HOUR)
    bench.take([a_point(NOON + 30 * MINUTE, 500)], now=NOON + 3 * HOUR)
    assert bench.episodes == [(NOON + 30 * MINUTE, None)]
    assert len(bench.raised) == 1


def test_late_evidence_that_takes_the_ground_away_says_so() -> None:
    """Outside by one fix; then it shows that the phone lay at home just before and just after."""
    bench = Bench()
    bench.take([a_point(NOON + MINUTE, 900)], now=NOON + MINUTE)
    assert len(bench.raised) == 1
    bench.take([a_point(NOON, -3000), a_point(NOON + 2 * MINUTE, -3001)], now=NOON + HOUR)
    assert bench.episodes == []
    assert [one.reason.code for one in bench.recovered] == ["place_groundless"]


def test_late_is_what_arrived_late() -> None:
    bench = Bench()
    bench.take([a_point(NOON, 900, received_at=NOON + 6 * HOUR)], now=NOON + 6 * HOUR)
    (alert,) = bench.raised
    assert (alert.late, alert.event_at, alert.at) == (True, NOON, NOON + 6 * HOUR)


@pytest.mark.parametrize(
    ("points", "strength", "cause"),
    [
        ([a_point(NOON, 900)], Strength.MEDIUM, Cause.UNSURE),
        ([a_point(NOON + n * MINUTE, 90 + n) for n in range(3)], Strength.STRONG, Cause.PERSON),
        ([a_point(NOON + n * MINUTE, 90) for n in range(3)], Strength.MEDIUM, Cause.UNSURE),
        ([a_point(NOON + n * MINUTE, 90 + n, provider="network") for n in range(3)], Strength.WEAK, Cause.UNSURE),
        ([a_point(NOON + n * MINUTE, 900 + n, mock=True) for n in range(3)], Strength.WEAK, Cause.UNSURE),
        ([a_point(NOON, 900, 600)], Strength.WEAK, Cause.UNSURE),
    ],
)
def test_how_much_the_evidence_carries(points: list[Point], strength: Strength, cause: Cause) -> None:
    bench = Bench()
    bench.take(points, now=NOON + HOUR)
    (alert,) = bench.raised
    assert (alert.strength, alert.cause) == (strength, cause)


def test_a_fix_of_an_app_decides_nothing_alone_and_shows_no_return() -> None:
    bench = Bench()
    bench.take([a_point(NOON, 900, mock=True)], now=NOON)
    assert bench.episodes == []
    bench.take([a_point(NOON + MINUTE, 900), a_point(NOON + 9 * MINUTE, -3000, mock=True)], now=NOON + HOUR)
    assert minutes(bench.episodes) == ((0, None),)


def test_what_one_circle_showed_others_bear_out_once() -> None:
    bench = Bench()
    for n in range(9):
        bench.take([a_point(NOON + n * MINUTE, 900 + n)], now=NOON + n * MINUTE)
    (alert,), (weighed,) = bench.raised, bench.weighed
    assert (alert.strength, weighed.strength, weighed.cause) == (Strength.MEDIUM, Strength.STRONG, Cause.PERSON)
    assert (weighed.at, weighed.source, weighed.event_at) == (NOON + 2 * MINUTE, alert.source, alert.event_at)
    params = dict(weighed.why.params)
    assert (params["fixes"], params["place_how"], params["strength"]) == ("3", "run", "strong")


REGION, OTHER = Region(AREA), Region(AREA, (AREA,))


def test_who_is_outside_when_it_begins_is_found_without_a_new_fix() -> None:
    bench = Bench((Stretch(NOON - 90 * HOUR, NOON, None), Stretch(NOON, NOON + HOUR, REGION)))
    bench.take([a_point(NOON - 10 * MINUTE, 900)], now=NOON - 10 * MINUTE)
    assert bench.episodes == []
    bench.take([], since=NOON, now=NOON)
    assert bench.episodes == [(NOON, None)]
    bench.take([a_point(NOON + MINUTE, 901)], now=NOON + MINUTE)
    assert len(bench.raised) == 1


def test_who_was_outside_long_ago_waits_for_a_fix() -> None:
    bench = Bench((Stretch(NOON - 90 * HOUR, NOON, None), Stretch(NOON, NOON + HOUR, REGION)))
    bench.take([a_point(NOON - 31 * MINUTE, 900)], now=NOON - 30 * MINUTE)
    bench.take([], since=NOON, now=NOON)
    assert bench.episodes == []
    bench.take([a_point(NOON + MINUTE, 900)], now=NOON + MINUTE)
    assert bench.episodes == [(NOON + MINUTE, None)]


def test_a_little_outside_when_it_begins_takes_as_many_circles_as_ever() -> None:
    bench = Bench((Stretch(NOON - 90 * HOUR, NOON, None), Stretch(NOON, NOON + HOUR, REGION)))
    bench.take([a_point(NOON - n * MINUTE, 100) for n in (4, 2, 1)], now=NOON - MINUTE)
    bench.take([], since=NOON, now=NOON)
    assert bench.episodes == [(NOON, None)]


def test_it_is_over_when_the_hours_are_over() -> None:
    bench = Bench((Stretch(NOON - 90 * HOUR, NOON, REGION), Stretch(NOON, NOON + HOUR, None)))
    bench.take([a_point(NOON - 10 * MINUTE, 900)], now=NOON - 10 * MINUTE)
    bench.take([], since=NOON, now=NOON)
    assert bench.episodes == [(NOON - 10 * MINUTE, NOON)]
    assert [one.reason.code for one in bench.recovered] == ["place_bound_over"]


def test_leave_that_begins_covers_who_is_there_and_its_end_uncovers() -> None:
    """With leave the bound lies a kilometre farther out."""
    stretches = (
        Stretch(NOON - 90 * HOUR, NOON, REGION),
        Stretch(NOON, NOON + HOUR, OTHER),
        Stretch(NOON + HOUR, NOON + 9 * HOUR, REGION),
    )
    bench = Bench(stretches, leave_m=1000)
    for n in (-10, 5, 25, 45):
        bench.take([a_point(NOON + n * MINUTE, 900)], now=NOON + n * MINUTE)
    bench.take([], since=NOON + HOUR, now=NOON + HOUR)
    assert minutes(bench.episodes) == ((-10, 0), (60, None))
    assert [one.reason.code for one in bench.recovered] == ["place_allowed"]


@given(WANDERING, st.randoms(use_true_random=False))
def test_any_order_with_hours_that_begin_and_end(walk: list[tuple[int, float, float]], chance: random.Random) -> None:
    hours = [NOON + n * 77 * MINUTE for n in range(-2, 40)]
    stretches = (
        Stretch(NOON - 90 * HOUR, hours[0], None),
        *(Stretch(a, b, REGION if n % 2 else None) for n, (a, b) in enumerate(pairwise(hours))),
    )
    at, points = NOON, []
    for seconds, beyond, accuracy in walk:
        at += timedelta(seconds=seconds)
        points.append(a_point(at, beyond, accuracy))
    begins = [hour for hour in hours if NOON < hour <= at]
    whole = Bench(stretches)
    whole.take(points, now=at)

    chance.shuffle(points)
    pieces = Bench(stretches)
    for start in range(0, len(points), 3):
        pieces.take(points[start : start + 3], now=at)
    for hour in begins:
        pieces.take([], since=hour, now=at)

    assert pieces.episodes == whole.episodes


@pytest.mark.parametrize(
    ("kind", "room_m", "expected"),
    [
        (AlertKind.LEFT_AREA, None, Depths(200, 100)),
        (AlertKind.LEFT_ZONE, 150.0, Depths(200, 75)),
        (AlertKind.LEFT_ZONE, 5000.0, Depths(200, 100)),
        (AlertKind.FORBIDDEN_ZONE, 150.0, Depths(75, 100)),
        (AlertKind.FORBIDDEN_ZONE, 5000.0, Depths(200, 100)),
    ],
)
def test_nobody_can_be_deeper_in_a_zone_than_it_is(kind: AlertKind, room_m: float | None, expected: Depths) -> None:
    assert depths(kind, POLICY.departure, POLICY.places, room_m) == expected


def test_always_is_longer_than_any_test() -> None:
    assert ALWAYS[0].from_at < NOON - 24 * HOUR < NOON + 24 * HOUR < ALWAYS[0].until
