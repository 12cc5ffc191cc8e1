"""Times for the placeholders of sentences: instants in ISO format, which `rules.wording` shows as local times."""

from datetime import datetime
from functools import lru_cache

from app.rules.calendar import SHANGHAI, last_day_before, legal_day, minute_of_day


@lru_cache(maxsize=1024)  # a whole class of subjects shares its windows, and thousands of them fall due at once
def window(opens_at: datetime, due_at: datetime) -> tuple[tuple[str, str], ...]:
    """`opens` with its day; `due` as a time of the same day where it is one: `10:00`, at the end of the day `24:00`."""
    same_day = last_day_before(due_at) == legal_day(opens_at)
    ends = "24:00" if minute_of_day(due_at) == 0 else f"{due_at.astimezone(SHANGHAI):%H:%M}"
    return ("opens", moment(opens_at)), ("due", ends if same_day else last_moment(due_at))


def last_moment(due_at: datetime) -> str:
    """A deadline at the end of a day as that day, `2026-03-12`, another one as an instant."""
    return last_day_before(due_at).isoformat() if minute_of_day(due_at) == 0 else moment(due_at)


def moment(at: datetime) -> str:
    """An instant to the minute: `2026-03-02T08:00+08:00`."""
    return at.astimezone(SHANGHAI).isoformat(timespec="minutes")
