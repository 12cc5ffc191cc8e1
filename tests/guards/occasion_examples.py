"""How the walk asks the routes of occasions, waivers and announced periods."""

from tests.guards.asking import Example, Shows

CASE, CASES, OFFICE, OFFICES = Shows.CASE, Shows.CASES, Shows.OFFICE, Shows.OFFICES

EXAMPLES: dict[str, Example] = {
    "GET /announced-periods": Example(OFFICES),
    "POST /announced-periods": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("new period")),
            "office_id": str(place.office.id),
            "kind": "security",
            "title": "进博会安保",
            "from": "2026-04-01",
            "to": "2026-04-07",
            "reason": "市局通知",
        },
    ),
    "GET /announced-periods/<period_id>": Example(OFFICE),
    "POST /announced-periods/<period_id>/withdraw": Example(OFFICE, lambda _: {"reason": "活动取消"}),
    "GET /waivers": Example(CASES),
    "GET /waivers/<waiver_id>": Example(CASE),
    "POST /waivers/<waiver_id>/decision": Example(CASE, lambda _: {"granted": True}),
    "GET /subjects/<subject_id>/occasions": Example(CASE),
    "POST /subjects/<subject_id>/occasions": Example(
        CASE,
        lambda place: {"id": str(place.derived("new occasion")), "kind": "violation", "note": "未经批准外出,已查实"},
    ),
    "GET /occasions/<occasion_id>": Example(CASE),
    "POST /occasions/<occasion_id>/withdraw": Example(CASE, lambda _: {"reason": "登记错了人"}),
}
