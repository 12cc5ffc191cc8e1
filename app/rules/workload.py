"""Who is there to do what is owed on a day, and who covers for whoever is away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.rules.calendar import end_of_day, start_of_day


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works in an office; `away` are times without them, each [from, to)."""

    id: UUID
    name: str
    away: tuple[tuple[datetime, datetime], ...] = ()

    def works(self, day: date) -> bool:
        """Whether they are there for any part of the local day."""
        begins, ends = start_of_day(day), end_of_day(day)
        return not any(from_at <= begins and ends <= to_at for from_at, to_at in self.away)


@dataclass(frozen=True, slots=True)
class Cover:
    """Who does on a day what is one officer's: the officer, a colleague (`covering`), or nobody of the office."""

    officer_id: UUID | None
    by: UUID | None
    covering: bool


def there_on(day: date, staff: Iterable[Colleague]) -> dict[UUID, Colleague]:
    """Those of the staff who work on a day."""
    return {one.id: one for one in staff if one.works(day)}


def cover(officer_id: UUID | None, there: Mapping[UUID, Colleague], load: Mapping[UUID, int]) -> Cover:
    """The officer in charge where they are there; else the colleague who has least to do then, by name where several
    have; nobody where nobody is there, which is the county's to settle.
    """
    if officer_id in there:
        return Cover(officer_id, officer_id, covering=False)
    if not there:
        return Cover(officer_id, None, covering=True)
    least = min(there.values(), key=lambda one: (load.get(one.id, 0), one.name, str(one.id)))
    return Cover(officer_id, least.id, covering=True)


def is_alone(staff: Iterable[Colleague]) -> bool:
    """Whether an office has one person, or nobody: whoever is away leaves it empty."""
    return sum(1 for _ in staff) <= 1
