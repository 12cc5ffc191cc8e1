"""How the walk asks the routes of occasions, waivers and announced periods."""

from tests.guards.asking import Example, Shows

CASE, CASES = Shows.CASE, Shows.CASES

EXAMPLES: dict[str, Example] = {
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
