"""Failure mode 12: already outside when it starts.

A curfew's hour, a new zone, the end of a leave and the first fix ever, each with the person on the wrong side: one
alert within one evaluation,
also without a new fix.
"""

from datetime import datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, insert

from app.actions.judge_positions import judge_positions
from app.models.leave import LeaveRequest
from app.rules.bounds import WeeklyHours, ZoneKind
from app.rules.calendar import SHANGHAI
from app.store import due, rejudging
from tests.builders.app import MONDAY
from tests.builders.positions import JIANGSHAN, state_of
from tests.builders.tracked import EDGE, Tracked, a_fix, a_tracked, an_area, lon_of
from tests.builders.zones import a_zone

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EAST = "361123"
EVERY_NIGHT = (WeeklyHours(frozenset(range(1, 8)), time(22), time(6)),)


@pytest.fixture
def person(tx: Connection) -> Tracked:
    return a_tracked(tx)


def tick(person: Tracked, at: datetime) -> None:
    """What the job does: whoever is due."""
    judge_positions(person.tx, now=at)


def tonight() -> datetime:
    return datetime.combine(MONDAY.astimezone(SHANGHAI).date(), time(22), SHANGHAI)


def test_the_first_fix_ever(person: Tracked) -> None:
    person.at(MONDAY, 3000)
    assert [alert.kind for alert in person.alerts] == ["left_area"]


def test_a_curfews_hour_begins(person: Tracked) -> None:
    home = (lon_of(-4000), JIANGSHAN[1], 300.0)
    zone = a_zone(
        person.tx,
        person.officer,
        person.id,
        at=MONDAY - DAY,
        kind=ZoneKind.STAY_INSIDE,
        circle=home,
        hours=EVERY_NIGHT,
        prohibition=None,
        document_no=None,
        article=None,
    )
    tick(person, MONDAY)
    person.at(tonight() - 10 * MINUTE, -2000)
    assert person.alerts == []
    assert state_of(person.tx, person.id).look_again_at == tonight()

    tick(person, tonight())

    (alert,) = person.alerts
    assert (alert.kind, alert.about_id, alert.event_at) == ("left_zone", zone, tonight())
    person.at(tonight() + MINUTE, -2001)
    person.at(tonight() + 40 * MINUTE, -4000)
    (alert,) = person.alerts
    assert (alert.occurrences, alert.recovered_at) == (1, tonight() + 40 * MINUTE)


def test_the_hours_end(person: Tracked) -> None:
    a_zone(
        person.tx,
        person.officer,
        person.id,
        at=MONDAY - DAY,
        kind=ZoneKind.STAY_INSIDE,
        circle=(lon_of(-4000), JIANGSHAN[1], 300.0),
        hours=EVERY_NIGHT,
        prohibition=None,
        document_no=None,
        article=None,
    )
    person.at(tonight() + HOUR, -2000)
    tick(person, tonight() + 8 * HOUR)

    (alert,) = person.alerts
    assert (alert.condition, alert.recovered_at) == ("recovered", tonight() + 8 * HOUR)
    assert state_of(person.tx, person.id).look_again_at == tonight() + DAY


def test_a_new_zone(person: Tracked) -> None:
    person.at(MONDAY - 5 * MINUTE, -4000)
    zone = a_zone(person.tx, person.officer, person.id, at=MONDAY, circle=(lon_of(-4000), JIANGSHAN[1], 500.0))
    rejudging.mark(person.tx, [person.id], MONDAY)

    tick(person, MONDAY)

    (alert,) = person.alerts
    assert (alert.kind, alert.about_id, alert.event_at) == ("forbidden_zone", zone, MONDAY)


def test_a_zone_that_begins_later_is_found_by_the_clock(person: Tracked) -> None:
    person.at(MONDAY - 5 * MINUTE, -4000)
    begins = MONDAY + HOUR
    a_zone(
        person.tx,
        person.officer,
        person.id,
        at=MONDAY,
        from_at=begins,
        circle=(lon_of(-4000), JIANGSHAN[1], 500.0),
    )
    rejudging.mark(person.tx, [person.id], MONDAY)
    tick(person, MONDAY + SECOND)
    person.at(begins - MINUTE, -4000.5)
    assert person.alerts == []

    assert [one.id for one in due.listed(person.tx, due.LOOK_AGAIN, now=begins, limit=9)] == [person.id]
    tick(person, begins)

    assert [alert.event_at for alert in person.alerts] == [begins]


