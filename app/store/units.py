"""Administrative units on disk, province by province: where a province has any, they and not the package's outlines
say which units there are, when, and with which boundaries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, func, select

from app.models.area import Area
from app.rules.areas import CITY, COUNTY, LEVELS, NAMED_CITY, PROVINCE, PermittedUnits, Units, permitted_units
from app.rules.errors import Refused


@dataclass(frozen=True, slots=True)
class Unit:
    """One version of an administrative unit, in force from `from_at` until `until`, exclusive; None is open."""

    id: UUID
    kind: str
    code: str
    name: str
    source: str
    from_at: datetime | None
    until: datetime | None

    def holds(self, at: datetime | None) -> bool:
        """Whether it is in force at that instant; None is the beginning of all time."""
        if at is None:
            return self.from_at is None
        return (self.from_at is None or self.from_at <= at) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Made:
    """A permitted area as units make it up for a time."""

    permitted: PermittedUnits
    members: tuple[UUID, ...]
    source: str
    from_at: datetime | None
    until: datetime | None


def on_record(tx: Connection, code: str) -> list[Unit]:
    """All versions of all units of the province in which `code` lies, without their boundaries. One query.

    Empty where none of that province was ever loaded or imported.
    """
    rows = tx.execute(
        select(Area.id, Area.kind, Area.code, Area.name, Area.source, Area.in_force)
        .where(Area.kind.in_(LEVELS), func.left(Area.code, 2) == code[:2])
        .order_by(Area.code, Area.kind, Area.in_force)
    )
    return [
        Unit(row.id, row.kind, row.code, row.name, row.source, row.in_force.lower, row.in_force.upper)
        for row in rows
        if not row.in_force.isempty
    ]


def names(units: Sequence[Unit], at: datetime | None) -> Units:
    """The names in force at an instant, as the rule that makes up permitted areas wants them.

    A municipality given as a province only is a city too; a city without any district is of county level too.
    """
    held = [unit for unit in units if unit.holds(at)]
    counties = {unit.code: unit.name for unit in held if unit.kind == COUNTY}
    cities = {unit.code: unit.name for unit in held if unit.kind == CITY}
    for unit in held:
        if unit.kind == PROVINCE and unit.name.endswith(NAMED_CITY):
            cities.setdefault(unit.code, unit.name)
    with_counties = {code[:4] for code in counties} | {code[:2] + "00" for code in counties}
    counties |= {code: name for code, name in cities.items() if code[:4] not in with_counties}
    return Units(cities, counties)


def versions_of(code: str, units: Sequence[Unit]) -> list[Made]:
    """What a permitted area is made of from when until when, by all versions of a province's units, oldest first.

    Times for which the units do not make it up (a county that is a district since) are left out.
    """
    bounds = {unit.from_at for unit in units} | {unit.until for unit in units if unit.until is not None}
    starts = sorted(bounds, key=lambda at: (at is not None, at.timestamp() if at else 0))
    found: list[Made] = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        made = _made(code, units, start, end)
        last = found[-1] if found else None
        if made and last and last.members == made.members and last.until == start:
            found[-1] = Made(last.permitted, last.members, last.source, last.from_at, end)
        elif made:
            found.append(made)
    return found


def made_at(code: str, units: Sequence[Unit], at: datetime, until: datetime | None) -> Made | None:
    """What makes a permitted area up from `at` until `until`; None where the units in force then do not."""
    return _made(code, units, at, until)


def _made(code: str, units: Sequence[Unit], at: datetime | None, until: datetime | None) -> Made | None:
    try:
        permitted = permitted_units(code, names(units, at))
    except Refused:
        return None
    if permitted.code != code:
        return None
    best: dict[str, Unit] = {}
    for unit in units:
        if unit.holds(at) and unit.code in permitted.units and (unit.code not in best or unit.kind == COUNTY):
            best[unit.code] = unit
    members = [best[each] for each in permitted.units]
    sources = "; ".join(sorted({unit.source for unit in members}))
    return Made(permitted, tuple(unit.id for unit in members), sources, at, until)
