"""What bounds each person, measured: areas with what leave adds to them, and zones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy import Connection

from app.rules.bounds import ApprovedLeave, Zone, ZoneKind
from app.rules.facts import About, AlertKind
from app.rules.places import (
    AreaTerm,
    Bound,
    Person,
    Point,
    Region,
    Stretch,
    depths,
    of_area,
    of_zone,
    way_m,
    within,
)
from app.rules.policy import Places
from app.store import shapes
from app.store.areas import AreaVersion
from app.store.shapes import Numbers, Shape, Spots

INSTANT = timedelta(microseconds=1)
KINDS = {ZoneKind.FORBIDDEN: AlertKind.FORBIDDEN_ZONE, ZoneKind.STAY_INSIDE: AlertKind.LEFT_ZONE}


@dataclass(frozen=True, slots=True)
class Ground:
    """Zones and leaves of each person, the terms of each person's areas, and all shapes.

    `destinations` has the versions of the area that each code named by leave means.
    """

    zones: Mapping[UUID, Sequence[Zone]]
    leaves: Mapping[UUID, Sequence[ApprovedLeave]]
    terms: Mapping[UUID, tuple[AreaTerm, ...]]
    destinations: Mapping[str, tuple[AreaTerm, ...]]
    areas: Mapping[UUID, Shape]
    zone_shapes: Mapping[UUID, Shape]

    @classmethod
    def of(
        cls,
        tx: Connection,
        permitted: Mapping[UUID, Sequence[AreaTerm]],
        held: Mapping[UUID, Sequence[Zone]],
        allowed: Mapping[UUID, Sequence[ApprovedLeave]],
        destinations: Mapping[str, UUID],
        versions: Mapping[UUID, Sequence[AreaVersion]],
    ) -> "Ground":
        """All shapes, from memory or by one query for areas and one for zones. `permitted` tells by any version which
        area bounds whom when.
        """
        terms = {area: tuple(AreaTerm(v.id, v.from_at, v.until) for v in each) for area, each in versions.items()}
        wanted = {term.area_id for each in terms.values() for term in each}
        zone_ids = {zone.id for each in held.values() for zone in each}
        return cls(
            zones=held,
            leaves=allowed,
            terms={
                one: tuple(found for area in each for found in within(terms.get(area.area_id, ()), area))
                for one, each in permitted.items()
            },
            destinations={code: terms.get(area, ()) for code, area in destinations.items()},
            areas=shapes.areas(tx, wanted) if wanted else {},
            zone_shapes=shapes.zones(tx, zone_ids) if zone_ids else {},
        )

    def named(self, leave: ApprovedLeave) -> tuple[str, ...]:
        """What the destinations of a leave are called."""
        terms = [self.destinations.get(code, ()) for code in leave.destinations]
        return tuple(self.areas[each[-1].area_id].name for each in terms if each)


class Measuring:
    """The fixes of many persons on the map; all those of one area are measured at once."""

    def __init__(self, ground: Ground, read: Mapping[UUID, Sequence[Point]]) -> None:
        self._ground = ground
        self._slices: dict[UUID, slice] = {}
        points: list[Point] = []
        for subject_id, own in read.items():
            self._slices[subject_id] = slice(len(points), len(points) + len(own))
            points += own
        self._all = shapes.spots([point.lon for point in points], [point.lat for point in points])
        self._area_depths: dict[UUID, Numbers] = {}
        self._area_of: dict[UUID, list[UUID]] = {}
        for subject_id, terms in ground.terms.items():
            if subject_id in self._slices:
                for term in terms:
                    self._area_of.setdefault(term.area_id, []).append(subject_id)

    def spots(self, subject_id: UUID) -> Spots:
        """The places of one person's fixes."""
        part = self._slices.get(subject_id, slice(0, 0))
        return Spots(self._all.x[part], self._all.y[part], self._all.scale[part])

    def in_own_area(self, subject_id: UUID, area_id: UUID) -> Numbers:
        """How deep one person's fixes lie in one of the person's own areas, in metres."""
        if area_id not in self._area_depths:
            depths_m = np.full(len(self._all.x), np.nan)
            parts = [self._slices[one] for one in self._area_of.get(area_id, ())]  # nobody of it may have a fix yet
            index = np.concatenate([np.arange(0), *(np.arange(part.start, part.stop) for part in parts)])
            at = Spots(self._all.x[index], self._all.y[index], self._all.scale[index])
            depths_m[index] = self._ground.areas[area_id].depth(at)
            self._area_depths[area_id] = depths_m
        return self._area_depths[area_id][self._slices.get(subject_id, slice(0, 0))]


