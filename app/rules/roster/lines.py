"""The lines of a roster: each cell read, each fault kept with its place, repeats found within the file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.rules.errors import Refused
from app.rules.facts import Category, Channel, SupervisionClass
from app.rules.roster.cells import READERS, Cell, is_empty
from app.rules.roster.faults import Fault, column_letter
from app.rules.roster.layout import Layout, Sheet, layout
from app.rules.wording.roster import REQUIRED

MOST_LINES = 10_000


@dataclass(frozen=True)
class Line:
    """Somebody on the roster. Office and officer are named as the file names them; what was left empty is None."""

    row: int
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    category: Category
    class_: SupervisionClass
    channel: Channel
    office: str | None = None
    officer: str | None = None
    subject_no: str | None = None
    sex: str | None = None
    birth_date: date | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    term_from: date | None = None
    term_to: date | None = None
    home_address: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Reading:
    """What a file says. `lines` are those without a fault of their own; `rows` counts all that hold anything."""

    rows: int
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...]
    columns: Mapping[str, int]

    def fault(self, line: Line, at: str, code: str, params: Mapping[str, object] | None = None) -> Fault:
        """A fault found later in a line: in the column of that field, or in none where the file has none."""
        index = self.columns.get(at)
        return Fault(line.row, None if index is None else column_letter(index), at, code, params or {})


def read(sheets: Sequence[Sheet]) -> Reading:
    """Read the first sheet that is a roster.

    Refused `roster_empty` where none is, `roster_no_rows` where nothing stands under the headings, and
    `roster_too_large` for more than `MOST_LINES` people: they would wait in one transaction.
    """
    sheet, found = _roster(sheets)
    rows = [(row, cells) for row, cells in sheet.rows if row > found.row and not all(map(is_empty, cells))]
    if not rows:
        raise Refused("roster_no_rows")
    if len(rows) > MOST_LINES:
        raise Refused("roster_too_large")
    if found.faults:
        return Reading(len(rows), (), found.faults, found.ignored, found.columns)
    lines: list[Line] = []
    faults: list[Fault] = []
    for row, cells in rows:
        values, wrong = _values(row, cells, found)
        faults += wrong
        if not wrong:
            lines.append(_line(row, values))
    reading = Reading(len(rows), tuple(lines), tuple(faults), found.ignored, found.columns)
    repeats = (
        *_repeats(reading, "id_number", "cell_number_repeated"),
        *_repeats(reading, "subject_no", "cell_subject_no_repeated"),
    )
    return Reading(reading.rows, reading.lines, (*faults, *repeats), reading.ignored, reading.columns)


def _roster(sheets: Sequence[Sheet]) -> tuple[Sheet, Layout]:
    for sheet in sheets:
        found = layout(sheet)
        if found is not None:
            return sheet, found
    raise Refused("roster_empty")


def _values(row: int, cells: Sequence[Cell], found: Layout) -> tuple[dict[str, Any], list[Fault]]:
    """What a row says by field, and its faults; a field whose cell is empty is left out."""
    values: dict[str, Any] = {}
    faults = []
    for at, index in found.columns.items():
        cell = cells[index] if index < len(cells) else None
        code, params = None, {}
        if is_empty(cell):
            code = "cell_missing" if at in REQUIRED else None
        else:
            try:
                values[at] = READERS[at](cell)
            except Refused as refused:
                code, params = refused.code, refused.params
        if code:
            faults.append(Fault(row, column_letter(index), at, code, params))
    return values, faults


def _line(row: int, values: dict[str, Any]) -> Line:
    codes = {
        "category": Category(values["category"]),
        "class_": SupervisionClass(values["class_"]),
        "channel": Channel(values["channel"]),
    }
    return Line(row, **values | codes)


def _repeats(reading: Reading, at: str, code: str) -> Iterable[Fault]:
    """Lines that name somebody, or something, which an earlier line named."""
    first: dict[str, int] = {}
    for line in reading.lines:
        value = getattr(line, at)
        if value is not None and first.setdefault(value, line.row) != line.row:
            yield reading.fault(line, at, code, {"row": first[value]})
