"""The one door to openpyxl: rosters out of .xlsx and CSV files, cell by cell, and the template that offices fill in.

Nothing of a file is computed, fetched or kept. What it claims of its own size is checked before it is unpacked.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from app.rules.errors import Refused
from app.rules.roster import MOST_LINES, Cell, Formula, Sheet
from app.rules.wording import roster as words

LARGEST_FILE = 10 * 1024 * 1024
LARGEST_UNPACKED = 48 * 1024 * 1024
"""Ten thousand people fill less than a quarter. A part cannot yield more than it declares: zipfile stops there."""
MOST_PARTS = 500
MOST_SHEETS = 10
MOST_COLUMNS = 64
MOST_ROWS = 65_536
"""Rows of a sheet, empty ones too: whole columns of a sheet are often laid out with borders, and hold nothing."""
MOST_ROWS_ABOVE = 100
"""Titles, headings and notes that may stand in a sheet beside its people."""

ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
DAYS_1904 = 1462
KNOWN = (str, int, float, bool, date, datetime)
TEMPLATE_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sheets(content: bytes) -> tuple[Sheet, ...]:
    """The sheets of a file, told by what it holds and not by how it is called: .xlsx, or text with commas or tabs.

    Refused `roster_unreadable`, `roster_old_format` for .xls and for files with a password, `roster_too_large`.
    """
    if len(content) > LARGEST_FILE:
        raise Refused("roster_too_large")
    if content.startswith(OLD_EXCEL):
        raise Refused("roster_old_format")
    return _of_workbook(content) if content.startswith(ZIP) else _of_text(content)


def _of_workbook(content: bytes) -> tuple[Sheet, ...]:
    """Every sheet that is not hidden. Whatever openpyxl stumbles over makes the file one that cannot be read."""
    from openpyxl import load_workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    _refuse_bombs(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        later = DAYS_1904 if book.epoch == CALENDAR_MAC_1904 else 0
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        return tuple(_sheet(sheet, later) for sheet in shown[:MOST_SHEETS])
    except Refused:
        raise
    except Exception as error:
        raise Refused("roster_unreadable") from error


def _refuse_bombs(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Refused("roster_unreadable") from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise Refused("roster_too_large")


def _sheet(sheet: Any, later: int) -> Sheet:
    sheet.reset_dimensions()  # what the file says of its own extent may be anything
    rows = sheet.iter_rows(max_col=MOST_COLUMNS)
    return _kept((number, [_cell(cell, later) for cell in row]) for number, row in enumerate(rows, 1))


def _cell(cell: Any, later: int) -> Cell:
    if cell.data_type == "f":
        return Formula()
    value = cell.value
    if cell.data_type == "n" and later and isinstance(value, int | float):
        return value + later
    return value if value is None or isinstance(value, KNOWN) else str(value)


def _of_text(content: bytes) -> tuple[Sheet, ...]:
    """A text file, as table programs save it in China: UTF-8, GB 18030, or UTF-16 with its mark.

    Read by commas and, where it holds any, by tabs: only one of the two readings has the headings of a roster.
    """
    written = _decoded(content)
    return tuple(_separated(written, separator) for separator in ",\t" if separator == "," or separator in written)


def _separated(written: str, separator: str) -> Sheet:
    try:
        rows = list(islice(csv.reader(io.StringIO(written, newline=""), delimiter=separator), MOST_ROWS + 1))
    except csv.Error as error:
        raise Refused("roster_unreadable") from error
    return _kept((number, [_of_csv(value) for value in row[:MOST_COLUMNS]]) for number, row in enumerate(rows, 1))


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith(UTF16) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            written = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in written:
            return written
    raise Refused("roster_unreadable")


def _of_csv(value: str) -> Cell:
    """`="3308…"` is how programs keep a number from being rounded; anything else after an equals sign is a formula."""
    bare = value.strip()
    if bare.startswith('="') and bare.endswith('"') and '"' not in bare[2:-1]:
        return bare[2:-1]
    return Formula() if bare.startswith("=") else value or None


def _kept(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Sheet:
    """The rows that hold anything; Refused where there are more than a roster may have."""
    kept = list(_filled(rows))
    if len(kept) > MOST_LINES + MOST_ROWS_ABOVE:
        raise Refused("roster_too_large")
    return Sheet(kept)


def _filled(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    found = 0
    for number, row in rows:
        if number > MOST_ROWS:
            raise Refused("roster_too_large")
        if any(cell is not None and cell != "" for cell in row):
            found += 1
            yield number, row
        if found > MOST_LINES + MOST_ROWS_ABOVE:
            return


def template() -> bytes:
    """An empty roster with our headings as .xlsx: its cells are text, and a second sheet tells how it is filled in."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet: Any = book.active
    sheet.title = words.TEMPLATE_SHEET
    for index, (at, _, _) in enumerate(words.EXPLANATIONS, 1):
        heading = _text_cell(sheet, 1, index, words.HEADINGS[at][0])
        heading.font = Font(bold=True)
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = 20
        sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    told = book.create_sheet(words.EXPLANATION_SHEET)
    rows = [words.EXPLANATION_HEADINGS, *((words.HEADINGS[at][0], *how) for at, *how in words.EXPLANATIONS)]
    rows += [(), *((note,) for note in words.NOTES)]
    for number, row in enumerate(rows, 1):
        for index, value in enumerate(row, 1):
            _text_cell(told, number, index, value)
    told.column_dimensions["C"].width = 80
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _text_cell(sheet: Any, row: int, column: int, value: str) -> Any:
    """A cell that is text whatever it begins with: openpyxl would make a formula of what begins with `=`."""
    cell = sheet.cell(row=row, column=column)
    cell.value = value
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
