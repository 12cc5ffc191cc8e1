"""Administrative units out of an official GeoJSON file: each with adcode, name, level and boundary, or its fault."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.rules.areas import CITY, COUNTY, LEVELS, PROVINCE
from app.rules.errors import Refused
from app.rules.shapes import Polygon, read_polygons
from app.rules.wording.areas import CODE_KEYS, LEVEL_KEYS, LEVEL_WORDS, NAME_KEYS

MOST_POINTS = 2_000_000
"""Of one unit: official boundaries at 1:10,000 stay well below."""
ADCODE = re.compile(r"(?:156)?([1-8]\d{5})(?:0{6})?")
"""Six digits; some files put the country's number before, or the twelve digits of the statistical code."""


@dataclass(frozen=True)
class SentUnit:
    """One unit of a file: `n` is its feature's number, from 1; polygons are as sent."""

    n: int
    level: str
    code: str
    name: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True)
class AreaFault:
    """What is wrong with a feature (`n` from 1, 0: the whole file) or with a unit that is not in the file."""

    n: int
    code: str
    unit: str | None = None


@dataclass(frozen=True)
class BoundaryFile:
    """What a file holds; with any fault, nothing of it is imported."""

    units: tuple[SentUnit, ...]
    faults: tuple[AreaFault, ...]


def read_units(collection: object) -> BoundaryFile:
    """The units of a FeatureCollection, and every fault with the number of its feature."""
    features = collection.get("features") if isinstance(collection, Mapping) else None
    if not isinstance(collection, Mapping) or collection.get("type") != "FeatureCollection":
        return BoundaryFile((), (AreaFault(0, "area_file_unfit"),))
    if not isinstance(features, list) or not features:
        return BoundaryFile((), (AreaFault(0, "area_file_unfit"),))
    units: list[SentUnit] = []
    faults: list[AreaFault] = []
    seen: set[tuple[str, str]] = set()
    for n, feature in enumerate(features, start=1):
        try:
            unit = _unit(n, feature)
        except Refused as refused:
            faults.append(AreaFault(n, refused.code))
            continue
        if (unit.level, unit.code) in seen:
            faults.append(AreaFault(n, "area_twice", unit.code))
        seen.add((unit.level, unit.code))
        units.append(unit)
    return BoundaryFile(_with_levels(units), tuple(faults))


def level_of(code: str) -> str:
    """The level that an adcode tells by its zeros; a city without districts reads as a city, and is one."""
    return PROVINCE if code.endswith("0000") else CITY if code.endswith("00") else COUNTY


def _unit(n: int, feature: object) -> SentUnit:
    told = feature.get("properties") if isinstance(feature, Mapping) else None
    properties: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    found = ADCODE.fullmatch(str(_first(properties, CODE_KEYS) or ""))
    if found is None:
        raise Refused("area_code_unfit")
    name = str(_first(properties, NAME_KEYS) or "").replace("\0", "").strip()
    if not name:
        raise Refused("area_name_missing")
    code = found[1]
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    return SentUnit(n, _level(properties, code), code, name, read_polygons(geometry, most_points=MOST_POINTS))


def _level(properties: Mapping[str, Any], code: str) -> str:
    """As the file says, if the adcode allows it: a city without districts may be given as of county level too."""
    told = _first(properties, LEVEL_KEYS)
    by_code = level_of(code)
    if told is None:
        return by_code
    level = LEVEL_WORDS.get(str(told))
    allowed = {PROVINCE: {PROVINCE, CITY}, CITY: {CITY, COUNTY}, COUNTY: {COUNTY, CITY}}[by_code]
    if level not in LEVELS or level not in allowed:
        raise Refused("area_level_unfit")
    return level


def _with_levels(units: list[SentUnit]) -> tuple[SentUnit, ...]:
    """A county-level city that a file tells among the cities is of county level, unless the file tells it twice."""
    counties = {unit.code for unit in units if unit.level == COUNTY}
    return tuple(
        replace(unit, level=COUNTY) if level_of(unit.code) == COUNTY else unit
        for unit in units
        if unit.level == COUNTY or unit.code not in counties or level_of(unit.code) != COUNTY
    )


def _first(properties: Mapping[str, Any], keys: tuple[str, ...]) -> object:
    return next((properties[key] for key in keys if properties.get(key) not in (None, "")), None)
