"""The weekly hours at which somebody has to stay inside a zone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from typing import Any

from app.rules.bounds import WeeklyHours
from app.rules.errors import Refused

WEEKDAYS = frozenset(range(1, 8))
"""1 is Monday."""
MOST_WINDOWS = 28
DAY_MINUTES = 24 * 60


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


def meet(one: Sequence[WeeklyHours], other: Sequence[WeeklyHours]) -> bool:
    """Whether some minute of a week falls into both; without hours every minute does."""
    minutes = set(_minutes(one)) if one else None
    return minutes is None or not other or any(minute in minutes for minute in _minutes(other))


def _minutes(hours: Sequence[WeeklyHours]) -> Iterator[int]:
    """The minutes of a week, from Monday's midnight on; a window over Sunday's midnight goes on on Monday."""
    for each in hours:
        begins, ends = (at.hour * 60 + at.minute for at in (each.from_time, each.to_time))
        for day in each.weekdays:
            for minute in range(begins, ends if ends > begins else ends + DAY_MINUTES):
                yield ((day - 1) * DAY_MINUTES + minute) % (7 * DAY_MINUTES)


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
