"""Words for codes, as pages show them."""

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
CLOSE_REASONS: dict[str, str] = {
    "real": "情况属实",
    "false_alarm": "误报",
    "phone": "手机或网络原因",
    "service": "服务自身故障",
    "leave": "已批准外出",
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
