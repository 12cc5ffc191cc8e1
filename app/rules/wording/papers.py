"""The papers of a search as text: to the police, to the procuratorate [Law 30; Measures 38], and the record itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.rules.calendar import SHANGHAI, legal_day
from app.rules.wording.searches import ENTRIES, KINDS, OUTCOMES


class PaperKind(StrEnum):
    """Which paper is made of a search."""

    POLICE = "police"
    PROCURATORATE = "procuratorate"
    RECORD = "record"


@dataclass(frozen=True)
class Paper:
    """A paper: title, the addressee's line, paragraphs, then rows of a table under its head, and who signs and when."""

    title: str
    to: str
    paragraphs: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    signed: str
    day: str


@dataclass(frozen=True)
class Done:
    """One entry of the record; `attached` names what proves it, in words."""

    kind: str
    happened_at: datetime
    by: str
    with_whom: str
    found: str
    document_no: str | None
    corrected: bool
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Searched:
    """All that the papers say of a search and whom it is for. `agency` is the county's, `office` the 司法所.

    `contact_back_at` is when contact came back by itself, None where it has not.
    """

    name: str
    subject_no: str
    sex: str | None
    born: date | None
    category: str
    kind: str
    agency: str
    office: str
    absent_since: datetime
    opened_at: datetime
    why: str
    outcome: str | None
    found_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
    end_note: str | None
    contact_back_at: datetime | None
    done: Sequence[Done]

    @property
    def found(self) -> bool:
        """Whether nobody has to look for the person any more, or contact came back by itself while it goes on."""
        return self.found_at is not None or (self.outcome is None and self.contact_back_at is not None)


TITLE_FONT, TEXT_FONT, LATIN_FONT = "方正小标宋简体", "仿宋", "Times New Roman"
"""As official papers are set (GB/T 9704). Where a font is missing the office suite takes the nearest."""

PHOTO, VISIT = "照片", "走访记录"
"""What may prove an entry."""

SEXES: dict[str, str] = {"male": "男", "female": "女"}

TITLES: dict[PaperKind, str] = {
    PaperKind.POLICE: "关于协助查找社区矫正对象的通报",
    PaperKind.PROCURATORATE: "关于组织查找社区矫正对象的通报",
    PaperKind.RECORD: "社区矫正对象查找记录",
}
TOLD = "关于查找社区矫正对象情况的通报"
"""To the police about somebody who is not to be looked for any more."""
_TO: dict[PaperKind, str] = {
    PaperKind.POLICE: "________公安局:",
    PaperKind.PROCURATORATE: "________人民检察院:",
    PaperKind.RECORD: "",
}
_TOLD = (
    "依据《中华人民共和国社区矫正法》第三十条、《中华人民共和国社区矫正法实施办法》第三十八条,现将有关情况通报你局。"
)
_ASKS: dict[PaperKind, str] = {
    PaperKind.POLICE: (
        "依据《中华人民共和国社区矫正法》第三十条、《中华人民共和国社区矫正法实施办法》第三十八条,"
        "现将有关情况通报你局,请予协助查找。"
    ),
    PaperKind.PROCURATORATE: (
        "依据《中华人民共和国社区矫正法》第三十条、《中华人民共和国社区矫正法实施办法》第三十八条,"
        "现将组织查找的情况通报你院,请予监督。"
    ),
    PaperKind.RECORD: "依据《中华人民共和国社区矫正法》第三十条、《中华人民共和国社区矫正法实施办法》第三十八条记录。",
}
HEAD = ("时间", "方式", "工作人员", "联系或查访对象", "情况", "文号或说明")


def paper(kind: PaperKind, searched: Searched, *, now: datetime) -> Paper:
    """The paper, filled from the record. What a person must add (the addressee's name, a seal) is left as a line.

    The police are asked for help while somebody is looked for or was confirmed lost, and else only told.
    """
    only_told = kind is PaperKind.POLICE and searched.found
    return Paper(
        title=TOLD if only_told else TITLES[kind],
        to=_TO[kind],
        paragraphs=(_who(searched), _what(searched), _ended(searched), _TOLD if only_told else _ASKS[kind]),
        head=HEAD,
        rows=tuple(_row(one) for one in searched.done),
        signed=searched.agency,
        day=day_words(legal_day(now)),
    )


def _who(searched: Searched) -> str:
    born = f"{day_words(searched.born)}出生" if searched.born else None
    known = [one for one in (searched.name, SEXES.get(searched.sex or ""), born) if one]
    who = "、".join(known)
    return f"社区矫正对象{who},编号 {searched.subject_no},{searched.category},由{searched.office}负责日常管理。"


def _what(searched: Searched) -> str:
    since = moment_words(searched.absent_since)
    lost = f"自 {since} 最后一次联系后失去联系" if searched.kind == "lost_contact" else f"至 {since} 期满仍未报到"
    return f"该对象{lost}({KINDS[searched.kind]})。{moment_words(searched.opened_at)} 起组织查找:{searched.why}"


def _ended(searched: Searched) -> str:
    if searched.outcome is None or searched.ended_at is None:
        back = searched.contact_back_at
        return f"{moment_words(back)} 恢复联系,查找结果待工作人员核实确认。" if back else "截至目前仍在查找。"
    result, note = OUTCOMES[searched.outcome], searched.end_note or ""
    found = f"{moment_words(searched.found_at)} 找到本人。" if searched.found_at else ""
    return f"{found}{moment_words(searched.ended_at)} 由{searched.ended_by}确认结果:{result}。{note}"


def _row(one: Done) -> tuple[str, ...]:
    said = (one.document_no, *(f"附{what}" for what in one.attached), "已被后面的记录更正" if one.corrected else None)
    remark = "、".join(text for text in said if text)
    return (moment_words(one.happened_at), ENTRIES[one.kind], one.by, one.with_whom, one.found, remark)


def day_words(day: date) -> str:
    """A day as official papers write it: month and day without a nought before them (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(at: datetime) -> str:
    """An instant to the minute, its day as above."""
    return f"{day_words(legal_day(at))} {at.astimezone(SHANGHAI):%H:%M}"
