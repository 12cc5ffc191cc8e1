"""Values in sentences as people write them: instants and days in local terms, codes of closed sets by their names."""

from collections.abc import Mapping
from datetime import date, datetime

from app.rules.calendar import SHANGHAI
from app.rules.wording import (
    alerts,
    correction,
    occasions,
    orders,
    outages,
    phones,
    places,
    searches,
    service,
    spot_checks,
)

NAMES: dict[str, Mapping[str, str]] = {
    "kind": alerts.KINDS,
    "step": alerts.STEPS,
    "cause": alerts.CAUSES,
    "reason": alerts.CLOSE_REASONS,
    "fault": service.FAULTS,
    "spot_ground": spot_checks.GROUNDS,
    "strength": alerts.STRENGTHS,
    "place_how": places.HOW,
    "place_late": places.LATE,
    "outage": outages.OUTAGES,
    "outage_of": outages.OF,
    "occasion": occasions.KINDS,
    "troubles": phones.TROUBLES,
    "advice": phones.ADVICES,
    "duty_rule": {**orders.DUTY_TITLES, **searches.DUTY_TITLES, **correction.RULES},
}
"""By the name of the placeholder: what its codes are called."""

_METRES = frozenset({"beyond_m", "accuracy_m"})
_DAY = len("2026-03-02")
_NEAR = {-1: "昨天", 0: "今天", 1: "明天"}


def shown(params: Mapping[str, object], today: date | None = None) -> dict[str, object]:
    """The values of a sentence's placeholders as they are read; what is neither a code, a day nor an instant stays."""
    return {name: _shown(name, value, today) for name, value in params.items()}


def local_time(at: datetime, today: date | None = None) -> str:
    """Such as `3月2日 08:05`, or `今天 08:05` where it is known which day is today, in Asia/Shanghai."""
    local = at.astimezone(SHANGHAI)
    return f"{local_day(local.date(), today)} {local:%H:%M}"


def local_day(day: date, today: date | None = None) -> str:
    """Such as `3月2日`, `今天`, `2025年3月2日`: the last two where it is known which day is today."""
    plain = f"{day.month}月{day.day}日"
    if today is None:
        return plain
    return _NEAR.get((day - today).days) or (plain if day.year == today.year else f"{day.year}年{plain}")


def _shown(name: str, value: object, today: date | None) -> object:
    if name == "retry_after_s" and isinstance(value, int):
        return _length(value)
    if isinstance(value, datetime):
        return local_time(value, today)
    if isinstance(value, date):
        return local_day(value, today)
    return _shown_text(name, value, today) if isinstance(value, str) else value


def _shown_text(name: str, value: str, today: date | None) -> str:
    if name in _METRES and value.isdecimal():
        return _distance(int(value))
    if name == "hours":
        return _hours(value)
    if named := NAMES.get(name, {}).get(value):
        return named
    return _time(value, today) or value


def _distance(metres: int) -> str:
    """Such as `350 米` or `12.3 公里`."""
    return f"{metres} 米" if metres < 1000 else f"{metres / 1000:.1f} 公里"


def _hours(hours: str) -> str:
    """Such as `24 小时`, or `6 分钟` for less than one."""
    return f"{hours} 小时" if float(hours) >= 1 else f"{float(hours) * 60:.0f} 分钟"


def _length(seconds: int) -> str:
    """Such as `40 秒` or `3 分钟`, never less than it is."""
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"


def _time(value: str, today: date | None) -> str | None:
    """An aware instant or a day in ISO format, as it is read; None for any other text."""
    if value[4:5] != "-" or value[7:8] != "-":
        return None
    try:
        if len(value) == _DAY:
            return local_day(date.fromisoformat(value), today)
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return local_time(at, today) if at.tzinfo else None
