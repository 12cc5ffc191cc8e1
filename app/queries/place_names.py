"""From the name of a county, district or city, as a person writes it, to its code."""

from app.rules.errors import Refused
from app.store import outlines

DIGITS = 6


def code_of(written: str) -> str:
    """The 6-digit code of a unit by its whole name, or by the code itself.

    Refused `unknown_area` for what names no unit, `place_ambiguous` for what names several: then its code is needed.
    """
    if len(written) == DIGITS and written.isascii() and written.isdigit():
        return written
    units = outlines.units()
    found = {code for known in (units.counties, units.cities) for code, name in known.items() if name == written}
    if not found:
        raise Refused("unknown_area", fields={"destinations": "unknown_area"})
    if len(found) > 1:
        raise Refused("place_ambiguous", fields={"destinations": "place_ambiguous"})
    return found.pop()
