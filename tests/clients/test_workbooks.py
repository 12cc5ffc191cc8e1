"""Tables as files: whatever somebody wrote, no table program runs it."""

import csv
import io

import pytest
from openpyxl import load_workbook

from app.clients.workbooks import Workbook, csv_of

RUN = "HYPERLINK(1)"


@pytest.mark.parametrize(
    "written",
    [before + RUN for before in ("=", "+", "-", "@", "\t=", "\r\n=", "\x01=", "  =", "=", "\u200b@", "\ufeff=")],
)
def test_what_would_run_is_text_in_both(written: str) -> None:
    (told,) = list(csv.reader(io.StringIO(csv_of(["姓名"], [[written]]).decode("utf-8-sig"))))[1:]
    assert told[0].startswith("'")
    book = Workbook()
    book.sheet("表", ["姓名"]).add([written])
    cell = load_workbook(io.BytesIO(book.content()))["表"]["A2"]
    assert (cell.data_type, str(cell.value)[0]) == ("s", "'")


@pytest.mark.parametrize("written", ["王立新", "阿依古丽·买买提", "ᠪᠠᠭᠠᠲᠤᠷ\u180e", "A=1", "", "第一行\n第二行"])
def test_what_is_a_name_or_a_sentence_stays(written: str) -> None:
    (told,) = list(csv.reader(io.StringIO(csv_of(["姓名"], [[written]]).decode("utf-8-sig"), newline="")))[1:]
    assert told == [written]


def test_numbers_stay_numbers() -> None:
    book = Workbook()
    book.sheet("表", ["数"]).add([-3])
    assert load_workbook(io.BytesIO(book.content()))["表"]["A2"].value == -3
