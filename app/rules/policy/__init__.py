"""The local supervision system (制度) as data: read, checked, changed and written. It gets text, never a path."""

from app.rules.policy.load import content_hash, parse_policy, policy_from_mapping, with_changes
from app.rules.policy.problems import PolicyError, Problem
from app.rules.policy.tree import (
    HOME_VISIT,
    INTAKE_TALK,
    ByClass,
    Departure,
    DueAfter,
    FixedWindow,
    GraceMin,
    Item,
    LadderMin,
    LocationChecks,
    Policy,
    QuietHours,
    RandomWindow,
    Recovery,
    RepeatedWindow,
    Visits,
    Window,
)
from app.rules.policy.write import to_mapping

__all__ = [
    "HOME_VISIT",
    "INTAKE_TALK",
    "ByClass",
    "Departure",
    "DueAfter",
    "FixedWindow",
    "GraceMin",
    "Item",
    "LadderMin",
    "LocationChecks",
    "Policy",
    "PolicyError",
    "Problem",
    "QuietHours",
    "RandomWindow",
    "Recovery",
    "RepeatedWindow",
    "Visits",
    "Window",
    "content_hash",
    "parse_policy",
    "policy_from_mapping",
    "to_mapping",
    "with_changes",
]