def test_leave_ends(person: Tracked) -> None:
    """Leave to the neighbouring county, in which the person stays."""
    ends = MONDAY + 2 * HOUR
    leave_to_the_east(person, MONDAY - HOUR, ends)
    for n in range(0, 120, 20):
        person.at(MONDAY + n * MINUTE, 5000 + n)
    assert person.alerts == []

    tick(person, ends)

    (alert,) = person.alerts
    assert (alert.kind, alert.event_at) == ("left_area", ends)


def test_leave_covers_what_it_covers_and_nothing_else(person: Tracked) -> None:
    leave_to_the_east(person, MONDAY - HOUR, MONDAY + 9 * HOUR)
    person.at(MONDAY, 5000)
    assert person.alerts == []
    far_north = a_fix(MONDAY + 2 * HOUR, -10_000, lat=29.2 + 60_000 / 111_000)
    person.send(far_north, now=MONDAY + 2 * HOUR)

    (alert,) = person.alerts
    assert alert.why["code"] == "place_left_area_on_leave_unnamed"  # nobody has loaded the counties
    assert alert.why["params"]["destination"] == "某邻县"


@pytest.mark.parametrize(("kind", "told"), [("leave", []), ("permit", ["left_zone"])])
def test_leave_frees_from_a_zone_to_stay_in_and_a_permit_for_trips_does_not(
    person: Tracked, kind: str, told: list[str]
) -> None:
    """Nobody can be where leave was approved for and at home at once."""
    stay = {"kind": ZoneKind.STAY_INSIDE, "circle": (lon_of(-4000), JIANGSHAN[1], 300.0)}
    a_zone(person.tx, person.officer, person.id, at=MONDAY, **stay, prohibition=None, document_no=None, article=None)
    leave_to_the_east(person, MONDAY + HOUR, MONDAY + 9 * HOUR, kind=kind)

    person.at(MONDAY + 2 * HOUR, 5000)
    assert [alert.kind for alert in person.alerts] == told

    person.at(MONDAY + 4 * HOUR, -45_000)
    assert [alert.kind for alert in person.alerts] == ["left_zone"], "neither there nor on the way"


def test_without_a_recent_fix_it_waits_for_one(person: Tracked) -> None:
    person.at(MONDAY - HOUR, -4000)
    a_zone(person.tx, person.officer, person.id, at=MONDAY, circle=(lon_of(-4000), JIANGSHAN[1], 500.0))
    rejudging.mark(person.tx, [person.id], MONDAY)
    tick(person, MONDAY)
    assert person.alerts == []

    person.at(MONDAY + HOUR, -4001)

    assert [alert.event_at for alert in person.alerts] == [MONDAY + HOUR]


def leave_to_the_east(person: Tracked, from_at: datetime, until: datetime, *, kind: str = "leave") -> None:
    """Leave to an area that begins at the edge: on record as approved, whoever asked and decided."""
    an_area(person.tx, code=EAST, name="某邻县", west=EDGE, width=0.3)
    columns = {
        "id": uuid4(),
        "subject_id": person.id,
        "kind": kind,
        "state": "approved",
        "ground": "medical",
        "reason": "就医",
        "destinations": [EAST],
        "destination_names": ["某邻县"],
        "place": "某医院",
        "from_at": from_at,
        "until": until,
        "travel": "汽车",
        "contact": "13800000000",
        "asked_late": False,
        "requested_at": from_at,
        "body_hash": b"x",
        "days": 1,
        "total_days": 1,
        "decider": "office",
        "decided_at": from_at,
        "decided_by": person.officer.id,
        "decided_level": "office",
        "report_arrival": False,
        "counts_from": from_at,
    }
    person.tx.execute(insert(LeaveRequest), {**columns, "root_id": columns["id"]})
