"""How to ask the routes about policies, drafts of them and trials."""

from app.store.shipped_policies import shipped
from tests.guards.asking import Example, Shows

OFFICE, OFFICES = Shows.OFFICE, Shows.OFFICES

EXAMPLES: dict[str, Example] = {
    # policies
    "GET /policies": Example(OFFICES),
    "GET /policies/<version_id>": Example(OFFICE),
    "POST /policies": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("new policy")),
            "office_id": str(place.office.id),
            "content": shipped("jiangshan"),
        },
    ),
    "GET /policies/<version_id>/changes": Example(OFFICE),
    # drafts of policies: one that is being written, and one that was handed in
    "GET /policy-drafts": Example(OFFICES),
    "POST /policy-drafts": Example(
        OFFICE, lambda place: {"id": str(place.derived("new draft")), "office_id": str(place.office.id)}
    ),
    "GET /policy-drafts/<draft_id>": Example(OFFICE),
    "PUT /policy-drafts/<draft_id>": Example(OFFICE, lambda _: {"revision": 1, "content": shipped("jiangshan")}),
    "POST /policy-drafts/<draft_id>/submit": Example(OFFICE, lambda _: {"revision": 1, "why": "缩短失联时限"}),
    "POST /policy-drafts/<draft_id>/withdraw": Example(OFFICE, lambda _: {"revision": 1}),
    "POST /policy-drafts/<handed_in_id>/approve": Example(OFFICE, lambda _: {"revision": 2}),
    "POST /policy-drafts/<handed_in_id>/return": Example(OFFICE, lambda _: {"revision": 2, "note": "请先试算"}),
    "GET /policy-drafts/<draft_id>/trials": Example(OFFICE),
    "POST /policy-drafts/<draft_id>/trials": Example(OFFICE, lambda place: {"id": str(place.derived("trial"))}),
}
