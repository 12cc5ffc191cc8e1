"""Boundaries as files bring them: squares where counties are."""

import json
from typing import Any

from tests.builders.zones import TOWN, a_collection, a_feature, a_square

JIANGSHAN = "330881"


def a_unit(
    code: str = JIANGSHAN,
    name: str = "江山市",
    *,
    level: str | None = "county",
    geometry: dict[str, Any] | None = None,
    half: float = 0.2,
) -> dict[str, Any]:
    """A feature of such a file; a square around the town unless told otherwise."""
    properties = {"adcode": code, "name": name, **({"level": level} if level else {})}
    return a_feature(geometry or a_square(*TOWN, half), **properties)


def a_boundary_file(*features: dict[str, Any]) -> bytes:
    return json.dumps(a_collection(*features), ensure_ascii=False).encode()
