"""Zones in the database: the polygon of a circle, and which zones hold in a span."""

from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.actions.remove_zone import remove_zone
from app.actions.set_zones import set_zones
from app.rules.bounds import WeeklyHours, ZoneKind
from app.rules.errors import Conflict, NotFound, Refused
from app.rules.facts import Actor
from app.store import zones
from tests.builders.app import MONDAY
from tests.builders.checkins import a_resident
from tests.builders.offices import Tree, a_tree
from tests.builders.users import Worker, a_user
from tests.builders.zones import a_square, a_wanted_zone, a_zone

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def tree(tx: Connection) -> Tree:
    return a_tree(tx)


@pytest.fixture
def officer(tx: Connection, tree: Tree) -> Worker:
    return a_user(tx, tree.office)


@pytest.fixture
def resident(tx: Connection, tree: Tree, officer: Worker) -> UUID:
    return a_resident(tx, tree, officer)


OFF = text(
    """
    SELECT max(abs(ST_Distance(CAST(d.geom AS geography), CAST(z.centre AS geography)) - z.radius_m)) AS corners_off,
           z.radius_m - ST_Distance(CAST(ST_ExteriorRing(z.shape) AS geography), CAST(z.centre AS geography))
               AS sides_off,
           ST_IsValid(z.shape) AS valid, ST_NPoints(z.shape) AS points
    FROM zones z, ST_DumpPoints(z.shape) AS d WHERE z.id = :id GROUP BY z.id
    """
)


@pytest.mark.parametrize("radius_m", [1.0, 80.0, 5_000.0, 50_000.0])
@pytest.mark.parametrize("place", [(118.627, 28.738), (123.4, 53.2), (112.3, 4.0)])
def test_the_polygon_of_a_circle_is_less_than_half_a_metre_off(
    tx: Connection, officer: Worker, resident: UUID, radius_m: float, place: tuple[float, float]
) -> None:
    zone_id = a_zone(tx, officer, resident, circle=(*place, radius_m))
    found = tx.execute(OFF, {"id": zone_id}).one()
    assert found.valid
    assert found.corners_off < 0.01
    assert -0.01 < found.sides_off < 0.5
    assert found.points <= 1100


def test_long_sides_are_cut_so_that_both_ways_of_measuring_mean_the_same_line(
    tx: Connection, officer: Worker, resident: UUID
) -> None:
    zone_id = a_zone(tx, officer, resident, geometry=a_square(half=0.5))
    longest = text("SELECT max(ST_Length(s.geom)) FROM zones z, ST_DumpSegments(z.shape) AS s WHERE z.id = :id")
    assert tx.execute(longest, {"id": zone_id}).scalar_one() <= 0.01 + 1e-9


def held(tx: Connection, resident: UUID, from_at: Any, until: Any) -> list[str]:
    return [zone.name for zone in zones.holding(tx, [resident], from_at, until).get(resident, ())]


def test_a_zone_holds_from_its_first_instant_until_before_its_last(
    tx: Connection, officer: Worker, resident: UUID
) -> None:
    a_zone(tx, officer, resident, at=MONDAY, name="甲", from_at=MONDAY, until=MONDAY + DAY)
    assert held(tx, resident, MONDAY - DAY, MONDAY) == []
    assert held(tx, resident, MONDAY - DAY, MONDAY + SECOND) == ["甲"]
    assert held(tx, resident, MONDAY + DAY - SECOND, MONDAY + 2 * DAY) == ["甲"]
    assert held(tx, resident, MONDAY + DAY, MONDAY + 2 * DAY) == []


def test_a_removal_ends_it_and_one_before_its_beginning_undoes_it(
    tx: Connection, officer: Worker, resident: UUID
) -> None:
    now = a_zone(tx, officer, resident, at=MONDAY, name="甲")
    later = a_zone(tx, officer, resident, at=MONDAY, name="乙", from_at=MONDAY + 5 * DAY)
    for zone_id in (now, later):
        remove_zone(tx, officer.actor, zone_id, reason="撤销", now=MONDAY + DAY)
    assert held(tx, resident, MONDAY, MONDAY + 9 * DAY) == ["甲"]
    assert held(tx, resident, MONDAY + DAY, MONDAY + 9 * DAY) == []
    with pytest.raises(Conflict, match="zone_ended"):
        remove_zone(tx, officer.actor, now, reason="撤销", now=MONDAY + 2 * DAY)


def test_hours_come_back_as_they_were_set(tx: Connection, officer: Worker, resident: UUID) -> None:
    night = WeeklyHours(frozenset({1, 7}), time(22), time(6))
    a_zone(tx, officer, resident, kind=ZoneKind.STAY_INSIDE, prohibition=None, hours=(night,))
    (zone,) = zones.holding(tx, [resident], MONDAY, MONDAY + DAY)[resident]
    assert (zone.kind, zone.hours) == (ZoneKind.STAY_INSIDE, (night,))


def test_somebody_elses_person_is_not_found(tx: Connection, officer: Worker, resident: UUID) -> None:
    with pytest.raises(NotFound):
        set_zones(tx, Actor("user", officer.id, ()), resident, [a_wanted_zone()], now=MONDAY)


def test_nobody_gets_more_zones_than_can_be_judged(tx: Connection, officer: Worker, resident: UUID) -> None:
    set_zones(tx, officer.actor, resident, [a_wanted_zone() for _ in range(50)], now=MONDAY)
    with pytest.raises(Refused, match="zone_enough"):
        a_zone(tx, officer, resident, at=MONDAY)
