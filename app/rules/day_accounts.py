"""Were all checks of a day made? Yes, no, or it cannot be told."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.rules.calendar import end_of_day, legal_day
from app.rules.facts import DayVerdict

READY_AFTER = timedelta(minutes=45)
"""A check-in that ends at midnight has half an hour of grace, and is judged 30 s later."""

LOOK_BACK_DAYS = 7
"""A day that was left undone is looked at again for so long: late evidence and a late scheduler mend it."""


@dataclass(frozen=True)
class DayCounts:
    """What a day's checks came to. All but the first two must be 0 for "yes".

    `due`: duties whose end fell into the day; `judged`: those that were decided, one way or the other; `unjudged`:
    those that the service could not decide because it was away; `left`: those past and still open; `silences_left`,
    `positions_left`, `steps_left`: silences not looked at, positions not judged, alerts whose step was not taken.
    """

    due: int = 0
    judged: int = 0
    unjudged: int = 0
    left: int = 0
    silences_left: int = 0
    positions_left: int = 0
    steps_left: int = 0

    @property
    def missing(self) -> int:
        """How many checks were not made."""
        return self.unjudged + self.left + self.silences_left + self.positions_left + self.steps_left


def days_to_account(now: datetime) -> tuple[date, ...]:
    """The days whose account can be made, the newest first."""
    today = legal_day(now)
    days = [today - timedelta(days=back) for back in range(1, LOOK_BACK_DAYS + 1)]
    return tuple(day for day in days if end_of_day(day) + READY_AFTER <= now)


def verdict(counts: DayCounts, *, served: bool) -> DayVerdict:
    """`served`: whether a scheduler ever ran before the end of the day. Before that nothing can be told of a day."""
    if not served:
        return DayVerdict.CANNOT_TELL
    return DayVerdict.NOT_MADE if counts.missing else DayVerdict.MADE
