"""How values are shown on pages: times with their day, deadlines, ages. Filters of the templates."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.rules.calendar import SHANGHAI, last_day_before, legal_day, minute_of_day
from app.rules.wording.values import local_day, local_time
from app.web import shown_codes
from app.web.context import deps


def as_of() -> str:
    """10:32: until when what the page shows is true."""
    return clock(deps().now())


def moment(at: datetime | None) -> str:
    """今天 10:32, 昨天 23:10, 3月2日 08:00, 2025年3月2日 08:00; an unknown time is 未知."""
    return "未知" if at is None else local_time(at, _today())


def deadline(at: datetime) -> str:
    """今天 10:00 前; at the end of a day 3月11日内, since nobody reads 3月12日 00:00 as the day before."""
    if minute_of_day(at):
        return f"{moment(at)} 前"
    return f"{local_day(last_day_before(at), _today())}内"


def beginning(at: datetime) -> str:
    """今天 08:00 起; at the beginning of a day 3月2日起."""
    return f"{moment(at)} 起" if minute_of_day(at) else f"{local_day(legal_day(at), _today())}起"


def clock(at: datetime) -> str:
    """10:32."""
    return f"{at.astimezone(SHANGHAI):%H:%M}"


def age(at: datetime | None) -> str:
    """How long ago: 刚刚, 5 分钟前, 3 小时前, 2 天前; an unknown time is 未知."""
    return "未知" if at is None else ago(deps().now() - at)


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
    return at.astimezone(SHANGHAI).isoformat()


def metres(distance: float) -> str:
    """约 320 米, 约 4.2 公里."""
    return f"约 {distance:.0f} 米" if distance < 1000 else f"约 {distance / 1000:.1f} 公里"


def evidence(stored: dict[str, Any]) -> list[tuple[str, str]]:
    """What an occurrence rests on, as lines of a name and a value; times as times, what is not known left out."""
    lines = []
    for code, word in shown_codes.EVIDENCE.items():
        if stored.get(code) is not None:
            lines.append((word, _evident(code, stored[code])))
    return lines


def _evident(code: str, value: Any) -> str:
    if code.endswith("_at"):
        return moment(datetime.fromisoformat(value))
    if code == "battery_percent":
        return f"{value}%"
    return shown_codes.evident(code, value)


def _today() -> Any:
    return legal_day(deps().now())


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": moment,
    "deadline": deadline,
    "beginning": beginning,
    "clock": clock,
    "age": age,
    "attribute": attribute,
    "metres": metres,
    "evidence": evidence,
    "alert_tone": shown_codes.alert_tone,
    "alert_word": shown_codes.alert_word,
    "area_word": shown_codes.area_word,
    "delivery": shown_codes.delivery,
    "doubts": shown_codes.doubts,
    "duty_kind": shown_codes.duty_kind,
    "duty_state": shown_codes.duty_state,
    "duty_tone": shown_codes.duty_tone,
    "figure": shown_codes.figure,
    "groups": shown_codes.groups,
    "level": shown_codes.level,
    "power": shown_codes.power_word,
    "role": shown_codes.role,
    "zone_word": shown_codes.zone_word,
}
