"""How the walk asks the pages of occasions, waivers and announced periods."""

from uuid import uuid4

from tests.guards.asking import Shows
from tests.web.page_asking import PageExample

PAGES: dict[str, PageExample] = {
    "GET /periods": PageExample(Shows.OFFICES),
    "POST /periods": PageExample(
        Shows.OFFICE,
        lambda place: {
            "id": str(uuid4()),
            "office_id": str(place.office.id),
            "kind": "security",
            "title": "进博会安保",
            "from_day": "2026-04-01",
            "to_day": "2026-04-07",
            "why": "市局通知",
        },
        303,
    ),
    "POST /periods/<period_id>/withdraw": PageExample(Shows.OFFICE, lambda _: {"reason": "活动取消"}, 303),
    "GET /waivers": PageExample(Shows.CASES),
    "GET /waivers/<waiver_id>": PageExample(Shows.CASE, status=303),
    "POST /waivers/<waiver_id>/decision": PageExample(Shows.CASE, lambda _: {"granted": "yes"}, 303),
    "GET /subjects/<subject_id>/occasions": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/occasions": PageExample(
        Shows.CASE,
        lambda _: {
            "id": str(uuid4()),
            "kind": "family_event",
            "known_since": "2026-03-02T08:30",
            "on": "2026-03-01",
            "note": "母亲住院",
        },
        303,
    ),
    "GET /occasions/<occasion_id>": PageExample(Shows.CASE, status=303),
    "POST /occasions/<occasion_id>/withdraw": PageExample(Shows.CASE, lambda _: {"reason": "登记错了人"}, 303),
}
