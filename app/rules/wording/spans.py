"""Stretches of time in words: 3 天, 2 个月."""

from app.rules.policy import Span

_UNITS = {"minutes": "分钟", "hours": "小时", "days": "天", "weeks": "周", "months": "个月"}


def within_words(span: Span) -> str:
    """How much time there is for something, as people say it."""
    return "当天" if span.days == 0 else span_words(span)


def ahead_words(span: Span) -> str:
    """How long before something, as people say it."""
    return "在开始前" if span.days == 0 else f"提前 {span_words(span)}"


def span_words(span: Span) -> str:
    """The span as people say it."""
    return next(f"{getattr(span, unit)} {word}" for unit, word in _UNITS.items() if getattr(span, unit) is not None)
