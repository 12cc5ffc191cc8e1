"""What becomes of a duty as time goes by: it opens, is reminded of, is judged once after its end, or is waived."""

from app.rules.duties.facts import (
    ALERTS,
    CHECKED_IN,
    WAIVABLE,
    Asked,
    DutyFacts,
    Gap,
    JudgeFacts,
    OwedFacts,
    PhoneFacts,
    Unanswered,
    WaiveFacts,
    alert_about,
)
from app.rules.duties.judging import STANDSTILL, judge
from app.rules.duties.reading import LOW_BATTERY_PERCENT, PERMISSION_LOST
from app.rules.duties.steps import how_to, open_duty, remind, waive

__all__ = [
    "ALERTS",
    "CHECKED_IN",
    "LOW_BATTERY_PERCENT",
    "PERMISSION_LOST",
    "STANDSTILL",
    "WAIVABLE",
    "Asked",
    "DutyFacts",
    "Gap",
    "JudgeFacts",
    "OwedFacts",
    "PhoneFacts",
    "Unanswered",
    "WaiveFacts",
    "alert_about",
    "how_to",
    "judge",
    "open_duty",
    "remind",
    "waive",
]
