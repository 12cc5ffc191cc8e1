"""Who looked at somebody's data: which acts are readings, and the month that a sheet of them covers."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from app.rules.calendar import add_months, legal_day, start_of_day

READS = (
    "subjects.read",
    "tracks.read",
    "tracks.read_last",
    "photos.read",
    "attachments.read",
    "identity.reveal",
    "facts.read",
    "facts.reveal",
    "visits.read",
    "talks.read",
    "records.paper",
    "samples.look",
    "visit_points.read",
    "red_list.read",
    "weekly_reviews.read",
    "searches.read",
    "searches.paper",
    "groups.read",
    "plans.read",
    "access_log.read",
    "map.read",
)
"""Acts that showed somebody's file, place, picture or identity number, and changed nothing [PIPL 44, 45]."""

MAP_READ = "map.read"
"""One act for a map with the last positions of a whole office: it stands in the sheet of each person who was in it."""

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 1)


@dataclass(frozen=True)
class Month:
    """A local calendar month in Asia/Shanghai."""

    first: date

    @classmethod
    def containing(cls, at: datetime) -> Self:
        """The month in which an instant lies."""
        return cls(legal_day(at).replace(day=1))

    @classmethod
    def read(cls, text: str) -> Self:
        """Of `2026-03`; ValueError for anything else, and for years before 2000 or after 2099."""
        first = date.fromisoformat(f"{text}-01")
        if len(text) != len("2026-03") or not FIRST <= first <= LAST:
            raise ValueError(text)
        return cls(first)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def from_at(self) -> datetime:
        """Its beginning, in UTC."""
        return start_of_day(self.first)

    @property
    def until(self) -> datetime:
        """Its exclusive end, in UTC."""
        return start_of_day(add_months(self.first, 1))

    @property
    def before(self) -> Self:
        """The month before."""
        return type(self)((self.first - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> Self:
        """The month after."""
        return type(self)(add_months(self.first, 1))
