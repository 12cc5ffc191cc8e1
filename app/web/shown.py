"""How values are shown on pages: times with their day, ages, words for codes. Filters of the templates."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.web.context import deps
from app.web.shown_codes import alert_tone, alert_word, duty_kind, duty_state, duty_tone, figure

LOCAL = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"


def moment(at: datetime | None) -> str:
    """今天 10:32, 昨天 23:10, 3月2日 08:00, 2025年3月2日 08:00; an unknown time is 未知."""
    if at is None:
        return "未知"
    local, today = at.astimezone(LOCAL), deps().now().astimezone(LOCAL).date()
    days = (today - local.date()).days
    near = {0: "今天", 1: "昨天", -1: "明天"}.get(days)
    if near is None:
        year = f"{local.year}年" if local.year != today.year else ""
        near = f"{year}{local.month}月{local.day}日"
    return f"{near} {local:%H:%M}"


def clock(at: datetime) -> str:
    """10:32."""
    return f"{at.astimezone(LOCAL):%H:%M}"


def age(at: datetime | None) -> str:
    """How long ago: 刚刚, 5 分钟前, 3 小时前, 2 天前; an unknown time is 未知."""
    if at is None:
        return "未知"
    return ago(deps().now() - at)


def ago(passed: timedelta) -> str:
    """A length of time, as people say it."""
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时前"
    return f"{minutes // (24 * 60)} 天前"


def attribute(at: datetime) -> str:
    """For the `datetime` attribute of a `time` element."""
    return at.astimezone(LOCAL).isoformat()


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": moment,
    "clock": clock,
    "age": age,
    "attribute": attribute,
    "alert_tone": alert_tone,
    "alert_word": alert_word,
    "duty_kind": duty_kind,
    "duty_state": duty_state,
    "duty_tone": duty_tone,
    "figure": figure,
}
