"""Rosters: headings as offices write them, cells as people and table programs write them, faults with their place."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.errors import Refused
from app.rules.facts import Category, Channel, SupervisionClass
from app.rules.roster import MOST_LINES, Cell, Formula, Reading, Sheet, column_letter, read
from app.rules.roster.cells import READERS
from tests.builders.subjects import an_id_number

NUMBER = an_id_number()
HEADINGS = ("姓名", "证件号码", "类别", "管理级别", "签到方式")
LINE = ("王小明", NUMBER, "缓刑", "普管", "手机")


def a_sheet(*rows: Any) -> Sheet:
    return Sheet([(n, row) for n, row in enumerate(rows, 1) if row])


def reading(*rows: Any) -> Reading:
    return read([a_sheet(*rows)])


def told(found: Reading) -> list[tuple[int, str | None, str, str]]:
    return [(fault.row, fault.column, fault.at, fault.code) for fault in found.faults]


def test_a_line_is_read() -> None:
    found = reading(HEADINGS, LINE)
    (line,) = found.lines
    assert (found.rows, found.faults, found.ignored) == (1, (), ())
    assert (line.row, line.name, line.id_number) == (2, "王小明", NUMBER)
    assert (line.category, line.class_, line.channel) == (
        Category.PROBATION,
        SupervisionClass.NORMAL,
        Channel.SMARTPHONE,
    )
    assert (line.office, line.term_to, line.phone) == (None, None, None)


def test_columns_come_in_any_order_under_a_title_with_others_between() -> None:
    found = reading(
        ("江山市社区矫正对象名册",),
        (),
        ("序号", "管理 等级", "身份证号(必填)", "罪名", "姓　名*", "矫正类别", "签到方式", "矫正期止"),
        (1, "严管", NUMBER, "盗窃", "王 强", "假释", "当面", "2027年3月1日"),
    )
    (line,) = found.lines
    assert (line.row, line.name, line.class_, line.term_to) == (4, "王强", SupervisionClass.STRICT, date(2027, 3, 1))
    assert found.ignored == ("序号", "罪名"), "what is not needed is not read"


def test_a_sheet_that_is_no_roster_is_passed_by() -> None:
    assert read([a_sheet(("填写说明",)), a_sheet(HEADINGS, LINE)]).rows == 1


@pytest.mark.parametrize(
    ("sheets", "code"),
    [
        ([], "roster_empty"),
        ([a_sheet(("姓名", "电话"), ("王小明", "1"))], "roster_empty"),
        ([a_sheet(HEADINGS)], "roster_no_rows"),
        ([a_sheet(HEADINGS, (" ", None, "　"))], "roster_no_rows"),
        ([a_sheet(HEADINGS, *([LINE] * (MOST_LINES + 1)))], "roster_too_large"),
    ],
)
def test_what_cannot_be_a_roster_is_refused(sheets: list[Sheet], code: str) -> None:
    with pytest.raises(Refused) as refused:
        read(sheets)
    assert refused.value.code == code


def test_a_column_that_is_missing_or_there_twice_is_told_once() -> None:
    found = reading(("姓名", "证件号码", "名字", "类别"), LINE, LINE)
    assert told(found) == [
        (1, "C", "name", "column_repeated"),
        (1, None, "class_", "column_missing"),
        (1, None, "channel", "column_missing"),
    ]
    assert found.faults[1].told() == "标题行(第 1 行)的“管理类别”:没有这一列,请补上。"


def test_every_fault_of_every_line_is_told_with_row_and_column() -> None:
    headings = (*HEADINGS, "出生日期", "联系电话", "住址")
    found = reading(
        headings,
        (None, NUMBER, "缓", "普管", "手机", "去年", "不详", "=cmd"),
        (),
        ("李四", 3.3088119900517e17, "缓刑", "普管", "手机", Formula(), None, None),
        LINE,
    )
    assert told(found) == [
        (2, "A", "name", "cell_missing"),
        (2, "C", "category", "cell_unknown_word"),
        (2, "F", "birth_date", "cell_no_date"),
        (2, "G", "phone", "cell_no_phone"),
        (2, "H", "home_address", "cell_begins_like_formula"),
        (4, "B", "id_number", "cell_number_lost"),
        (4, "F", "birth_date", "cell_formula"),
    ]
    assert [line.row for line in found.lines] == [5]
    assert found.faults[2].told() == "第 2 行 F 列(出生日期):看不懂这个日期,请写成 2026-03-01 这样。"
    assert found.faults[1].told() == "第 2 行 C 列(矫正类别):只能填:管制、缓刑、假释、暂予监外执行。"


def test_nothing_that_was_written_into_a_cell_is_told_again() -> None:
    found = reading(HEADINGS, ("李四", NUMBER, "秘密词", "普管", "手机"))
    assert "秘密词" not in found.faults[0].told()


def test_a_number_that_stands_twice_is_told_with_the_earlier_row() -> None:
    found = reading((*HEADINGS, "编号"), (*LINE, "A-1"), ("李四", NUMBER.lower(), *LINE[2:], "A-1"), LINE)
    assert told(found) == [
        (3, "B", "id_number", "cell_number_repeated"),
        (4, "B", "id_number", "cell_number_repeated"),
        (3, "F", "subject_no", "cell_subject_no_repeated"),
    ]
    assert found.faults[0].told() == "第 3 行 B 列(证件号码):与第 2 行是同一个证件号码,请删去一行。"


DAYS: list[tuple[Cell, date]] = [
    (date(2026, 3, 1), date(2026, 3, 1)),
    (datetime(2026, 3, 1, 0, 0), date(2026, 3, 1)),  # noqa: DTZ001  (cells of a table have no zone)
    ("2026-03-01", date(2026, 3, 1)),
    ("2026/3/1", date(2026, 3, 1)),
    ("2026.3.1", date(2026, 3, 1)),
    (" 2026年3月1日 ", date(2026, 3, 1)),
    ("２０２６－０３－０１", date(2026, 3, 1)),
    ("20260301", date(2026, 3, 1)),
    (20260301, date(2026, 3, 1)),
    ("2026/3/1 0:00:00", date(2026, 3, 1)),
    ("2026-03-01T00:00:00", date(2026, 3, 1)),
    (46082, date(2026, 3, 1)),
    (46082.0, date(2026, 3, 1)),
    ("46082", date(2026, 3, 1)),
    ("2028-02-29", date(2028, 2, 29)),
]


@pytest.mark.parametrize(("cell", "day"), DAYS, ids=str)
def test_days_in_the_ways_they_are_written(cell: Cell, day: date) -> None:
    assert READERS["term_to"](cell) == day


NO_DAYS: list[tuple[Cell, str]] = [
    ("2027-02-29", "cell_no_date"),
    ("3月1日", "cell_no_date"),
    ("01/03/2026", "cell_no_date"),
    (46082.5e9, "cell_no_date"),
    (True, "cell_not_text"),
    (60, "cell_no_date"),
    ("1999-12-31", "cell_day_out_of_range"),
    (date(2100, 1, 1), "cell_day_out_of_range"),
]


@pytest.mark.parametrize(("cell", "code"), NO_DAYS, ids=str)
def test_what_is_no_day(cell: Cell, code: str) -> None:
    with pytest.raises(Refused) as refused:
        READERS["term_to"](cell)
    assert refused.value.code == code


def test_a_birthday_may_lie_in_the_last_century() -> None:
    assert READERS["birth_date"]("1935.7.8") == date(1935, 7, 8)


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("name", "王　强", "王强"),
        ("name", "阿卜杜·买买提 ", "阿卜杜·买买提"),
        ("name", "John  Smith", "John Smith"),
        ("id_number", "'33088119900517001x", "33088119900517001X"),
        ("id_number", "３３０881 19900517 001X", "33088119900517001X"),
        ("phone", 13800001234, "13800001234"),
        ("phone", 13800001234.0, "13800001234"),
        ("phone", "+86 138-0000-1234", "138-0000-1234"),
        ("category", "宣告缓刑", "probation"),
        ("category", " 暂予 监外执行", "outside_prison"),
        ("class_", "宽管", "lenient"),
        ("channel", "无手机", "no_smartphone"),
        ("sex", "女", "female"),
        ("subject_no", 330881202600012, "330881202600012"),
    ],
)
def test_cells_as_people_write_them(field: str, cell: Cell, value: str) -> None:
    assert READERS[field](cell) == value


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("name", "x" * 51, "cell_too_long"),
        ("name", "王\0强", "cell_unstorable"),
        ("name", "\ud800", "cell_unstorable"),
        ("name", True, "cell_not_text"),
        ("name", date(2026, 3, 1), "cell_not_text"),
        *(("home_address", f"{sign}1+1", "cell_begins_like_formula") for sign in "=+-@"),
        ("id_number", "3.30881E+17", "cell_number_lost"),
        ("id_number", 330881199005170011, "cell_number_lost"),
        ("class_", 3, "cell_unknown_word"),
        ("phone", "见附件", "cell_no_phone"),
    ],
)
def test_cells_that_are_refused(field: str, cell: Cell, code: str) -> None:
    with pytest.raises(Refused) as refused:
        READERS[field](cell)
    assert refused.value.code == code


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_columns_are_named_as_table_programs_do(index: int, letters: str) -> None:
    assert column_letter(index) == letters


ANY_CELL = st.one_of(
    st.none(), st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.dates(), st.just(Formula())
)


@given(st.lists(ANY_CELL, min_size=5, max_size=8))
def test_whatever_stands_in_a_line_is_read_or_told(cells: list[Cell]) -> None:
    headings = (*HEADINGS, "出生日期", "电话", "地址", "住址")
    try:
        found = reading(headings, cells)
    except Refused as refused:
        assert refused.code == "roster_no_rows"  # noqa: PT017  (both ways are right)
        return
    assert len(found.lines) == (0 if found.faults else 1)
    assert all(fault.told().startswith("第 2 行 ") for fault in found.faults)
