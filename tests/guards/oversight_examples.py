"""How to ask the routes about samples, the red list and weekly meetings."""

from tests.builders.app import MONDAY
from tests.guards.asking import Example, Shows

TODAY = MONDAY.date().isoformat()
CASE, OFFICE, CASES, OFFICES = Shows.CASE, Shows.OFFICE, Shows.CASES, Shows.OFFICES

EXAMPLES: dict[str, Example] = {
    "GET /samples": Example(OFFICES),
    "POST /samples": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("more samples")),
            "office_id": str(place.office.id),
            "from_day": TODAY,
            "to_day": TODAY,
            "size": 5,
            "why": "月度抽检",
        },
    ),
    "GET /samples/<sample_id>": Example(OFFICE),
    "GET /samples/<sample_id>/records/<record_id>": Example(OFFICE),
    "POST /samples/<sample_id>/records/<record_id>/entries": Example(
        OFFICE, lambda place: {"id": str(place.derived("note")), "kind": "note", "note": "清楚"}
    ),
    "GET /sample-questions": Example(CASES),
    "POST /samples/<asked_id>/records/<asked_record_id>/answer": Example(
        CASE, lambda place: {"id": str(place.derived("answer")), "note": "已补充说明"}
    ),
    "GET /visit-points": Example(OFFICES),
    "POST /visit-points": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("more points")),
            "office_id": str(place.office.id),
            "place": "police_station",
            "name": "派出所",
            "lon": 118.6,
            "lat": 28.7,
        },
    ),
    "DELETE /visit-points/<point_id>": Example(CASE),
    "GET /subjects/<subject_id>/visit-points": Example(CASE),
    "GET /red-list": Example(CASES),
    "GET /weekly-reviews": Example(OFFICES),
    "POST /weekly-reviews": Example(
        OFFICE,
        lambda place: {
            "id": str(place.derived("more reviews")),
            "office_id": str(place.office.id),
            "week": TODAY,
            "held_on": TODAY,
            "attended": "全所",
            "summary": "例会",
            "people": [{"subject_id": str(place.subject_id), "decision": "下周走访"}],
        },
    ),
    "GET /weekly-reviews/<review_id>": Example(OFFICE),
}
