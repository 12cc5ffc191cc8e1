"""Planning: what is owed when, from the calendar and from what happened."""

from app.rules.planning.facts import ClassPeriod, PlanningFacts, PolicyPeriod, Stretch, duty_id, stretches_of
from app.rules.planning.occasions import OccasionFacts, OwingFacts, plan_occasion
from app.rules.planning.origins import CHAINED, END
from app.rules.planning.plan import HORIZON, REPLANNED, STEP, foresee, forget_ends, forget_plan, plan, replan

__all__ = [
    "CHAINED",
    "END",
    "HORIZON",
    "REPLANNED",
    "STEP",
    "ClassPeriod",
    "OccasionFacts",
    "OwingFacts",
    "PlanningFacts",
    "PolicyPeriod",
    "Stretch",
    "duty_id",
    "foresee",
    "forget_ends",
    "forget_plan",
    "plan",
    "plan_occasion",
    "replan",
    "stretches_of",
]
