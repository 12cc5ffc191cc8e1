"""How to ask the routes about correction groups and plans."""

from tests.guards.asking import Example, Shows

CASE, CASES = Shows.CASE, Shows.CASES

A_PLAN = {
    "basic_facts": "缓刑二年",
    "assessment": "再犯风险低",
    "state_of_mind": "平稳",
    "special_matters": "无",
    "measures": ["每月走访一次"],
}

EXAMPLES: dict[str, Example] = {
    "GET /subjects/<subject_id>/group": Example(CASE),
    "POST /subjects/<subject_id>/group/members": Example(
        CASE,
        lambda place: {"id": str(place.derived("new member")), "kind": "volunteer", "name": "柴志愿"},
    ),
    "POST /subjects/<subject_id>/group/members/<member_id>/end": Example(CASE, lambda _: {"reason": "调离"}),
    "POST /subjects/<subject_id>/group/members/<member_id>/letter": Example(CASE, lambda _: {}),
    "GET /subjects/<subject_id>/plan": Example(CASE),
    "POST /subjects/<subject_id>/plan": Example(
        CASE, lambda place: {"id": str(place.derived("new plan")), **A_PLAN, "because": "表现稳定"}
    ),
    "POST /subjects/<subject_id>/plan/<plan_id>/decision": Example(CASE, lambda _: {"approve": True}),
    "POST /subjects/<subject_id>/plan/reviews": Example(
        CASE, lambda place: {"id": str(place.derived("review")), "note": "执行良好"}
    ),
    "GET /correction-gaps": Example(CASES),
}
