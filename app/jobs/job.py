"""What a job is: a name, a time, a function over the handle, a reason, and how old its last good run may grow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.deps import Deps

LOCAL = ZoneInfo("Asia/Shanghai")
Counts = Mapping[str, int]
"""What a run did: how many of each thing. `failed` counts the items that were left behind."""


@dataclass(frozen=True)
class Job:
    """One row of the table of jobs. It runs each `every`, or once a local day after `daily_at`."""

    name: str
    run: Callable[[Deps, datetime], Counts]
    why: str
    max_age: timedelta
    every: timedelta = timedelta(minutes=1)
    daily_at: time | None = None

    def due_since(self, now: datetime) -> datetime:
        """The instant since which a good run must have started, or else the job is due."""
        if self.daily_at is None:
            return now - self.every
        local = now.astimezone(LOCAL)
        slot = local.replace(hour=self.daily_at.hour, minute=self.daily_at.minute, second=0, microsecond=0)
        return slot if slot <= local else slot - timedelta(days=1)

    @property
    def rhythm(self) -> str:
        """When it runs, for people."""
        if self.daily_at is not None:
            return f"daily at {self.daily_at:%H:%M}"
        return f"every {self.every.total_seconds():g} s"
