"""A month as it stood some days after its end: when it is taken, what it holds, and what changed since."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from app.rules.calendar import add_months, end_of_day_count, legal_day
from app.rules.oversight.figures import NO_CLASS, NOBODY, Counts, summed

MONTHS_BACK = 3
"""A month whose time passed while no scheduler ran is taken up to so many months late; it says when it was taken."""

FORM = 1

Content = Mapping[str, Any]
Key = TypeVar("Key")


@dataclass(frozen=True)
class Line:
    """The figures of one officer's people of one class with one item, in one office."""

    office_id: UUID
    officer_id: UUID
    item: str
    class_: str
    counts: Counts


def taken_from(month: date, write_within_days: int) -> datetime:
    """From when on a month may be taken: records of its last day may be written for so many days more (the policy)."""
    last_day = date.fromordinal(add_months(month, 1).toordinal() - 1)
    return end_of_day_count(last_day, write_within_days)


def months_to_take(now: datetime) -> tuple[date, ...]:
    """The months that are over and not older than MONTHS_BACK, the oldest first."""
    this = legal_day(now).replace(day=1)
    return tuple(add_months(this, -back) for back in range(MONTHS_BACK, 0, -1))


def content_of(lines: Iterable[Line]) -> dict[str, Any]:
    """The lines as they are kept, in an order of their own, with their sums."""
    ordered = sorted(lines, key=lambda line: (str(line.office_id), str(line.officer_id), line.item, line.class_))
    return {
        "form": FORM,
        "figures": [field.name for field in fields(Counts)],
        "lines": [
            [str(line.office_id), str(line.officer_id), line.item, line.class_, *astuple(line.counts)]
            for line in ordered
        ],
        "total": list(astuple(summed(line.counts for line in ordered))),
    }


def lines_of(content: Content) -> tuple[Line, ...]:
    """The lines of what was kept, by the names under which its figures were kept."""
    names = content["figures"]
    return tuple(
        Line(UUID(office), UUID(officer), item, class_, Counts(**dict(zip(names, numbers, strict=True))))
        for office, officer, item, class_, *numbers in content["lines"]
    )


def content_hash(content: Content) -> str:
    """SHA-256 over the content in one form: keys sorted, no space, signs as they are."""
    told = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Changed:
    """What one line was, is, and became more or less by."""

    then: Counts
    now: Counts

    @property
    def difference(self) -> Counts:
        """Now less then."""
        return self.now - self.then


def changed_lines(then: Mapping[Key, Counts], now: Mapping[Key, Counts]) -> dict[Key, Changed]:
    """Each line of either, with both."""
    return {key: Changed(then.get(key, Counts()), now.get(key, Counts())) for key in {**then, **now}}


def keyed(officer_id: UUID | None, class_: str | None) -> tuple[UUID, str]:
    """Officer and class as lines name them."""
    return officer_id or NOBODY, class_ or NO_CLASS
