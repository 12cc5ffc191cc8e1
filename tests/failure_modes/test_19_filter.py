"""Failure mode 19: the filter removes real movement.

A journey by fast train and one by ferry: what is stored is what was sent, each fix that weighs less has a reason code,
and another filter changes what is thought of the fixes, never the fixes.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from app.actions.judge_positions import judge_positions
from app.rules.policy import with_changes
from app.rules.positions import Report
from app.store import rejudging
from tests.builders.app import MONDAY
from tests.builders.offices import a_policy
from tests.builders.positions import phones_under_order, stored
from tests.builders.tracked import Tracked, a_fix, a_tracked

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TRAIN_KMH, FERRY_KMH = 350, 35


@pytest.fixture
def person(tx: Connection) -> Tracked:
    return a_tracked(tx)


def a_journey(kmh: float, minutes: int) -> list[Report]:
    """From 30 km within the area across its edge, a fix a minute."""
    return [a_fix(MONDAY + n * MINUTE, -30_000 + n * kmh / 60 * 1000) for n in range(minutes)]


def kept(person: Tracked) -> list[tuple[Any, float, float]]:
    return [(row.id, row.lon, row.lat) for row in stored(person.tx, person.id)]


@pytest.mark.parametrize(("kmh", "minutes"), [(TRAIN_KMH, 40), (FERRY_KMH, 90)])
def test_a_fast_journey_is_kept_whole_unmarked_and_told(person: Tracked, kmh: float, minutes: int) -> None:
    sent = a_journey(kmh, minutes)
    for n in range(0, minutes, 5):
        person.send(*sent[n : n + 5], now=MONDAY + (n + 5) * MINUTE)

    assert kept(person) == [(one.id, one.sent_lon, one.sent_lat) for one in sent]
    assert person.marks() == []
    assert [alert.kind for alert in person.alerts] == ["left_area"]


def test_what_weighs_less_has_a_reason_and_stays(person: Tracked) -> None:
    sent = [
        a_fix(MONDAY, -4000),
        a_fix(MONDAY + MINUTE, -4000),
        a_fix(MONDAY + 2 * MINUTE, 90_000),
        a_fix(MONDAY + 3 * MINUTE, -4001),
        a_fix(MONDAY + 4 * MINUTE, -3500),
        a_fix(MONDAY + 5 * MINUTE, -4002),
    ]
    person.send(*sent, now=MONDAY + 6 * MINUTE)

    assert [one[0] for one in kept(person)] == [one.id for one in sent]
    assert person.marks() == [
        (MONDAY + MINUTE, "stale_repeat"),
        (MONDAY + 2 * MINUTE, "implausible_speed"),
        (MONDAY + 4 * MINUTE, "drift"),
    ]
    assert person.alerts == []


def test_another_filter_changes_what_is_thought_and_not_the_data(person: Tracked) -> None:
    person.send(*a_journey(TRAIN_KMH, 40), now=MONDAY + 40 * MINUTE)
    before = kept(person)
    slower = with_changes(phones_under_order(), {"departure.max_kmh": 200, "version": 2, "name": "slow"})
    a_policy(person.tx, person.tree.county, slower, from_at=MONDAY + DAY)
    rejudging.mark(person.tx, [person.id], MONDAY)

    judge_positions(person.tx, now=MONDAY + 2 * DAY)

    assert kept(person) == before
    assert {mark for _, mark in person.marks()} == {"implausible_speed"}
    (alert,) = person.alerts
    assert (person.episodes(), alert.condition) == ([], "recovered")
