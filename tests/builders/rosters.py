"""Rosters as offices keep them: rows of cells, as files of both kinds."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from app.clients import roster_file
from app.rules.roster import Reading, read
from tests.builders.subjects import an_id_number

HEADINGS = ("姓名", "证件号码", "类别", "管理级别", "签到方式", "司法所", "手机", "矫正止日")


def a_line(n: int = 1, **changes: Any) -> dict[str, Any]:
    """Somebody on a roster, by heading."""
    born = date(1960 + n % 40, 1 + n % 12, 1 + n % 28)
    return {
        "姓名": f"王{chr(0x4E00 + n % 5000)}",
        "证件号码": an_id_number(born, serial=n // 480 % 1000),
        "类别": "缓刑",
        "管理级别": "普管",
        "签到方式": "手机",
        "司法所": "双塔司法所",
        "手机": f"138{n:08d}",
        "矫正止日": date(2027, 3, 1),
        **changes,
    }


def rows_of(lines: Sequence[Mapping[str, Any]], headings: Sequence[str] | None = None) -> list[list[Any]]:
    """Headings and lines as rows of cells."""
    headings = headings or list(dict.fromkeys(heading for line in lines for heading in line))
    return [list(headings), *([line.get(heading) for heading in headings] for line in lines)]


def an_xlsx(*sheets: Sequence[Sequence[Any]], epoch: Any = None) -> bytes:
    """A workbook with these sheets."""
    book = Workbook(write_only=True)
    if epoch is not None:
        book.epoch = epoch
    for n, rows in enumerate(sheets):
        sheet = book.create_sheet(f"表{n}")
        for row in rows:
            sheet.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def a_csv(rows: Sequence[Sequence[Any]], *, encoding: str = "utf-8", separator: str = ",") -> bytes:
    """A text file with these rows."""
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator).writerows(rows)
    return written.getvalue().encode(encoding)


def a_roster(*lines: Mapping[str, Any]) -> bytes:
    """A workbook with these people."""
    return an_xlsx(rows_of(lines))


def a_reading(*lines: Mapping[str, Any]) -> Reading:
    """What the service reads in a roster of these people."""
    return read(roster_file.sheets(a_roster(*lines)))
