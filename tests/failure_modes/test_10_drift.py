"""Failure mode 10: drift sets off the fence.

A night of indoor drift, the home a hundred metres from the edge: no alert. A real exit by car: an alert at once.
"""

import random
from datetime import datetime, timedelta
from math import cos, pi, sin

import pytest
from sqlalchemy import Connection

from app.rules.positions import Report
from tests.builders.app import MONDAY
from tests.builders.positions import JIANGSHAN, a_report
from tests.builders.tracked import Tracked, a_fix, a_tracked, lon_of

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
HOME_M = -100.0
DEGREE_M = 110_850.0
EVENING = MONDAY - 10 * HOUR


@pytest.fixture
def person(tx: Connection) -> Tracked:
    return a_tracked(tx)


def strayed(chance: random.Random, at: datetime) -> Report:
    """Half of the fixes stray by up to 150 m and claim 20 m; of the others, one in three lies outside its circle."""
    if chance.random() < 0.5:
        accuracy_m, away = 20.0, chance.uniform(0, 150)
    else:
        accuracy_m = chance.uniform(20, 1500)
        away = accuracy_m * chance.weibullvariate(0.94, 2)
    turn = chance.uniform(0, 2 * pi)
    lon, lat = lon_of(HOME_M + away * cos(turn)), JIANGSHAN[1] + away * sin(turn) / DEGREE_M
    return a_report(at, lon=lon, lat=lat, accuracy_m=accuracy_m)


@pytest.mark.parametrize("seed", range(4))
def test_a_night_of_drift_next_to_the_edge_raises_nothing(person: Tracked, seed: int) -> None:
    chance = random.Random(seed)
    for n in range(0, 480, 10):
        at = EVENING + n * MINUTE
        person.send(*(strayed(chance, at + m * MINUTE) for m in range(10)), now=at + 10 * MINUTE)

    assert person.alerts == []


def test_a_stay_at_the_wrong_place_for_a_while_raises_nothing(person: Tracked) -> None:
    """As indoors: for fifteen minutes all fixes agree on a place 150 m off, and claim 20 m."""
    for n in range(90):
        off = 150 if 60 <= n < 75 else 0
        person.at(EVENING + n * MINUTE, HOME_M + off + n % 5)

    assert person.alerts == []


def test_an_exit_at_60_km_an_hour_is_told_within_three_fixes(person: Tracked) -> None:
    for n in range(60):
        person.at(EVENING + n * MINUTE, HOME_M + n % 7)
    begun = EVENING + HOUR
    for n in range(8):
        at = begun + n * 15 * SECOND
        person.at(at, HOME_M + n * 250)
        outside = HOME_M + n * 250 - 20 > 0
        if outside and person.alerts:
            break

    (alert,) = person.alerts
    assert alert.opened_at - begun <= 3 * 15 * SECOND
    assert alert.kind == "left_area"


def test_an_exit_on_foot_that_ends_just_outside_is_told_too(person: Tracked) -> None:
    for n in range(60):
        person.at(EVENING + n * MINUTE, HOME_M + n % 7)
    for n in range(30):
        person.at(EVENING + HOUR + n * MINUTE, min(HOME_M + n * 60, 150) + n % 3)

    (alert,) = person.alerts
    assert alert.event_at <= EVENING + HOUR + 5 * MINUTE
    assert a_fix(EVENING, 0).accuracy_m == 20
