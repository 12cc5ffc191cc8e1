"""The weekly hours at which somebody has to stay inside a zone."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from app.rules.bounds import WeeklyHours
from app.rules.errors import Refused

WEEKDAYS = frozenset(range(1, 8))
"""1 is Monday."""
MOST_WINDOWS = 28


def read_hours(given: Sequence[Mapping[str, Any]]) -> tuple[WeeklyHours, ...]:
    """Hours as they are entered: `{"weekdays": [1, 2], "from": "22:00", "to": "06:00"}`, by local clocks.

    Refused without weekdays, with one that there is not, with what is no time of day, where a window has no length (a
    zone without hours holds all day), and where there are more than four windows for each day.
    """
    if len(given) > MOST_WINDOWS:
        raise Refused("zone_hours_many", fields={"hours": "zone_hours_many"})
    return tuple(_window(each) for each in given)


def as_json(hours: Sequence[WeeklyHours]) -> list[dict[str, Any]]:
    """The same, as it is stored and answered."""
    return [
        {"weekdays": sorted(each.weekdays), "from": f"{each.from_time:%H:%M}", "to": f"{each.to_time:%H:%M}"}
        for each in hours
    ]


def _window(given: Mapping[str, Any]) -> WeeklyHours:
    weekdays = frozenset(given["weekdays"])
    if not weekdays or not weekdays <= WEEKDAYS:
        raise Refused("zone_hours_weekdays", fields={"hours": "zone_hours_weekdays"})
    from_time, to_time = _time(given["from"]), _time(given["to"])
    if from_time == to_time:
        raise Refused("zone_hours_empty", fields={"hours": "zone_hours_empty"})
    return WeeklyHours(weekdays, from_time, to_time)


def _time(given: str) -> time:
    """Such as `22:00`. Whoever means midnight writes `00:00`."""
    try:
        read = time.fromisoformat(given)
    except ValueError:
        read = None
    if read is None or len(given) != len("22:00"):
        raise Refused("zone_hours_time", fields={"hours": "zone_hours_time"})
    return read
