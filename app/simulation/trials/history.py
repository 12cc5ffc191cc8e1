"""The last days of real people as a scenario, in memory: without names, numbers or anything by which one knows them.

What a person did is taken as it was where that stays the same under another policy (where the phone was, what it told
of itself, class, orders, zones, the end) and as a habit where it does not: when a window is open is what a policy says.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.rules.facts import Actor
from app.rules.leave import LeaveKind
from app.simulation.trials import reading
from app.simulation.trials.reading import LeaveThen, Person

Line = dict[str, Any]
Dated = tuple[datetime, int, Line]

FIRST_OFFICES, THEN_PEOPLE, THEN_THE_REST = 0, 1, 2
"""The order of lines at one instant."""

HOME_ACCURACY_M = 20.0


@dataclass
class History:
    """Lines of a scenario without its header, how much was read, and what of it cannot be played."""

    lines: list[Line] = field(default_factory=list)
    people: int = 0
    positions: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def history(connection: Connection, actor: Actor, since: datetime, until: datetime) -> History:
    """Those within the actor's reach who were under correction in that time."""
    found = History()
    people = reading.people(connection, actor, since, until)
    dated: list[Dated] = []
    played: list[Person] = []
    for person in people:
        if person.home is None:
            found.left_out["people without a home"] += 1
        else:
            played.append(person)
    for person in played:
        dated += _life(connection, person, since, until, found)
    dated += [(since, FIRST_OFFICES, line) for line in _offices(played)]
    found.people = len(played)
    found.lines = [{"at": at.isoformat(), **line} for at, _, line in sorted(dated, key=lambda item: item[:2])]
    return found


def _offices(people: Sequence[Person]) -> Iterator[Line]:
    """An office of each name with one officer, and the county's own people above it."""
    for office, county in sorted({(person.office, person.county) for person in people}):
        yield {"do": "office", "office": office, "county": county}
        yield {"do": "officer", "officer": f"officer of {office}", "office": office, "role": "officer"}
    for county in sorted({person.county for person in people}):
        for role in ("county_staff", "county_head"):
            yield {"do": "officer", "officer": f"{role} of {county}", "county": county, "role": role}
    for city in sorted({f"{person.county[:4]}00" for person in people}):
        yield {"do": "officer", "officer": f"city_staff of {city}", "city": city, "role": "city_staff"}


def _life(connection: Connection, person: Person, since: datetime, until: datetime, found: History) -> Iterator[Dated]:
    begins = max(since, person.registered_at)
    named = {"subject": person.name}
    yield begins, THEN_PEOPLE, _registration(person)
    path = reading.path(connection, person.id, since, until)
    found.positions += len(path)
    home = [begins.isoformat(), *(person.home or (0.0, 0.0)), HOME_ACCURACY_M]
    points = [[at.isoformat(), lon, lat, accuracy_m] for at, lon, lat, accuracy_m in path if at > begins]
    yield begins, THEN_THE_REST, {"do": "location_habit", **named, "path": [home, *points]}
    habit = reading.habit(connection, person.id, since, until)
    delay = {"min": habit.soonest_s, "max": habit.latest_s}
    yield begins, THEN_THE_REST, {"do": "habit", **named, "checks_in": habit.share, "delay_s": delay, "place": "last"}
    for at, line in _what_came(connection, person, begins, until, found):
        yield at, THEN_THE_REST, {**line, **named}
    if person.ended_at is not None and person.ended_at < until and person.end_reason is not None:
        yield person.ended_at, THEN_THE_REST, {"do": "end", **named, "reason": person.end_reason}


def _registration(person: Person) -> Line:
    lon, lat = person.home or (0.0, 0.0)
    line: Line = {
        "do": "register",
        "subject": person.name,
        "office": person.office,
        "class": person.class_,
        "category": person.category,
        "home": {"lon": lon, "lat": lat},
        "minor": person.minor,
    }
    return line if person.area is None else {**line, "area": person.area}


def _what_came(
    connection: Connection, person: Person, begins: datetime, until: datetime, found: History
) -> Iterator[tuple[datetime, Line]]:
    for at, class_ in reading.classes(connection, person.id, begins, until):
        yield at, {"do": "class_change", "class": class_, "reason": "trial"}
    for at, told in reading.healths(connection, person.id, begins, until):
        yield at, {"do": "health", **told}
    for from_at, to_at in reading.silences(connection, person.id, begins, until):
        yield max(from_at, begins), {"do": "phone", "online": False}
        if to_at is not None and to_at <= until:
            yield max(to_at, begins), {"do": "phone", "online": True}
    for ground, from_at, to_at in reading.orders(connection, person.id, begins, until):
        at = max(from_at, begins)
        span = {"from": at.isoformat(), "to": to_at.isoformat()}
        yield at, {"do": "positioning_order", "ground": ground, "by": f"county_head of {person.county}", **span}
    for n, zone in enumerate(reading.zones(connection, person.id, begins, until), start=1):
        if zone.hours:
            found.left_out["zones with hours"] += 1
            continue
        at = max(zone.from_at, begins)
        ends: Mapping[str, str] = {} if zone.to_at is None else {"to": zone.to_at.isoformat()}
        told = {"zone": f"zone {n}", "kind": zone.kind, "geometry": zone.geometry, "from": at.isoformat()}
        yield at, {"do": "zone", **told, **ends}
    for leave in reading.leaves(connection, person.id, begins, until):
        yield from _leave(leave, begins, until)


def _leave(leave: LeaveThen, begins: datetime, until: datetime) -> Iterator[tuple[datetime, Line]]:
    """As approved when it began. A permit that ended early goes no further; somebody who came back says so."""
    at = max(leave.from_at, begins)
    if leave.kind == LeaveKind.PERMIT:
        to_at = min(leave.to_at, leave.ended_at or leave.to_at)
        yield at, {"do": "permit", "places": list(leave.places), "from": at.isoformat(), "to": to_at.isoformat()}
        return
    span = {"from": at.isoformat(), "to": leave.to_at.isoformat()}
    yield at, {"do": "leave", "destination": leave.places[0], "decision": "approved", **span}
    if leave.ended_at is not None and at < leave.ended_at < until:
        yield leave.ended_at, {"do": "returned"}
