"""The group that helps with one person's correction (矫正小组) and the plan for it (矫正方案): whether they are
complete, what is owed about them, and what each act on them does [Law 24, 25, 52, 53; Measures 19, 22].
"""

from app.rules.correction.facts import CorrectionFacts, Owed, PlanStanding
from app.rules.correction.group import (
    Leaving,
    Letter,
    NewMember,
    add_member,
    end_member,
    note_letter,
    owe_what_lacks,
    reconsider,
)
from app.rules.correction.members import (
    SF0015_MEMBER_CODES,
    Completeness,
    Member,
    Need,
    Person,
    Verdict,
    complete_since,
    judge_group,
)
from app.rules.correction.owing import GROUP_RULE, PLAN_RULE, REVIEW_RULE, owe_from_intake
from app.rules.correction.plans import NewPlan, NewReview, class_changed, decide_plan, review_plan, write_plan
from app.rules.effects.correction import MemberKind

__all__ = [
    "GROUP_RULE",
    "PLAN_RULE",
    "REVIEW_RULE",
    "SF0015_MEMBER_CODES",
    "Completeness",
    "CorrectionFacts",
    "Leaving",
    "Letter",
    "Member",
    "MemberKind",
    "Need",
    "NewMember",
    "NewPlan",
    "NewReview",
    "Owed",
    "Person",
    "PlanStanding",
    "Verdict",
    "add_member",
    "class_changed",
    "complete_since",
    "decide_plan",
    "end_member",
    "judge_group",
    "note_letter",
    "owe_from_intake",
    "owe_what_lacks",
    "reconsider",
    "review_plan",
    "write_plan",
]
