"""Records on paper: the talk record (谈话笔录) with question and answer, and the sheet of a visit. Text alone, no file.

No national form binds these two; the local one is assumed, as the items are. A signature on the screen is printed as
the picture that it is: the signed paper remains what a court would ask for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from unicodedata import category
from uuid import UUID

from app.rules.calendar import SHANGHAI, legal_day
from app.rules.effects.records import Details, Signed
from app.rules.facts import DutyKind
from app.rules.wording.papers import SEXES
from app.rules.wording.visits import MOODS, RISKS, SPEAKERS

SUBJECT, OFFICER = "subject", "officer"
TITLES: dict[DutyKind, str] = {
    DutyKind.TALK: "谈话笔录",
    DutyKind.VISIT: "走访记录",
    DutyKind.VERIFICATION: "情况核实记录",
    DutyKind.REVIEW: "核查记录",
}
DONE: dict[DutyKind, str] = {
    DutyKind.TALK: "谈话",
    DutyKind.VISIT: "走访",
    DutyKind.VERIFICATION: "核实",
    DutyKind.REVIEW: "核查",
}
READ_AND_TRUE = "以上笔录我看过(或者听人读过),和我说的一样。"
BLANK = "________________"
ADDED = "补充和更正(写在签名之后,不在签名的内容之内)"


@dataclass(frozen=True)
class Added:
    """What a later record added, by whom and why."""

    written_at: datetime
    officer_name: str
    note: str
    why: str | None


@dataclass(frozen=True)
class Written:
    """A kept record and whom it is about, by full name. `items` are titles by code."""

    id: UUID
    kind: DutyKind
    name: str
    subject_no: str
    sex: str | None
    born: date | None
    category: str
    office: str
    officer: str
    happened_at: datetime
    ended_at: datetime | None
    written_at: datetime
    items: tuple[tuple[str, str], ...]
    met: str | None
    note: str
    details: Details
    added: Sequence[Added] = ()


@dataclass(frozen=True)
class Signature:
    """A line to sign on. `whose` names the picture that stands there where it was `drawn` on the screen; `said` is what
    is printed where none does.
    """

    label: str
    whose: str
    said: str
    drawn: bool


@dataclass(frozen=True)
class RecordPaper:
    """A paper: title, what and who in rows, sections of paragraphs under their headings, who signs, and the foot.

    `added` stands below the signatures: whoever signed has not signed it.
    """

    title: str
    rows: tuple[tuple[str, str], ...]
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    declaration: str
    signatures: tuple[Signature, ...]
    added: tuple[str, ...]
    foot: str


def record_paper(written: Written, *, now: datetime) -> RecordPaper:
    """The paper of a record; what was not asked is left out, what a person must still add is a line."""
    done = DONE[written.kind]
    agreed = written.kind is DutyKind.TALK and written.details.signing.subject is not Signed.REFUSED
    return RecordPaper(
        title=TITLES[written.kind],
        rows=tuple((label, text) for label, text in _rows(written, done) if text),
        sections=tuple((title, lines) for title, lines in _sections(written) if lines),
        declaration=READ_AND_TRUE if agreed else "",
        signatures=_signatures(written, done),
        added=tuple(_added(one) for one in written.added),
        foot=f"记录编号 {written.id},{_at(written.written_at)} 写成,{_at(now)} 打印。",
    )


def _rows(written: Written, done: str) -> list[tuple[str, str]]:
    about = "被谈话人" if written.kind is DutyKind.TALK else "社区矫正对象"
    return [
        ("时间", _span(written.happened_at, written.ended_at)),
        ("地点", written.details.place_name or BLANK),
        (about, _person(written)),
        (f"{done}人(记录人)", f"{written.officer}({written.office})"),
        ("在场的人", written.met or ""),
        ("事项", "、".join(f"{title}({code})" if title != code else code for code, title in written.items)),
    ]


def _person(written: Written) -> str:
    born = _day(written.born) + "出生" if written.born else ""
    known = [written.name, SEXES.get(written.sex or "", ""), born, written.category, f"编号 {written.subject_no}"]
    return ",".join(one for one in known if one)


def _sections(written: Written) -> list[tuple[str, tuple[str, ...]]]:
    details, titles = written.details, dict(written.items)
    said = tuple(f"{SPEAKERS[line.by]}:{line.text}" for line in details.lines)
    found = tuple(f"{titles.get(one.item, one.item)}:{one.text}" for one in details.findings if one.text)
    return [
        ("谈话内容", said),
        ("情况", (*_paragraphs(written.note), *found)),
        ("状态", _state(details)),
        ("后续事项", _follow_up(details)),
    ]


def _state(details: Details) -> tuple[str, ...]:
    mood = f"情绪:{MOODS[details.mood]}" if details.mood else ""
    risk = f"风险:{RISKS[details.risk]}(记录人的看法)" if details.risk else ""
    return tuple(one for one in (mood, risk) if one)


def _follow_up(details: Details) -> tuple[str, ...]:
    if details.follow_up is None or details.follow_up_on is None:
        return ()
    return (f"{details.follow_up}({_day(details.follow_up_on)}前)",)


def _added(one: Added) -> str:
    why = f"(原因:{one.why})" if one.why else ""
    return f"{_at(one.written_at)} {one.officer_name}:{one.note}{why}"


def _signatures(written: Written, done: str) -> tuple[Signature, ...]:
    signing = written.details.signing
    person = "被谈话人" if written.kind is DutyKind.TALK else "本人"
    subject = _signature(f"{person}签名", SUBJECT, signing.subject, signing.why_not)
    officer = _signature(f"{done}人签名", OFFICER, signing.officer, None)
    asked = written.kind is DutyKind.TALK or signing.subject is not None
    return (subject, officer) if asked else (officer,)


def _signature(label: str, whose: str, how: Signed | None, why_not: str | None) -> Signature:
    return Signature(label, whose, _signed(how, why_not), how is Signed.ON_SCREEN)


def _signed(how: Signed | None, why_not: str | None) -> str:
    match how:
        case Signed.ON_SCREEN:
            return "(已在屏幕上签名,签名图片没有附上)"
        case Signed.ON_PAPER:
            return "(在纸上签名,见所附照片)"
        case Signed.REFUSED:
            return f"(没有签名,原因:{why_not})"
        case None:
            return BLANK


def printable(text: str) -> str:
    """Without what is no sign and no file of text can hold: controls, and marks that join or vary other signs."""
    lines = text.replace("\v", "\n").replace("\f", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or not _is_unseen(sign))


def _is_unseen(sign: str) -> bool:
    varies = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return varies or sign in "\ufffe\uffff" or category(sign) in {"Cc", "Cf", "Cs"}


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _span(begins: datetime, ends: datetime | None) -> str:
    if ends is None:
        return _at(begins)
    same = legal_day(begins) == legal_day(ends)
    return f"{_at(begins)} 至 {ends.astimezone(SHANGHAI):%H:%M}" if same else f"{_at(begins)} 至 {_at(ends)}"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _at(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{_day(local.date())} {local:%H:%M}"
