"""Planning: what is owed when, from the calendar and from what happened."""

from app.rules.planning.facts import ClassPeriod, PlanningFacts, PolicyPeriod, Stretch, duty_id, stretches_of
from app.rules.planning.plan import HORIZON, REPLANNED, STEP, forget_plan, plan, replan

__all__ = [
    "HORIZON",
    "REPLANNED",
    "STEP",
    "ClassPeriod",
    "PlanningFacts",
    "PolicyPeriod",
    "Stretch",
    "duty_id",
    "forget_plan",
    "plan",
    "replan",
    "stretches_of",
]
