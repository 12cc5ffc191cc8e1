"""Failure mode 9: the same crossing alerted many times.

One crossing, sent three times, by two clients, with retries, judged by two workers: one alert, and one notice for each
receiver and channel.
"""

from datetime import timedelta

from sqlalchemy import Connection, Engine, text

from app.actions.climb_ladder import climb_ladder
from app.actions.judge_positions import Rejudged, judge_positions
from app.store.session import make_engine, transaction
from tests.builders.app import MONDAY
from tests.builders.positions import report
from tests.builders.tracked import a_fix, a_tracked
from tests.database import Database
from tests.patience import PATIENT

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_three_tellings_by_two_clients_are_one_alert(tx: Connection) -> None:
    """The second client has ids of its own, and rounds the place and the second."""
    person = a_tracked(tx)
    person.at(MONDAY - MINUTE, -3000)
    crossing = [a_fix(MONDAY + n * MINUTE, 900 + 50 * n) for n in range(3)]
    other = [a_fix(MONDAY + n * MINUTE + SECOND, 901 + 50 * n) for n in range(3)]
    for n, fixes in enumerate((crossing, other, crossing, other, crossing)):
        person.send(*fixes, now=MONDAY + 3 * MINUTE + n * SECOND)
        climb_ladder(tx, now=MONDAY + 3 * MINUTE + n * SECOND)

    (alert,) = person.alerts
    assert (alert.occurrences, alert.event_at) == (1, MONDAY)
    assert person.events(alert.id) == ["opened"]
    (episode,) = person.episodes()
    assert episode.fixes == 6
    notices = text(
        "SELECT n.recipient_id, d.channel, count(*) FROM notices n LEFT JOIN deliveries d ON d.notice_id = n.id"
        " WHERE n.about_id = :id GROUP BY 1, 2"
    )
    assert {told for *_, told in tx.execute(notices, {"id": alert.id})} == {1}


def test_two_workers_at_once_judge_once(fresh_database: Database) -> None:
    one, two = make_engine(fresh_database.url, limits=PATIENT), make_engine(fresh_database.url, limits=PATIENT)
    try:
        with transaction(one) as tx:
            person = a_tracked(tx)
            report(tx, person.id, a_fix(MONDAY, 900), now=MONDAY)
        assert _both(one, two) == (Rejudged(1, 0, 1), Rejudged())
        with transaction(one) as tx:
            counted = tx.execute(text("SELECT count(*) FROM alert_occurrences")).scalar_one()
            assert counted == 1
    finally:
        one.dispose()
        two.dispose()


def _both(one: Engine, two: Engine) -> tuple[Rejudged, Rejudged]:
    """The second judges while the first has not committed yet."""
    with transaction(one) as first:
        found = judge_positions(first, now=MONDAY)
        with transaction(two) as second:
            return found, judge_positions(second, now=MONDAY)
