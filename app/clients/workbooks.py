"""Tables as files: .xlsx written row by row, and CSV; nothing in them is a formula, whatever a cell begins with."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import category

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"

FORMULA = frozenset("=+-@=+-@")
"""What begins a formula; in full width too, which some table programs take for the same."""

Cell = str | int | None


class Workbook:
    """An .xlsx that grows row by row: no row stays in memory. Its sheets stand as they were added."""

    def __init__(self) -> None:
        from openpyxl import Workbook as Book

        self._book = Book(write_only=True)

    def sheet(self, title: str, head: Sequence[str], widths: Sequence[int] = ()) -> "Sheet":
        """One more sheet, with its head, which stays in view."""
        from openpyxl.utils import get_column_letter

        sheet: Any = self._book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for index, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(index)].width = width
        made = Sheet(sheet)
        made.add(head)
        return made

    def content(self) -> bytes:
        """The whole file, when every row is in it."""
        written = io.BytesIO()
        self._book.save(written)
        return written.getvalue()


class Sheet:
    """One sheet of it."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet

    def add(self, cells: Sequence[Cell]) -> None:
        """One more row."""
        self._sheet.append([inert(cell) for cell in cells])


def csv_of(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """CSV in UTF-8 with the mark by which Excel knows it."""
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow([inert(cell) for cell in head])
    for row in rows:
        writer.writerow([inert(cell) for cell in row])
    return told.getvalue().encode("utf-8-sig")


def inert(cell: Cell) -> Cell:
    """The cell as text that no table program runs: what would begin a formula gets an apostrophe before it.

    Looked at is the first sign that shows: blanks and marks without a picture before it do not hide it.
    """
    if not isinstance(cell, str):
        return cell
    kept = "".join(sign for sign in cell if sign in "\n\t" or category(sign) != "Cc")
    first = next((sign for sign in kept if not sign.isspace() and category(sign) != "Cf"), "")
    return f"'{kept}" if first in FORMULA else kept
