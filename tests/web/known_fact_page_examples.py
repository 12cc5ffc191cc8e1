"""How the walk asks the pages of one person: facts, timeline, portrait."""

from uuid import uuid4

from tests.guards.asking import Shows
from tests.guards.world import Place
from tests.web.page_asking import Form, PageExample


def _checked(_: Place) -> Form:
    return {
        "id": str(uuid4()),
        "item": "知2",
        "happened_at": "2026-03-02T08:30",
        "source": "officer",
        "how": "seen",
        "value_family": "与母亲同住",
    }


def _settled(place: Place) -> Form:
    return {
        "id": str(uuid4()),
        "field": "occupation",
        "chosen": str(place.id_of("fact_id")),
        "reason": "单位出具证明",
    }


PAGES: dict[str, PageExample] = {
    "GET /facts/contradictions": PageExample(Shows.CASES),
    "GET /subjects/<subject_id>/portrait": PageExample(Shows.CASE, mimetype="image/jpeg"),
    "GET /subjects/<subject_id>/timeline": PageExample(Shows.CASE),
    "GET /subjects/<subject_id>/facts": PageExample(Shows.CASE),
    "GET /subjects/<subject_id>/facts/check": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/facts/check": PageExample(Shows.CASE, _checked, 303),
    "GET /subjects/<subject_id>/facts/history": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/facts/reveal": PageExample(Shows.CASE, lambda _: {"reason": "核对材料"}),
    "POST /subjects/<subject_id>/facts/settle": PageExample(Shows.CASE, _settled, 303),
}
