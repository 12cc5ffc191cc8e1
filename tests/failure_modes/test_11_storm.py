"""Failure mode 11: a storm of alerts, and officers who stop reading.

Eight hours outside with a fix each thirty seconds: one open alert with a counter, and one notice a step of the ladder.
(What a carrier's outage makes of three hundred silences is tested beside this.)
"""

from datetime import timedelta

from sqlalchemy import Connection, text

from app.actions.climb_ladder import climb_ladder
from app.rules.facts import Role
from tests.builders.app import MONDAY
from tests.builders.tracked import a_fix, a_tracked
from tests.builders.users import a_user

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
FIXES, A_BATCH = 960, 10


def test_eight_hours_outside_are_one_alert_and_one_notice_a_step(tx: Connection) -> None:
    person = a_tracked(tx)
    a_user(tx, person.tree.county, Role.COUNTY_STAFF)
    a_user(tx, person.tree.city, Role.CITY_STAFF)
    for n in range(0, FIXES, A_BATCH):
        fixes = [a_fix(MONDAY + (n + m) * 30 * SECOND, 2000 + 40 * (m % 3)) for m in range(A_BATCH)]
        now = MONDAY + (n + A_BATCH) * 30 * SECOND
        person.send(*fixes, now=now)
        climb_ladder(tx, now=now)

    (alert,) = person.alerts
    assert (alert.occurrences, alert.handling, alert.event_at) == (1, "open", MONDAY)
    assert person.events(alert.id) == ["opened", "escalated", "escalated"]
    (episode,) = person.episodes()
    assert (episode.fixes, episode.last_seen_at) == (FIXES, MONDAY + (FIXES - 1) * 30 * SECOND)
    notices = tx.execute(
        text("SELECT step, count(*) FROM notices WHERE about_id = :id GROUP BY step"), {"id": alert.id}
    )
    assert sorted(map(tuple, notices)) == [("1.city", 1), ("1.county", 1), ("1.office", 1)]
