"""The papers of a search as text: what each asks of whom it goes to, as the search stands, and how days are written."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from app.rules.effects.orders_searches import SearchOutcome
from app.rules.wording.papers import PHOTO, Done, Paper, PaperKind, Searched, paper

NOW = datetime.fromisoformat("2026-03-09T08:05:00+08:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


OPEN = Searched(
    name="王小明",
    subject_no="JS0001",
    sex="male",
    born=date(1990, 1, 2),
    category="缓刑",
    kind="lost_contact",
    agency="江山市司法局",
    office="双塔司法所",
    absent_since=at("03-01T09:05"),
    opened_at=at("03-02T09:05"),
    why="电话无人接听。",
    outcome=None,
    found_at=None,
    ended_at=None,
    ended_by=None,
    end_note=None,
    contact_back_at=None,
    done=(),
)
FOUND = replace(
    OPEN,
    outcome=SearchOutcome.FOUND_COMPLYING.value,
    found_at=at("03-05T10:00"),
    ended_at=at("03-05T16:30"),
    ended_by="王干事",
    end_note="在外地打工。",
)
LOST = replace(FOUND, outcome=SearchOutcome.LOST_CONFIRMED.value, found_at=None)
HEARD = replace(OPEN, contact_back_at=at("03-04T07:00"))


def words(made: Paper) -> str:
    return "\n".join(made.paragraphs)


@pytest.mark.parametrize(("searched", "asks"), [(OPEN, True), (LOST, True), (FOUND, False), (HEARD, False)])
def test_the_police_are_asked_to_look_only_for_whom_nobody_has_found(searched: Searched, asks: bool) -> None:
    made = paper(PaperKind.POLICE, searched, now=NOW)
    assert ("请予协助查找" in words(made)) is asks
    assert ("协助" in made.title) is asks
    assert "第三十条" in words(made)
    assert "请予监督" in words(paper(PaperKind.PROCURATORATE, searched, now=NOW))


@pytest.mark.parametrize("kind", list(PaperKind))
def test_who_is_heard_again_is_not_told_of_as_lost(kind: PaperKind) -> None:
    text = words(paper(kind, HEARD, now=NOW))
    assert "2026年3月4日 07:00 恢复联系" in text
    assert "截至目前仍在查找" not in text
    assert "截至目前仍在查找" in words(paper(kind, OPEN, now=NOW))


def test_a_paper_tells_when_somebody_was_found_and_who_says_so() -> None:
    text = words(paper(PaperKind.RECORD, FOUND, now=NOW))
    assert "2026年3月5日 10:00 找到本人" in text
    assert "2026年3月5日 16:30 由王干事确认结果" in text
    assert "找到本人" not in words(paper(PaperKind.RECORD, LOST, now=NOW))


def test_days_are_written_as_official_papers_write_them() -> None:
    made = paper(PaperKind.RECORD, OPEN, now=NOW)
    assert made.day == "2026年3月9日"
    assert "自 2026年3月1日 09:05 最后一次联系后" in words(made)
    assert "1990年1月2日出生" in words(made)


def test_the_record_names_what_proves_an_entry() -> None:
    call = Done("call", at("03-02T10:00"), "王干事", "本人", "无人接听", None, corrected=True, attached=(PHOTO,))
    (row,) = paper(PaperKind.RECORD, replace(OPEN, done=(call,)), now=NOW).rows
    assert row == ("2026年3月2日 10:00", "电话联系", "王干事", "本人", "无人接听", "附照片、已被后面的记录更正")
