"""What happened to somebody, in the few words of a line of the timeline."""

from app.rules.wording.alerts import KINDS
from app.rules.wording.duties import STATES, TITLES
from app.rules.wording.own_file import CATEGORIES, CLASSES

FILE: dict[str, str] = {"registered": "登记入矫", "ended": "矫正结束", "class": "管理类别"}
ALERTS: dict[str, str] = {
    "opened": "发出预警",
    "counted": "再次发生",
    "escalated": "上报",
    "recovered": "已恢复",
    "eased": "有所缓解",
    "corrected": "原因有更正",
    "weighed": "原因有更正",
    "acknowledged": "已受理",
    "closed": "已办结",
}
CHECK_INS: dict[str, str] = {"accepted": "已认可", "to_review": "待核实", "refused": "未认可"}
JUDGMENTS: dict[str, str] = {"judgment": "裁判文书", "missed_intake": "漏管"}
FACTS: dict[str, str] = {"verified": "已核实", "told": "有新的说法", "settled": "确定了一种说法"}
SECTIONS: dict[str, str] = {
    "file": "档案",
    "duty": "任务",
    "alert": "预警",
    "check_in": "签到",
    "record": "走访谈话",
    "judgment": "文书",
    "fact": "四知道",
}


WORDS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "file": (FILE, CLASSES | CATEGORIES),
    "duty": (TITLES, STATES),
    "alert": (KINDS, ALERTS),
    "check_in": ({"check_in": "签到"}, CHECK_INS),
    "record": (TITLES, {"written": "写入记录"}),
    "judgment": (JUDGMENTS, CATEGORIES | {"confirmed": "已确认"}),
    "fact": ({}, FACTS),
}
"""By section: what the kind of an entry is called, and what it came to."""


def line(section: str, what: str, state: str) -> str:
    """Such as `走访:已完成`; a code that has no word shows itself."""
    kinds, states = WORDS[section]
    return f"{kinds.get(what, what)}:{states.get(state, state)}"
