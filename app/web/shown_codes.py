"""Words for codes, as pages show them."""

from app.queries.alerts import AlertView
from app.rules.facts import Condition, Handling
from app.rules.wording import alerts
from app.rules.wording.duties import STATES, TITLES

FIGURES: dict[str, str] = {
    "due": "应办",
    "in_time": "按时",
    "late": "迟办",
    "waived": "免除",
    "missed": "未办",
    "open": "未到期",
    "unjudged": "无法判断",
    "submitted": "待核实",
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
    """应办, 按时, ..."""
    return FIGURES.get(code, code)


def alert_word(code: str) -> str:
    """持续, 已受理, 司法所, 证据充分, ...: whatever an alert's columns hold."""
    for words in (alerts.CONDITIONS, alerts.HANDLINGS, alerts.CAUSES, alerts.STRENGTHS, alerts.STEPS):
        if code in words:
            return words[code]
    return code


def alert_tone(view: AlertView) -> str:
    """What goes on and nobody has taken on is urgent; what is taken on comes next; what is over is quiet."""
    if view.handling == Handling.CLOSED or view.condition == Condition.RECOVERED:
        return "unknown"
    return "urgent" if view.handling == Handling.OPEN else "soon"
