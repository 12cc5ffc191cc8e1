"""Words for codes, as pages show them."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from app.queries.alert_history import DeliveryView
from app.queries.alerts import AlertView
from app.rules.facts import Condition, DeliveryState, Handling, Reason
from app.rules.silence import PERMISSION_LOST
from app.rules.wording import alerts, sentence
from app.rules.wording.duties import STATES, TITLES
from app.rules.wording.visits import FIGURES

ROLES: dict[str, str] = {
    "aide": "协管员",
    "officer": "司法所工作人员",
    "county_staff": "县级工作人员",
    "county_head": "县级负责人",
    "city_staff": "市级工作人员",
    "procurator": "检察官",
    "provider": "外聘帮扶人员",
    "admin": "管理员",
}
STATUSES: dict[str, str] = {"noticed": "等待入矫", "in_correction": "在矫", "ended": "已结束"}
CHANNELS: dict[str, str] = {"smartphone": "手机签到", "no_smartphone": "不用智能手机,当面签到"}
POWERS: dict[str, str] = {"check": "信息化核查", "order": "电子定位决定"}
ARTICLES: dict[str, str] = {"Law 26": "社区矫正法第二十六条", "Law 29": "社区矫正法第二十九条"}
MARKS: dict[str, str] = {
    "implausible_speed": "移动快得不合常理",
    "drift": "短时飘移",
    "stale_repeat": "重复发送的旧位置",
    "mock": "标有模拟定位",
    "network": "网络定位,可能不准",
    "vague": "误差太大",
}
"""What is thought of a fix. A mark removes nothing: it says how much the fix weighs."""
ZONES: dict[str, str] = {"forbidden": "禁止进入", "stay_inside": "不得离开"}
GROUPS: dict[str, str] = {"waiting": "还没有人处理", "taken": "已有人处理", "over": "情况已恢复,待办结"}
EVIDENCE: dict[str, str] = {
    "opens_at": "开始",
    "due_at": "截止",
    "last_heard_at": "手机最近联系",
    "registered_at": "登记入矫",
    "battery_percent": "手机最后电量",
    "location_permission": "手机定位权限",
    "battery_saver": "手机省电模式",
}
"""What an occurrence may rest on, in the order in which it is read."""
DOUBTS: dict[str, str] = {
    "time_not_proven": "手机时间无法核对",
    "time_ahead": "手机时间比实际时间快",
    "position_missing": "没有收到位置",
    "accuracy_missing": "位置没有误差范围",
    "mock_location": "位置标有模拟定位",
    "photo_missing": "没有照片",
    "photo_awaited": "照片还没有传到",
    "photo_used": "照片以前用过",
    "photo_old": "照片不是这次拍的",
    "answer_missing": "没有回答问题",
}
"""Why a check-in waits for review, as officers read it; the receipt tells its owner what to do."""
AREAS: dict[str, str] = {"inside": "在规定区域内", "outside": "在规定区域外", "cannot_tell": "无法判断是否在规定区域内"}
DELIVERIES: dict[tuple[str, str], str] = {
    ("in_app", DeliveryState.PENDING): "已放入工作页面的通知,还没有打开",
    ("in_app", DeliveryState.SENT): "已在工作页面或手机应用中显示",
    ("fcm", DeliveryState.PENDING): "正在推送到手机",
    ("fcm", DeliveryState.SENT): "已推送到手机",
    ("fcm", DeliveryState.DEAD): "没有推送到手机",
    ("fcm", DeliveryState.RETIRED): "没有推送:这部手机已停用",
}
DUTY_TONES: dict[str, str] = {
    "open": "soon",
    "planned": "unknown",
    "missed": "urgent",
    "late": "soon",
    "submitted": "soon",
    "fulfilled": "well",
    "waived": "unknown",
    "unjudged": "unknown",
    "cancelled": "unknown",
}

FACT_TONES: dict[str, str] = {
    "known": "well",
    "stale": "soon",
    "unverified": "unknown",
    "missing": "unknown",
    "contradicted": "urgent",
}


def duty_state(code: str) -> str:
    """待完成, 已完成, ..."""
    return STATES.get(code, code)


def duty_kind(code: str) -> str:
    """签到, 走访, ..."""
    return TITLES.get(code, code)


def duty_tone(code: str) -> str:
    """How urgent a state looks: `urgent`, `soon`, `well` or `unknown`."""
    return DUTY_TONES.get(code, "unknown")


def figure(code: str) -> str:
    """应完成, 按时, ..."""
    return FIGURES.get(code, code)


def role(code: str) -> str:
    """司法所工作人员, 检察官, ..."""
    return ROLES.get(code, code)


def doubts(reasons: Sequence[Reason]) -> str:
    """Why a check-in waits for review, in one line."""
    return ";".join(DOUBTS.get(reason.code) or sentence(reason.code, dict(reason.params)) for reason in reasons)


def area_word(code: str) -> str:
    """在规定区域内, ..."""
    return AREAS.get(code, code)


def power_word(kind: str | None) -> str:
    """Under which power a fix was taken."""
    return POWERS.get(kind or "", "依据不明")


def article_word(article: str) -> str:
    """社区矫正法第二十九条, ..."""
    return ARTICLES.get(article, article)


def mark_words(marks: Sequence[str]) -> str:
    """What is thought of a fix, in one line; empty for nothing."""
    return "、".join(MARKS.get(mark, mark) for mark in marks)


def zone_word(kind: str) -> str:
    """禁止进入, 不得离开."""
    return ZONES.get(kind, kind)


def hours_words(hours: Sequence[Mapping[str, Any]]) -> str:
    """Such as `每周一、二 22:00-06:00`; 全天 where a zone holds at all hours."""
    return ";".join(map(_hours_word, hours)) or "全天"


def _hours_word(each: Mapping[str, Any]) -> str:
    days = "、".join("一二三四五六日"[day - 1] for day in sorted(each["weekdays"]))
    return f"每周{days} {each['from'][:5]}-{each['to'][:5]}"


def alert_word(code: str) -> str:
    """持续, 已受理, 司法所, 证据充分, ...: whatever an alert's columns hold."""
    for words in (alerts.CONDITIONS, alerts.HANDLINGS, alerts.CAUSES, alerts.STRENGTHS, alerts.STEPS, GROUPS):
        if code in words:
            return words[code]
    return code


