"""Places outside the county to which people travel with leave."""

from functools import lru_cache
from json import loads
from random import Random

from shapely.geometry import shape

from app.rules.areas import permitted_units
from app.simulation.counties.ground import Ground, NoPlaceError, Spot, flat, ground_of
from app.store import outlines

WELL_INSIDE_M = 600.0


@lru_cache(maxsize=4)
def neighbours(code: str) -> tuple[str, ...]:
    """The other units of the same city, or of the same province where it has none."""
    known = outlines.units()
    own = set(permitted_units(code, known).units)
    for reach in (4, 2):
        found = tuple(sorted(other for other in known.counties if other[:reach] == code[:reach] and other not in own))
        if found:
            return found
    return ()


@lru_cache(maxsize=32)
def _unit(code: str, other: str) -> Ground:
    ground = ground_of(code)
    outline = shape(loads(outlines.county_outlines((other,))[0]))
    return Ground(other, ground.lon0, ground.lat0, flat(outline, ground.lon0, ground.lat0).buffer(-WELL_INSIDE_M))


def destination(code: str, own: Random, home: Spot) -> tuple[str, Spot]:
    """A unit that does not belong to the area of `code`, and a spot in it, rather near than far."""
    choices = neighbours(code)
    if not choices:
        raise NoPlaceError(code)
    drawn = [(other, _unit(code, other).somewhere(own)) for other in own.sample(choices, min(3, len(choices)))]
    return min(drawn, key=lambda found: (found[1][0] - home[0]) ** 2 + (found[1][1] - home[1]) ** 2)
