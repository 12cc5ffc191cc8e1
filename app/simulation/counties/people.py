"""The people of a made-up county: where they live, work, shop and visit, what bounds them, which phone they carry."""

from dataclasses import dataclass, replace
from itertools import combinations
from math import dist
from random import Random
from typing import Any

from shapely import LineString, MultiLineString

from app.simulation.counties.dice import dice
from app.simulation.counties.ground import Ground, NoPlaceError, Spot, disc, ground_of
from app.simulation.counties.spec import Spec

CARRIERS = ("mobile", "unicom", "telecom")
MAKERS = ("huawei", "xiaomi", "oppo", "vivo", "honor", "samsung")
TOWN_M = 2500.0
FORBIDDEN_SHARE, STAY_SHARE = 0.25, 0.25
COMMUTER_SHARE, TRAVELLER_SHARE = 0.02, 0.1
UNDER_ORDER: dict[str, Any] = {"ordered": True, "class_": "strict", "commutes": False}
CLEAR_M = 350.0
"""How far the ways of every day keep from a forbidden place: drift alone must not look like a visit."""


@dataclass(frozen=True)
class Circle:
    """A zone: forbidden, or not to be left."""

    name: str
    kind: str
    centre: Spot
    radius_m: float


@dataclass(frozen=True)
class Person:
    """Somebody who is supervised. `abroad` is the unit to which one travels, with a spot in it, if any."""

    name: str
    office: str
    class_: str
    ordered: bool
    home: Spot
    work: Spot
    shop: Spot
    friend: Spot
    works: bool
    carrier: str
    maker: str
    zones: tuple[Circle, ...]
    commutes: bool
    travels: bool

    def zone(self, kind: str) -> Circle | None:
        """The zone of that kind, if there is one."""
        return next((zone for zone in self.zones if zone.kind == kind), None)


def office_names(spec: Spec) -> list[str]:
    """The offices of the county."""
    return [f"office-{n + 1:02}" for n in range(spec.offices)]


def people_of(spec: Spec) -> list[Person]:
    """Everybody, in order; the first of them are under an order."""
    ground = ground_of(spec.county)
    names = office_names(spec)
    towns = [ground.somewhere(dice(spec.seed, "town", name)) for name in names]
    ordered = max(1, round(spec.subjects * spec.ordered)) if spec.ordered else 0
    people: list[Person] = []
    for n in range(spec.subjects):
        at = n % len(names)
        people.append(_person(spec, ground, n, names[at], towns[at], ordered=n < ordered))
    return people


def _person(spec: Spec, ground: Ground, n: int, office: str, town: Spot, *, ordered: bool) -> Person:
    own = dice(spec.seed, "person", n)
    while True:
        try:
            person = _settled(spec, ground, own, n, town)
        except NoPlaceError:
            continue
        return replace(person, office=office, **UNDER_ORDER) if ordered else replace(person, office=office)


def _settled(spec: Spec, ground: Ground, own: Random, n: int, town: Spot) -> Person:
    home = ground.near(own, town, 50, TOWN_M)
    work = ground.near(own, home, 600, 7000)
    shop = ground.near(own, home, 200, 1500)
    friend = ground.near(own, home, 500, 6000)
    ways = MultiLineString([LineString(pair) for pair in combinations((home, work, shop, friend), 2)])
    if not ground.inner.covers(ways):
        raise NoPlaceError(spec.county)
    zones = () if "zone" in spec.without else _zones(ground, own, n, (home, work, shop, friend), ways)
    commutes = not zones and own.random() < COMMUTER_SHARE
    return Person(
        name=f"subject-{n + 1:03}",
        office="",
        class_=own.choice(("normal", "normal", "lenient")),
        ordered=False,
        home=home,
        work=work,
        shop=shop,
        friend=friend,
        works=own.random() < 0.8,
        carrier=own.choice(CARRIERS),
        maker=own.choice(MAKERS),
        zones=zones,
        commutes=commutes and "permit" not in spec.without,
        travels=not commutes and not zones and own.random() < TRAVELLER_SHARE and "leave" not in spec.without,
    )


def _zones(ground: Ground, own: Random, n: int, places: tuple[Spot, ...], ways: MultiLineString) -> tuple[Circle, ...]:
    drawn = own.random()
    if drawn < FORBIDDEN_SHARE:
        return (_forbidden(ground, own, n, places[0], ways),)
    if drawn < FORBIDDEN_SHARE + STAY_SHARE:
        radius = round(max(dist(places[0], place) for place in places) + own.uniform(500, 2000))
        return (Circle(f"stay-{n + 1:03}", "stay_inside", places[0], radius),)
    return ()


def _forbidden(ground: Ground, own: Random, n: int, home: Spot, ways: MultiLineString) -> Circle:
    for _ in range(100):
        centre, radius = ground.near(own, home, 1500, 8000), own.uniform(300, 600)
        if ways.distance(disc(centre, radius)) >= CLEAR_M:
            return Circle(f"forbidden-{n + 1:03}", "forbidden", centre, round(radius))
    raise NoPlaceError(ground.code)