def alert_group(view: AlertView) -> str:
    """`waiting` for somebody, `taken` on by somebody, or `over`: the order of urgency keeps each together."""
    if view.condition == Condition.RECOVERED:
        return "over"
    return "waiting" if view.handling == Handling.OPEN else "taken"


def groups(views: Sequence[AlertView]) -> list[tuple[str, list[AlertView]]]:
    """Alerts in order of urgency, by group."""
    return [(code, list(listed)) for code, listed in groupby(views, key=alert_group)]


def alert_tone(view: AlertView) -> str:
    """What goes on and nobody has taken on is urgent; what is taken on comes next; what is over is quiet."""
    if view.handling == Handling.CLOSED or view.condition == Condition.RECOVERED:
        return "unknown"
    return "urgent" if view.handling == Handling.OPEN else "soon"


def delivery(view: DeliveryView) -> str:
    """How far a notice got on one way."""
    return DELIVERIES.get((view.channel, view.state), "没有送达")


def level(step: str) -> str:
    """司法所, 县级社区矫正机构, ... of a notice's step such as `1.county`."""
    return alert_word(step.rpartition(".")[2])


def evident(code: str, value: Any) -> str:
    """What a phone said of itself, in a word."""
    if code == "battery_saver":
        return "已打开" if value else "没有打开"
    if code == "location_permission":
        return "已关闭" if value in PERMISSION_LOST else "已允许"
    return str(value)
