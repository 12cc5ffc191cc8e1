"""Searches (查找) for people out of contact [Law 30; Measures 38]: opened, recorded, ended; bands proposed in words."""

from app.rules.searches.absence import Band, absence_days, band_of
from app.rules.searches.ending import Conclusion, conclude, confirmed_by_judgment, excuse
from app.rules.searches.opening import (
    OPEN_RULE,
    OpenAlert,
    SearchFacts,
    Wanted,
    due_at,
    open_by_rule,
    open_search,
    plan_opening,
)
from app.rules.searches.record import NewEntry, SearchFile, StepDuty, add_entry

__all__ = [
    "OPEN_RULE",
    "Band",
    "Conclusion",
    "NewEntry",
    "OpenAlert",
    "SearchFacts",
    "SearchFile",
    "StepDuty",
    "Wanted",
    "absence_days",
    "add_entry",
    "band_of",
    "conclude",
    "confirmed_by_judgment",
    "due_at",
    "excuse",
    "open_by_rule",
    "open_search",
    "plan_opening",
]
