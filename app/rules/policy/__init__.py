"""The local supervision system (制度) as data: read, checked, changed and written. It gets text, never a path."""

from app.rules.policy.by_class import ByClass
from app.rules.policy.causes import DeviceTrouble, Outages, Suspicions
from app.rules.policy.correction import CorrectionRules, ReviewMonths
from app.rules.policy.former_clocks import HOME_VISIT, INTAKE_TALK
from app.rules.policy.items import CalendarEvent, Event, Evidence, Item, Place, Span, Trigger
from app.rules.policy.load import content_hash, parse_policy, policy_from_mapping, with_changes
from app.rules.policy.orders_searches import OrderClocks, SearchClocks
from app.rules.policy.places import Places
from app.rules.policy.problems import PolicyError, Problem
from app.rules.policy.tree import (
    Departure,
    FixedWindow,
    GraceMin,
    LadderMin,
    LocationChecks,
    PhotoMode,
    Photos,
    Policy,
    QuietHours,
    RandomWindow,
    Recovery,
    RepeatedWindow,
    SpotLimits,
    Visits,
    Window,
)
from app.rules.policy.write import to_mapping

__all__ = [
    "HOME_VISIT",
    "INTAKE_TALK",
    "ByClass",
    "CalendarEvent",
    "CorrectionRules",
    "Departure",
    "DeviceTrouble",
    "Event",
    "Evidence",
    "FixedWindow",
    "GraceMin",
    "Item",
    "LadderMin",
    "LocationChecks",
    "OrderClocks",
    "Outages",
    "PhotoMode",
    "Photos",
    "Place",
    "Places",
    "Policy",
    "PolicyError",
    "Problem",
    "QuietHours",
    "RandomWindow",
    "Recovery",
    "RepeatedWindow",
    "ReviewMonths",
    "SearchClocks",
    "Span",
    "SpotLimits",
    "Suspicions",
    "Trigger",
    "Visits",
    "Window",
    "content_hash",
    "parse_policy",
    "policy_from_mapping",
    "to_mapping",
    "with_changes",
]
