"""How to ask the pages of patterns of records, and of papers in somebody's file."""

from io import BytesIO
from uuid import uuid4

from tests.builders.files import PDF
from tests.guards.asking import Shows
from tests.web.page_asking import PageExample

PAGES: dict[str, PageExample] = {
    "POST /subjects/<subject_id>/files": PageExample(
        Shows.CASE,
        lambda _: {"id": str(uuid4()), "purpose": "document", "title": "社会调查报告", "file": (BytesIO(PDF), "a.pdf")},
        303,
    ),
    "POST /leave/<leave_id>/files": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "title": "住院证明", "file": (BytesIO(PDF), "a.pdf")}, 303
    ),
    "POST /searches/<search_id>/files": PageExample(
        Shows.CASE, lambda _: {"id": str(uuid4()), "title": "通话清单", "file": (BytesIO(PDF), "a.pdf")}, 303
    ),
    "POST /attachments/<attachment_id>/delete": PageExample(Shows.CASE, lambda _: {"reason": "重复上传"}, 303),
    "GET /record-patterns": PageExample(Shows.OFFICES),
    "POST /record-patterns/<user_id>/notes": PageExample(
        Shows.SOMEBODY_ELSES,
        lambda _: {"id": str(uuid4()), "pattern": "same_text", "note": "用了同一个模板"},
        status=404,
    ),
}
