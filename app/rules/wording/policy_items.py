"""The items of the work rule in words: what brings one up, when it is due, what proves it; and words read back."""

import re
from collections.abc import Iterable

from app.rules.facts import SupervisionClass
from app.rules.policy import ByClass, CalendarEvent, Item, Span, Trigger
from app.rules.wording.occasions import KINDS as OCCASIONS
from app.rules.wording.spans import span_words

EVENTS: dict[str, str] = {**OCCASIONS, "festival": "节日", "before_end": "期满"}
AHEAD: dict[str, str] = {"leave_approved": "外出"}
"""What is met before it comes is called by what comes: a leave that was approved, by going away."""
_SAME_DAY = "当天"
KINDS: dict[str, str] = {"visit": "走访", "talk": "谈话", "verification": "核实情况", "review": "核查数据"}
PLACES: dict[str, str] = {
    "home": "家中",
    "community": "村(社区)",
    "workplace": "单位或学校",
    "neighbours": "邻里、监护人或保证人处",
    "police_station": "派出所",
    "office": "司法所",
    "none": "不限地点",
}
EVIDENCE: dict[str, str] = {
    "place": "定位",
    "photo": "照片",
    "met": "见到了谁",
    "note": "情况记录",
    "signature": "本人签名",
    "officer_signature": "工作人员签名",
    "stamp": "盖章",
    "recording": "录音录像",
    "contacts_tested": "试过的联系方式",
    "document": "文件",
}
CLASSES: dict[SupervisionClass, str] = {
    SupervisionClass.STRICT: "严管",
    SupervisionClass.NORMAL: "普管",
    SupervisionClass.LENIENT: "宽管",
}
SPAN_PATTERN = "[0-9]{1,4} ?(分钟|小时|天|日|周|个月|月)"
"""What a person may write for a stretch of time."""

_UNITS = {
    "分钟": "minutes",
    "小时": "hours",
    "天": "days",
    "日": "days",
    "周": "weeks",
    "个月": "months",
    "月": "months",
}
_SPAN = re.compile(r"([0-9]{1,4})\s*(分钟|小时|天|日|周|个月|月)")


def span_in_words(words: str) -> dict[str, object] | None:
    """`3 天` as a policy's span; None for what is no stretch of time."""
    found = _SPAN.fullmatch(words.strip())
    return {_UNITS[found[2]]: int(found[1])} if found else None


def by_class_words(spans: ByClass[Span | None]) -> str:
    """One stretch for all, or one for each class; a class without one says so."""
    each = {word: spans.of(class_) for class_, word in CLASSES.items()}
    values = set(each.values())
    if len(values) == 1 and (only := values.pop()) is not None:
        return _short(only)
    return "、".join(f"{word} {_short(span) if span else '不要求'}" for word, span in each.items())


def trigger_words(trigger: Trigger) -> str:
    """入矫后 10 天内;节日(放假 3 天以上)前 3 天;期满前 30 天。"""
    event = EVENTS[trigger.on.value]
    if trigger.on is CalendarEvent.FESTIVAL and trigger.rest_days > 1:
        event = f"{event}(放假 {trigger.rest_days} 天以上)"
    spans = by_class_words(trigger.due)
    if trigger.before:
        event = AHEAD.get(trigger.on, event)
        if spans == _SAME_DAY:
            return f"{event}前"
        return f"{event}之前:{spans}" if "、" in spans else f"{event}前 {spans}"
    return f"{event}之后:{spans}" if "、" in spans else f"{event}后 {spans}内"


def repeat_words(item: Item) -> str | None:
    """How often it comes back, None for an item that does not."""
    return f"每 {by_class_words(item.repeat)}" if item.repeats else None


def roles_words(roles: Iterable[str], words: dict[str, str]) -> str:
    """Who, in one line; nobody where there is none."""
    return "、".join(words.get(role, role) for role in roles) or "没有"


def _short(span: Span) -> str:
    return _SAME_DAY if span.days == 0 else span_words(span)
