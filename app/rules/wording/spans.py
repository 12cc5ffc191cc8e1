"""Stretches of time in words: 3 天, 2 个月."""

from app.rules.policy import Span

_UNITS = {"minutes": "分钟", "hours": "小时", "days": "天", "weeks": "周", "months": "个月"}


def span_words(span: Span) -> str:
    """The span as people say it."""
    return next(f"{getattr(span, unit)} {word}" for unit, word in _UNITS.items() if getattr(span, unit) is not None)
