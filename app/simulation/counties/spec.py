"""What a made-up county is like: how many people, how long, and how much of everything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, tzinfo=LOCAL)

SCORED = (
    "left_area",
    "forbidden_zone",
    "left_zone",
    "lost_contact",
    "suspected_separation",
    "suspected_fake",
    "missed_check_in",
    "device_trouble",
    "leave_overdue",
)


@dataclass(frozen=True)
class Spec:
    """One county. `episodes` is the share of person-days on which something real happens; `without` names kinds of
    lines that are left out with all that would follow from them (`zone`, `leave`, `permit`, `carrier`). `spot_checks`
    are ordered a week and person, beside those that follow a missed check-in; with 0 officers order none at all.
    """

    subjects: int
    days: int
    seed: int
    offices: int = 1
    county: str = "330881"
    start: datetime = MONDAY
    ordered: float = 0.1
    episodes: float = 0.01
    spot_checks: float = 1.0
    without: frozenset[str] = frozenset()

    @property
    def end(self) -> datetime:
        """The instant at which the scenario stops."""
        return self.start + timedelta(days=self.days)

    def at(self, second: float) -> datetime:
        """The instant so many seconds after the start."""
        return self.start + timedelta(seconds=round(second))
