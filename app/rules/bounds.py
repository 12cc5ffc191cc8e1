"""What bounds where a person may be: zones and leave, as facts that several rooms share."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID


class ZoneKind(StrEnum):
    """`forbidden`: may not be entered (禁止令). `stay_inside`: may not be left, at the zone's hours."""

    FORBIDDEN = "forbidden"
    STAY_INSIDE = "stay_inside"


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """From `from_time` to `to_time` by local clocks, on these weekdays (1 is Monday); over midnight where `to` is not
    later than `from`, and then the weekday is the one on which it begins.
    """

    weekdays: frozenset[int]
    from_time: time
    to_time: time


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone of one person. Without `hours` it holds at every hour from `from_at` until `until` (None: no end)."""

    id: UUID
    subject_id: UUID
    kind: ZoneKind
    name: str
    from_at: datetime
    until: datetime | None
    hours: tuple[WeeklyHours, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovedLeave:
    """An approved absence: between the two instants the person may be at the destinations and on the way there.

    `destinations` are 6-digit adcodes, each meaning the permitted area of somebody who lives there. `frequent` is a
    permit for frequent travel between counties (经常性跨市、县活动) [Law 27].
    """

    id: UUID
    subject_id: UUID
    from_at: datetime
    until: datetime
    destinations: tuple[str, ...]
    frequent: bool = False
