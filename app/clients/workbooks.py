"""Tables as files: .xlsx written row by row, and CSV; nothing in them is a formula, whatever a cell begins with."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"

FORMULA = ("=", "+", "-", "@", "\t", "\r")

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
    """The cell as text that no table program runs: what would begin a formula gets an apostrophe before it."""
    if isinstance(cell, str):
        cleaned = "".join(sign for sign in cell if sign in "\n\t" or sign >= " ")
        return f"'{cleaned}" if cell.startswith(FORMULA) else cleaned
    return cell