def bounds_of(ground: Ground, measuring: Measuring, person: Person, from_at: datetime, now: datetime) -> list[Bound]:
    """Everything that bounded one person between two instants, with how far each fix lies beyond it."""
    until = now + INSTANT
    found = [
        _of_zone(ground, measuring, person, zone, from_at, until) for zone in ground.zones.get(person.subject_id, ())
    ]
    terms = ground.terms.get(person.subject_id, ())
    if terms:
        found.append(_of_area(ground, measuring, person, terms, from_at, until))
    return [bound for bound in found if bound is not None]


def _of_zone(
    ground: Ground, measuring: Measuring, person: Person, zone: Zone, from_at: datetime, until: datetime
) -> Bound | None:
    shape = ground.zone_shapes.get(zone.id)
    if shape is None or zone.from_at >= until or (zone.until is not None and zone.until <= from_at):
        return None
    kind, at, policy = KINDS[zone.kind], measuring.spots(person.subject_id), person.policy
    if zone.kind is ZoneKind.STAY_INSIDE:
        beyond = -shape.depth(at)
    else:
        beyond = np.full(len(at.x), -shapes.CORE_M) if shape.far_from(at) else shape.depth(at)
    leaves = _freeing(zone, ground.leaves.get(person.subject_id, ()))
    stretches = of_zone(zone, leaves, from_at, until)
    widened = _Widened(ground, at, policy.places, leaves)
    return Bound(
        kind=kind,
        about=About("zone", zone.id),
        depths=depths(kind, policy.departure, policy.places, shape.room_m),
        stretches=stretches,
        beyond={Region(zone.id): beyond.tolist()}
        | {
            stretch.region: widened.beyond(shape, beyond, stretch).tolist()
            for stretch in stretches
            if stretch.region is not None and stretch.region.leaves
        },
    )


def _freeing(zone: Zone, leaves: Sequence[ApprovedLeave]) -> Sequence[ApprovedLeave]:
    """Nobody can be at the destination and at home at once. A permit for frequent travel is for trips and frees no
    night, and no leave opens a place that a court has forbidden.
    """
    return [leave for leave in leaves if zone.kind is ZoneKind.STAY_INSIDE and not leave.frequent]


@dataclass
class _Widened:
    """What leaves add to an area or a zone, for one person's fixes."""

    ground: Ground
    at: Spots
    places: Places
    leaves: Sequence[ApprovedLeave]

    def beyond(self, own: Shape, beyond: Numbers, stretch: Stretch) -> Numbers:
        """How far each fix lies beyond `own`, given as `beyond`, and beyond whatever the leaves add."""
        for leave in self.leaves:
            if stretch.region is not None and leave.id in stretch.region.leaves:
                places = [own, *self._destinations(leave, stretch.from_at)]
                beyond = np.minimum(beyond, self._beyond_leave(places))
        return beyond

    def _destinations(self, leave: ApprovedLeave, at: datetime) -> list[Shape]:
        found = []
        for code in leave.destinations:
            terms = self.ground.destinations.get(code, ())
            holding = [t for t in terms if (t.from_at is None or t.from_at <= at) and (t.until is None or at < t.until)]
            found += [self.ground.areas[term.area_id] for term in holding or terms[-1:]]
        return found

    def _beyond_leave(self, shapes_: Sequence[Shape]) -> Numbers:
        """How far each fix lies beyond the destinations and the ways between all these places."""
        away = [-shape.depth(self.at) for shape in shapes_]
        beyond = away[0]
        for far in away[1:]:
            beyond = np.minimum(beyond, far)
        for n, one in enumerate(shapes_):
            for m in range(n):
                between = one.between(shapes_[m])
                ways = np.maximum(away[n], 0) + np.maximum(away[m], 0)
                beyond = np.minimum(beyond, (ways - way_m(between.gap_m, self.places)) / 2)
                # Neighbours have no gap, and yet the straight way between their far ends may leave both.
                beyond = np.minimum(beyond, -between.hull.depth(self.at))
        return beyond


def _of_area(
    ground: Ground, measuring: Measuring, person: Person, terms: Sequence[AreaTerm], from_at: datetime, until: datetime
) -> Bound:
    """One person's areas, and the leaves that widen them."""
    policy, leaves = person.policy, ground.leaves.get(person.subject_id, ())
    stretches = of_area(terms, leaves, from_at, until)
    widened = _Widened(ground, measuring.spots(person.subject_id), policy.places, leaves)
    beyond = {}
    for stretch in stretches:
        if stretch.region is not None:
            within_m = measuring.in_own_area(person.subject_id, stretch.region.within)
            own = ground.areas[stretch.region.within]
            beyond[stretch.region] = widened.beyond(own, -within_m, stretch).tolist()
    return Bound(
        kind=AlertKind.LEFT_AREA,
        about=About("subject", person.subject_id),
        depths=depths(AlertKind.LEFT_AREA, policy.departure, policy.places, None),
        stretches=stretches,
        beyond=beyond,
    )
