"""Silence: when nothing was heard of a phone for longer than the policy allows, and what seems to be behind it."""

from app.rules.silence.causes import LOW_BATTERY_PERCENT, weigh, weigh_again
from app.rules.silence.facts import PERMISSION_LOST, Episode, PhoneHealth, Signs, SilenceFacts, Span, began_at
from app.rules.silence.judging import judge_return, judge_silence, look_again

__all__ = [
    "LOW_BATTERY_PERCENT",
    "PERMISSION_LOST",
    "Episode",
    "PhoneHealth",
    "Signs",
    "SilenceFacts",
    "Span",
    "began_at",
    "judge_return",
    "judge_silence",
    "look_again",
    "weigh",
    "weigh_again",
]
