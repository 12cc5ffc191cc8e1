"""What may stand in a field of a scenario line, and the sentence where something else does."""

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any

Reader = Callable[[Any], Any]


class BadField(Exception):
    """A value that does not fit; the message says what would."""


def word(value: Any) -> str:
    """A name or a code: text that is not empty."""
    if not isinstance(value, str) or not value or len(value) > 200:
        raise BadField("should be a short text")
    return value


def words(value: Any) -> list[str]:
    """A list of names, at least one."""
    if not isinstance(value, list) or not value:
        raise BadField("should be a list with at least one name")
    return [word(each) for each in value]


def text(value: Any) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise BadField("should be text")
    return value


def instant(value: Any) -> datetime:
    """RFC 3339 with offset."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadField("should be a time such as 2026-03-02T08:00:00+08:00") from None
    if at.tzinfo is None:
        raise BadField("should be a time with its offset, such as +08:00")
    return at


def day(value: Any) -> str:
    """A date, or an instant of which the date is taken."""
    try:
        return datetime.fromisoformat(value).date().isoformat()
    except (TypeError, ValueError):
        raise BadField("should be a date such as 2026-03-02") from None


def flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise BadField("should be true or false")
    return value


def number(low: float, high: float) -> Reader:
    """A number in [low, high]."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise BadField(f"should be a number from {low:g} to {high:g}")
        return value

    return read


def one_of(*values: str) -> Reader:
    """One of a closed set."""

    def read(value: Any) -> str:
        if value not in values:
            raise BadField(f"should be one of {', '.join(values)}")
        return str(value)

    return read


def place(value: Any) -> Mapping[str, float]:
    """`{"lon": …, "lat": …}` in degrees."""
    if not isinstance(value, Mapping) or set(value) != {"lon", "lat"}:
        raise BadField('should be {"lon": …, "lat": …}')
    return {"lon": LON(value["lon"]), "lat": LAT(value["lat"])}


def circle(value: Any) -> Mapping[str, float]:
    """`{"lon": …, "lat": …, "radius_m": …}`."""
    if not isinstance(value, Mapping) or set(value) != {"lon", "lat", "radius_m"}:
        raise BadField('should be {"lon": …, "lat": …, "radius_m": …}')
    return {"lon": LON(value["lon"]), "lat": LAT(value["lat"]), "radius_m": number(1, 50_000)(value["radius_m"])}


def polygon(value: Any) -> Mapping[str, Any]:
    """A GeoJSON Polygon or MultiPolygon; what is wrong with its rings the service itself tells."""
    if not isinstance(value, Mapping) or value.get("type") not in {"Polygon", "MultiPolygon"}:
        raise BadField("should be a GeoJSON Polygon or MultiPolygon")
    return dict(value)


def chance(value: Any) -> float:
    """`always`, `never`, or a probability, as a probability."""
    if value in {"always", "never"}:
        return 1.0 if value == "always" else 0.0
    return float(number(0, 1)(value))


def delay(value: Any) -> tuple[float, float]:
    """`{"min": …, "max": …}` in seconds."""
    if not isinstance(value, Mapping) or set(value) != {"min", "max"}:
        raise BadField('should be {"min": …, "max": …} in seconds')
    low, high = (float(number(0, 86_400)(value[key])) for key in ("min", "max"))
    if low > high:
        raise BadField("should have a min that is not above its max")
    return low, high


def path(value: Any) -> tuple[tuple[datetime, float, float, float], ...]:
    """A list of `[time, lon, lat, accuracy_m]`, in the order of time."""
    if not isinstance(value, list) or not value:
        raise BadField("should be a list of [time, lon, lat, accuracy_m]")
    points = tuple(_point(item) for item in value)
    if any(later[0] < earlier[0] for earlier, later in pairwise(points)):
        raise BadField("should be in the order of time")
    return points


def _point(item: Any) -> tuple[datetime, float, float, float]:
    if not isinstance(item, list) or len(item) != 4:
        raise BadField("should be a list of [time, lon, lat, accuracy_m]")
    return instant(item[0]), LON(item[1]), LAT(item[2]), ACCURACY(item[3])


LON = number(-180, 180)
LAT = number(-90, 90)
ACCURACY = number(0, 1_000_000)
