"""The audit as tables for a file: one line for each of what it is counted by, and one for each duty."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from app.queries.oversight import Asked, By
from app.queries.oversight_names import Named
from app.queries.oversight_rows import AuditedDuty
from app.rules.calendar import SHANGHAI, last_day_before
from app.rules.oversight import NO_CLASS, NOBODY, Counts, Figure, Unit, buckets, counted, summed
from app.rules.wording import oversight as words
from app.rules.wording.duties import STATES

Cells = tuple[str | int | None, ...]

FIGURES = tuple(Figure(figure) for figure in words.FIGURES)


class Sums:
    """Adds duties up as they pass, so that the sums of a file are those of the rows in it."""

    def __init__(self, asked: Asked, by: By, unit: Unit) -> None:
        self.lines: dict[Any, Counts] = defaultdict(Counts)
        self._by = by
        self._parts = {}
        for part in buckets(asked.span, unit) if by is By.PERIOD else ():
            for ordinal in range(part.from_day.toordinal(), part.to_day.toordinal() + 1):
                self._parts[date.fromordinal(ordinal)] = part

    def passing(self, rows: Iterable[AuditedDuty]) -> Iterator[AuditedDuty]:
        """The same rows, counted."""
        for row in rows:
            self.lines[self._key(row)] += counted(row.state, row.proof, 1)
            yield row

    def _key(self, row: AuditedDuty) -> Any:
        match self._by:
            case By.OFFICE:
                return row.office_id
            case By.OFFICER:
                return row.officer_id or NOBODY
            case By.ITEM:
                return row.item
            case By.CLASS:
                return row.class_ or NO_CLASS
            case By.PERIOD:
                return self._parts[last_day_before(row.due_at)]


def sum_head(by: By) -> tuple[str, ...]:
    """What stands above the sums."""
    return (words.BY[by], *words.FIGURES.values())


def sum_rows(lines: Mapping[Any, Counts], asked: Asked, by: By, unit: Unit, named: Named) -> Iterator[Cells]:
    """One line each, those of the page in its order, and their sum."""
    for key, counts in in_order(lines, asked, by, unit, named):
        yield (named.of(by, key, unit), *_numbers(counts))
    yield (words.TOTAL, *_numbers(summed(lines.values())))


def in_order(lines: Mapping[Any, Counts], asked: Asked, by: By, unit: Unit, named: Named) -> list[tuple[Any, Counts]]:
    """The lines as they are read everywhere: offices as in the tree, parts by time, the rest by name.

    Offices and parts that owed nothing are lines too.
    """
    keys: list[Any] = list(lines)
    if by is By.OFFICE:
        keys = [*named.offices, *(key for key in lines if key not in named.offices)]
    elif by is By.PERIOD:
        keys = list(buckets(asked.span, unit))
    else:
        keys.sort(key=lambda key: (named.of(by, key), str(key)))
    return [(key, lines.get(key, Counts())) for key in keys]


def figures_of(counts: Counts) -> tuple[tuple[str, int], ...]:
    """The figures by their codes, in the order in which they are read."""
    return tuple((figure.value, counts.of(figure)) for figure in FIGURES)


def _numbers(counts: Counts) -> tuple[int, ...]:
    return tuple(number for _, number in figures_of(counts))


def row_cells(row: AuditedDuty, named: Named) -> Cells:
    """One duty under `words.ROW_HEAD`."""
    title = named.items[row.item].title if row.item in named.items else words.KINDS[row.kind]
    return (
        *(row.office_name, row.officer_name or words.NOBODY_NAMED, row.subject_no, row.subject_name),
        *(row.item, title, words.KINDS[row.kind], words.CLASSES[row.class_ or NO_CLASS]),
        *(_local(row.opens_at), _local(row.due_at), _local(row.fulfilled_at), STATES[row.state]),
        *(words.PROOFS[row.proof] if row.proof else None, row.waive_reason, str(row.id)),
    )


def _local(at: datetime | None) -> str | None:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else None
