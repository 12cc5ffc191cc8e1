"""What people do on an ordinary day: work, shopping, visits, and the night at home."""

from collections.abc import Sequence
from math import dist
from random import Random

from app.simulation.counties.ground import Spot
from app.simulation.counties.people import Person
from app.simulation.counties.track import Walk

HOUR = 3600.0
DAY = 24 * HOUR


def speed(origin: Spot, goal: Spot, own: Random) -> float:
    """On foot, by electric bicycle or by car, by how far it is; metres a second."""
    far = dist(origin, goal)
    usual = 1.3 if far < 1000 else 5.5 if far < 4000 else 11.0
    return usual * own.uniform(0.8, 1.2)


def trip(walk: Walk, goal: Spot, own: Random) -> None:
    """Go there in the usual way."""
    walk.go(goal, speed(walk.spot, goal, own))


def ordinary_day(walk: Walk, person: Person, own: Random, midnight: float, weekday: int, workplace: Spot) -> None:
    """One day from wherever the walk stands; it ends at home. `weekday`: Monday is 0."""
    if weekday < 5 and person.works:
        _workday(walk, person, own, midnight, workplace)
    else:
        _free_day(walk, person, own, midnight)


def _workday(walk: Walk, person: Person, own: Random, midnight: float, workplace: Spot) -> None:
    _then(walk, own, midnight + own.uniform(6.8, 8.5) * HOUR, workplace)
    end = midnight + own.uniform(16.8, 18.5) * HOUR
    if own.random() < 0.3:
        _then(walk, own, end, person.shop)
        end = walk.now + own.uniform(0.3, 0.8) * HOUR
    _then(walk, own, end, person.home)
    if own.random() < 0.15:
        _outing(walk, own, walk.now + own.uniform(0.5, 1.2) * HOUR, person.friend, (0.7, 1.5), person.home)


def _free_day(walk: Walk, person: Person, own: Random, midnight: float) -> None:
    if own.random() < 0.7:
        _outing(walk, own, midnight + own.uniform(8, 10.5) * HOUR, person.shop, (0.4, 1.5), person.home)
    if own.random() < 0.5:
        _outing(walk, own, midnight + own.uniform(13.5, 15.5) * HOUR, person.friend, (1, 4), person.home)


def _outing(walk: Walk, own: Random, start: float, goal: Spot, hours: Sequence[float], home: Spot) -> None:
    _then(walk, own, start, goal)
    _then(walk, own, walk.now + own.uniform(*hours) * HOUR, home)


def _then(walk: Walk, own: Random, at: float, goal: Spot) -> None:
    walk.stay(at)
    trip(walk, goal, own)
