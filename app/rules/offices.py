"""Where an office may stand in the tree."""

import re
from dataclasses import dataclass
from uuid import UUID

from app.rules.errors import Refused
from app.rules.facts import OfficeLevel

ADCODE = re.compile(r"[1-9][0-9]{5}")
JUSTICE_OFFICE_CODE = re.compile(r"[0-9A-Za-z-]{1,32}")

SIGNIFICANT = {OfficeLevel.PROVINCE: 2, OfficeLevel.CITY: 4, OfficeLevel.COUNTY: 6}
"""How many digits of an adcode (GB/T 2260) name a unit of that level; the rest are zeros."""

PARENTS: dict[OfficeLevel, frozenset[OfficeLevel]] = {
    OfficeLevel.PROVINCE: frozenset(),
    OfficeLevel.CITY: frozenset({OfficeLevel.PROVINCE}),
    OfficeLevel.COUNTY: frozenset({OfficeLevel.CITY, OfficeLevel.PROVINCE}),
    OfficeLevel.JUSTICE_OFFICE: frozenset({OfficeLevel.COUNTY}),
}
"""A county stands directly under its province where that is a municipality, or where the province governs it itself."""


@dataclass(frozen=True)
class Site:
    """One office in the tree; `path` joins the codes from the province down with dots."""

    id: UUID
    code: str
    level: OfficeLevel
    path: str


def path_under(parent: Site | None, level: OfficeLevel, code: str) -> str:
    """The path of a new office under `parent`. Refused where level or code do not fit it.

    Adcodes agree with the parent's in the digits that name it: 2 for a province, 4 for a city. Codes of justice
    offices are the county's own.
    """
    _refuse_parent(parent, level)
    _refuse_code(parent, level, code)
    return f"{parent.path}.{code}" if parent else code


def _refuse_parent(parent: Site | None, level: OfficeLevel) -> None:
    fitting = PARENTS[level]
    if (parent is None) != (not fitting) or (parent is not None and parent.level not in fitting):
        raise Refused("office_parent_unfit", fields={"parent_id": "office_parent_unfit"})


def _refuse_code(parent: Site | None, level: OfficeLevel, code: str) -> None:
    if level is OfficeLevel.JUSTICE_OFFICE:
        if not JUSTICE_OFFICE_CODE.fullmatch(code):
            raise Refused("office_code_unfit", fields={"code": "office_code_unfit"})
        return
    if not ADCODE.fullmatch(code) or not _names_a_unit(parent, level, code):
        raise Refused("adcode_unfit", fields={"code": "adcode_unfit"})
    if parent and code[: SIGNIFICANT[parent.level]] != parent.code[: SIGNIFICANT[parent.level]]:
        raise Refused("adcode_of_another", fields={"code": "adcode_of_another"})


def _names_a_unit(parent: Site | None, level: OfficeLevel, code: str) -> bool:
    if level is OfficeLevel.COUNTY and parent and parent.level is OfficeLevel.PROVINCE:
        return bool(code[2:].strip("0"))  # also a city without counties (441900), whose own agency acts as a county's
    significant = SIGNIFICANT[level]
    return not code[significant:].strip("0") and bool(code[significant - 2 : significant].strip("0"))
