"""Which administrative units make up the area that a subject may not leave without leave.

To leave means to leave one's city or county. For a city with districts (设区的市, 直辖市) "city" is its urban area, so
that going from one 区 to another is not leaving. A county, or a county-level city, stands by itself [Law 27; Measures
26, read in a summary only].
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.rules.errors import Refused

PROVINCE, CITY, COUNTY = "province", "city", "county"
LEVELS = (PROVINCE, CITY, COUNTY)
"""Of administrative units, from the top."""
NAMED_DISTRICT = "区"
NAMED_CITY = "市"
CITY_ZEROS = "00"
MUNICIPALITY_ZEROS = "0000"


@dataclass(frozen=True)
class Units:
    """Names by 6-digit adcode (GB/T 2260): of prefecture level (and the municipalities), and of county level.

    A city without any district stands in both.
    """

    cities: Mapping[str, str]
    counties: Mapping[str, str]


@dataclass(frozen=True)
class PermittedUnits:
    """A permitted area: the code that names it, its name, and the units of county level whose union it is."""

    code: str
    name: str
    units: tuple[str, ...]


def permitted_units(code: str, units: Units) -> PermittedUnits:
    """What may not be left by somebody who lives in the unit `code`.

    A 区 gives the union of all units of its city that are named 区, and so does the code of that city; whatever else
    is of county level is itself. Refused `unknown_area` for a province, a prefecture without districts, and any code
    that names no unit.
    """
    city = _city_of(code, units)
    name = units.counties.get(code)
    if name and (city is None or not name.endswith(NAMED_DISTRICT)):
        return PermittedUnits(code, name, (code,))
    if city is None or (name is None and code != city):
        raise Refused("unknown_area", fields={"permitted_area": "unknown_area"})
    return PermittedUnits(city, f"{units.cities[city]}市区", _districts(city, units))


def place_name(county: str, city: str | None, province: str | None) -> str:
    """How people name a place by the county in which it lies: `浙江省江山市`, `浙江省杭州市西湖区`, `北京市朝阳区`.

    The city is named where the county is one of its districts: 鼓楼区 there are several of in one province.
    """
    named = [province] if province else []
    if county.endswith(NAMED_DISTRICT) and city and city not in (province, county):
        named.append(city)
    return "".join([*named, county]) if county != province else county


def _city_of(code: str, units: Units) -> str | None:
    """The city with districts to which a unit belongs, or that the code itself names."""
    for city in (code[:2] + MUNICIPALITY_ZEROS, code[:4] + CITY_ZEROS):
        if units.cities.get(city, "").endswith(NAMED_CITY) and city not in units.counties:
            return city
    return None


def _districts(city: str, units: Units) -> tuple[str, ...]:
    significant = city.removesuffix(MUNICIPALITY_ZEROS).removesuffix(CITY_ZEROS)
    return tuple(
        sorted(
            code
            for code, name in units.counties.items()
            if code.startswith(significant) and name.endswith(NAMED_DISTRICT)
        )
    )
