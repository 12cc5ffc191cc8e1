"""Failure mode 4: a violation that is reported late never alerts.

A fix six hours old, outside, without leave: exactly one alert, marked late, dated by the fix. A later batch that shows
the person inside marks it recovered, and what was told before stays on record.
"""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from tests.builders.app import MONDAY
from tests.builders.tracked import Tracked, a_fix, a_tracked

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
THEN = MONDAY - 6 * HOUR


@pytest.fixture
def person(tx: Connection) -> Tracked:
    return a_tracked(tx)


def test_one_late_alert_dated_by_the_fix(person: Tracked) -> None:
    person.send(a_fix(THEN, 3000), now=MONDAY)

    (alert,) = person.alerts
    assert (alert.kind, alert.late, alert.event_at, alert.opened_at) == ("left_area", True, THEN, MONDAY)
    assert (alert.occurrences, alert.condition, alert.next_step_at) == (1, "active", MONDAY)


def test_a_later_batch_shows_the_return_and_history_stays(person: Tracked) -> None:
    person.send(a_fix(THEN, 3000), now=MONDAY)
    person.send(a_fix(THEN + 2 * HOUR, -4000), a_fix(THEN + 2 * HOUR + MINUTE, -4100), now=MONDAY + HOUR)

    (alert,) = person.alerts
    assert (alert.condition, alert.recovered_at, alert.occurrences) == ("recovered", THEN + 2 * HOUR, 1)
    assert person.events(alert.id) == ["opened", "recovered"]


def test_a_batch_that_holds_departure_and_return_tells_both(person: Tracked) -> None:
    person.send(a_fix(THEN, 3000), a_fix(THEN + HOUR, -4000), now=MONDAY)

    (alert,) = person.alerts
    assert (alert.event_at, alert.recovered_at) == (THEN, THEN + HOUR)
    assert person.events(alert.id) == ["opened", "recovered"]


def test_late_fixes_before_and_between_make_no_second_alert(person: Tracked) -> None:
    person.send(a_fix(THEN + HOUR, 3000), now=THEN + HOUR)
    person.send(a_fix(THEN, 2500), a_fix(THEN + 2 * HOUR, 3500), now=MONDAY)

    (alert,) = person.alerts
    assert (alert.occurrences, alert.late) == (1, False)
    (episode,) = person.episodes()
    assert (episode.from_at, episode.fixes, episode.last_seen_at) == (THEN, 3, THEN + 2 * HOUR)


def test_what_loses_its_ground_is_corrected_and_says_so(person: Tracked) -> None:
    """One fix lay outside; fixes that come late show the phone at home a minute before and a minute after."""
    person.send(a_fix(THEN + MINUTE, 900), now=THEN + MINUTE)
    person.send(a_fix(THEN, -3000), a_fix(THEN + 2 * MINUTE, -3001), now=MONDAY)

    (alert,) = person.alerts
    assert (alert.condition, person.episodes()) == ("recovered", [])
    assert person.events(alert.id) == ["opened", "recovered"]
    assert person.marks() == [(THEN + MINUTE, "drift")]


def test_a_new_departure_after_the_return_is_a_new_occurrence(person: Tracked) -> None:
    for n, beyond_m in enumerate((3000, -4000, 3000)):
        person.at(THEN + n * HOUR, beyond_m)

    (alert,) = person.alerts
    assert (alert.occurrences, alert.condition, alert.event_at) == (2, "active", THEN + 2 * HOUR)
    assert person.events(alert.id) == ["opened", "recovered", "counted"]
