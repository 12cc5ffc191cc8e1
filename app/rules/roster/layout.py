"""Where the columns of a roster are: found by their headings, in any order, under any title."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.rules.roster.cells import Cell
from app.rules.roster.faults import Fault, column_letter
from app.rules.wording.roster import HEADINGS, REQUIRED

TITLE_ROWS = 10
"""Within so many rows the headings are looked for; above them stands what the table is called."""
TOLD_AS = {"name", "id_number"}
"""Fields by which a row is known to hold the headings."""

_BRACKETS = re.compile(r"\([^()]*\)|[\s*::]")


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file: its rows that hold anything, each with its number in the file."""

    rows: Sequence[tuple[int, Sequence[Cell]]]


@dataclass(frozen=True)
class Layout:
    """The row of the headings, the column (from 0) of each field, and the headings that nothing is read from."""

    row: int
    columns: Mapping[str, int]
    ignored: tuple[str, ...]
    faults: tuple[Fault, ...]


def layout(sheet: Sheet) -> Layout | None:
    """How the sheet is laid out; None where no row among its first holds the headings of a roster."""
    for row, cells in sheet.rows[:TITLE_ROWS]:
        known = [(index, _field(cell)) for index, cell in enumerate(cells)]
        if {field for _, field in known} >= TOLD_AS:
            return _laid_out(row, cells, [(index, field) for index, field in known if field])
    return None


def _laid_out(row: int, cells: Sequence[Cell], known: Sequence[tuple[int, str]]) -> Layout:
    columns: dict[str, int] = {}
    faults = []
    for index, field in known:
        if columns.setdefault(field, index) != index:
            faults.append(Fault(row, column_letter(index), field, "column_repeated", of_heading=True))
    faults += [Fault(row, None, field, "column_missing", of_heading=True) for field in REQUIRED if field not in columns]
    taken = {index for index, _ in known}
    ignored = tuple(_shown(cell) for index, cell in enumerate(cells) if index not in taken and _shown(cell))
    return Layout(row, columns, ignored, tuple(faults))


def _field(cell: Cell) -> str | None:
    """The field that a heading names. Brackets after it (such as 必填) and blanks within do not count."""
    if not isinstance(cell, str):
        return None
    return _FIELDS.get(_bare(cell))


def _bare(heading: str) -> str:
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", heading))


def _shown(cell: Cell) -> str:
    """A heading as it is told again: short, on one line."""
    return " ".join(cell.split())[:20] if isinstance(cell, str) else ""


_FIELDS = {_bare(word): field for field, words in HEADINGS.items() for word in words}
