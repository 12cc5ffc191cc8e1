"""Values in sentences as people write them: instants and days in local terms, codes of closed sets by their names."""

from collections.abc import Mapping
from datetime import date, datetime

from app.rules.calendar import SHANGHAI
from app.rules.wording import alerts

NAMES: dict[str, Mapping[str, str]] = {
    "kind": alerts.KINDS,
    "step": alerts.STEPS,
    "cause": alerts.CAUSES,
    "reason": alerts.CLOSE_REASONS,
}
"""By the name of the placeholder: what its codes are called."""

_DAY = len("2026-03-02")


def shown(params: Mapping[str, object]) -> dict[str, object]:
    """The values of a sentence's placeholders as they are read; what is neither a code, a day nor an instant stays."""
    return {name: _shown(name, value) for name, value in params.items()}


def local_time(at: datetime) -> str:
    """Such as `3月2日 08:05`, in Asia/Shanghai."""
    local = at.astimezone(SHANGHAI)
    return f"{local_day(local.date())} {local:%H:%M}"


def local_day(day: date) -> str:
    """Such as `3月2日`."""
    return f"{day.month}月{day.day}日"


def _shown(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return local_time(value)
    if isinstance(value, date):
        return local_day(value)
    if not isinstance(value, str):
        return value
    if named := NAMES.get(name, {}).get(value):
        return named
    return _time(value) or value


def _time(value: str) -> str | None:
    """An aware instant or a day in ISO format, as it is read; None for any other text."""
    if value[4:5] != "-" or value[7:8] != "-":
        return None
    try:
        if len(value) == _DAY:
            return local_day(date.fromisoformat(value))
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return local_time(at) if at.tzinfo else None
