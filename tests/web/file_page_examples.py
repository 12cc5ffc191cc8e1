"""How to ask the pages of patterns of records, and of papers in somebody's file."""

from uuid import uuid4

from tests.guards.asking import Shows
from tests.web.page_asking import PageExample

PAGES: dict[str, PageExample] = {
    "GET /record-patterns": PageExample(Shows.OFFICES),
    "POST /record-patterns/<user_id>/notes": PageExample(
        Shows.SOMEBODY_ELSES,
        lambda _: {"id": str(uuid4()), "pattern": "same_text", "note": "用了同一个模板"},
        status=404,
    ),
}
