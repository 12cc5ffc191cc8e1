"""How to ask the routes about what is known of people (四知道)."""

from tests.builders.known_facts import a_body
from tests.guards.asking import Example, Shows

CASE, CASES = Shows.CASE, Shows.CASES

EXAMPLES: dict[str, Example] = {
    "GET /subjects/<subject_id>/facts": Example(CASE),
    "POST /subjects/<subject_id>/facts": Example(
        CASE, lambda place: a_body(place.derived("new check"), [{"field": "family", "value": "与母亲同住"}])
    ),
    "POST /subjects/<subject_id>/facts/settlements": Example(
        CASE,
        lambda place: {
            "id": str(place.derived("settlement")),
            "field": "occupation",
            "chosen": str(place.id_of("fact_id")),
            "reason": "单位出具证明",
        },
    ),
    "POST /subjects/<subject_id>/facts/reveal": Example(CASE, lambda _: {"reason": "核对材料"}),
    "GET /subjects/<subject_id>/facts/history": Example(CASE),
    "GET /facts/contradictions": Example(CASES),
}
