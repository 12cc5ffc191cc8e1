"""Rosters as files: .xlsx and text as programs here save them, and files that were made to do harm."""

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from app.clients import roster_file
from app.rules.errors import Refused
from app.rules.roster import Formula, read
from app.rules.wording.roster import HEADINGS, REQUIRED
from tests.builders.rosters import a_csv, a_line, a_roster, an_xlsx, rows_of

ROWS = rows_of([a_line(1), a_line(2)])


def code_of(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        roster_file.sheets(content)
    return refused.value.code


def test_a_workbook_is_read_by_row_and_cell() -> None:
    (sheet,) = roster_file.sheets(an_xlsx([["名册"], [], *ROWS]))
    assert [number for number, _ in sheet.rows] == [1, 3, 4, 5]
    assert list(sheet.rows[2][1])[:2] == [ROWS[1][0], ROWS[1][1]]
    assert len(read((sheet,)).lines) == 2


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_as_programs_here_save_it(encoding: str, separator: str) -> None:
    content = a_csv([["名册,一"], *ROWS], encoding=encoding, separator=separator)
    found = read(roster_file.sheets(content))
    assert [line.row for line in found.lines] == [3, 4]
    assert [line.name for line in found.lines] == [ROWS[1][0], ROWS[2][0]]


def test_rows_keep_their_numbers_over_empty_lines_and_cells_of_two_lines() -> None:
    content = ('姓名,证件号码,备注\n\n王一,,"两\n行"\n李二,,\n').encode()
    (sheet,) = roster_file.sheets(content)
    assert [number for number, _ in sheet.rows] == [1, 3, 4]


def test_a_number_that_was_kept_from_rounding_is_text_and_no_formula() -> None:
    (sheet,) = roster_file.sheets('姓名,证件号码\n王一,"=""330881199005170012"""\n李二,=1+1\n'.encode())
    assert [list(cells)[1] for _, cells in sheet.rows[1:]] == ["330881199005170012", Formula()]


def test_formulas_are_not_computed() -> None:
    (sheet,) = roster_file.sheets(an_xlsx([["姓名", "证件号码"], ['=HYPERLINK("http://x")', "=A1"]]))
    assert list(sheet.rows[1][1])[:2] == [Formula(), Formula()]


def test_days_counted_from_1904_are_the_same_days() -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append([None if value == date(2027, 3, 1) else value for value in row])
    column = ROWS[0].index("矫正止日") + 1
    for n in (2, 3):
        sheet.cell(row=n, column=column).value = (date(2027, 3, 1) - date(1904, 1, 1)).days
    written = io.BytesIO()
    book.save(written)
    assert [line.term_to for line in read(roster_file.sheets(written.getvalue())).lines] == [date(2027, 3, 1)] * 2


def test_hidden_sheets_are_not_read() -> None:
    book = load_workbook(io.BytesIO(an_xlsx(ROWS, [["说明"]])))
    book.worksheets[0].sheet_state = "hidden"
    written = io.BytesIO()
    book.save(written)
    assert len(roster_file.sheets(written.getvalue())) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "roster_empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "roster_old_format"),
        (b"PK\x03\x04 no archive", "roster_unreadable"),
        (b"\x00\x01\x02\xff\xfe" * 9, "roster_unreadable"),
        (b"\xff\xfe\x00", "roster_unreadable"),
        (b"x" * (roster_file.LARGEST_FILE + 1), "roster_too_large"),
    ],
    ids=["empty", "xls", "torn", "binary", "half a character", "large"],
)
def test_files_that_are_none(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(roster_file.sheets(content))
    assert refused.value.code == code


def repacked(changes: dict[str, bytes], whole: bytes | None = None) -> bytes:
    """A workbook with some of its parts replaced, or with others beside them."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole or a_roster(a_line())), "r") as old:
        parts = {name: old.read(name) for name in old.namelist()} | changes
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return written.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SHEET_XML = (
    '<?xml version="1.0"?>{doctype}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked({"xl/media/bomb.bin": b"\0" * (roster_file.LARGEST_UNPACKED + 1)})
    assert len(bomb) < 200_000
    assert code_of(bomb) == "roster_too_large"


def test_many_parts_are_refused() -> None:
    assert code_of(repacked({f"x/{n}": b"" for n in range(600)})) == "roster_too_large"


def test_a_part_that_is_larger_than_it_says_ends_where_it_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizes in the table of contents may lie; what is unpacked is cut off there."""
    honest = repacked({SHEET: b"<x>" + b" " * 100_000 + b"</x>"})
    at = honest.rindex(b"PK\x01\x02", 0, honest.rindex(SHEET.encode()))
    lying = bytearray(honest)
    lying[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert code_of(bytes(lying)) == "roster_unreadable"


def test_entities_are_not_opened() -> None:
    assert openpyxl.DEFUSEDXML, "the reader that refuses them is the one in use"
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>&b;&f;</t></is></c></row>'
    assert code_of(repacked({SHEET: SHEET_XML.format(doctype=doctype, rows=rows).encode()})) == "roster_unreadable"


def test_a_sheet_that_claims_to_be_endless_is_only_as_long_as_its_rows() -> None:
    row = '<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>x</t></is></c></row>'
    near = repacked({SHEET: SHEET_XML.format(doctype="", rows=row.format(n=3)).encode()})
    (sheet,) = roster_file.sheets(near)
    assert [number for number, _ in sheet.rows] == [3]
    far = repacked({SHEET: SHEET_XML.format(doctype="", rows=row.format(n=1048576)).encode()})
    assert code_of(far) == "roster_too_large"


def test_more_rows_than_a_roster_has_are_refused() -> None:
    assert code_of(a_csv([["姓名", "证件号码"], *([["王", "1"]] * 10_200)])) == "roster_too_large"


def test_the_template_is_a_roster_once_it_is_filled_in() -> None:
    book = load_workbook(io.BytesIO(roster_file.template()))
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert headings == [HEADINGS[at][0] for at in HEADINGS]
    words = {HEADINGS["name"][0]: "王小明", HEADINGS["category"][0]: "缓刑", HEADINGS["class_"][0]: "普管"}
    words |= {HEADINGS["id_number"][0]: a_line()["证件号码"], HEADINGS["channel"][0]: "当面"}
    sheet.append([words.get(str(heading)) for heading in headings])
    written = io.BytesIO()
    book.save(written)
    found = read(roster_file.sheets(written.getvalue()))
    assert (found.rows, found.faults, set(REQUIRED) - set(found.columns)) == (1, (), set())


def test_nothing_in_the_template_is_a_formula() -> None:
    for sheet in load_workbook(io.BytesIO(roster_file.template())).worksheets:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
