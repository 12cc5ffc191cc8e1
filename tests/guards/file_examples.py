"""How to ask the routes of attachments of case files."""

from io import BytesIO

from tests.builders.files import PDF
from tests.guards.asking import Example, Shows

EXAMPLES: dict[str, Example] = {
    "GET /attachments": Example(Shows.CASES),
    "POST /attachments": Example(
        Shows.CASE,
        form=lambda place: {
            "id": str(place.derived("new attachment")),
            "subject_id": str(place.subject_id),
            "about_kind": "subject",
            "about_id": str(place.subject_id),
            "purpose": "document",
            "file": (BytesIO(PDF), "笔录.pdf"),
        },
    ),
    "GET /record-patterns": Example(
        Shows.OFFICES,
    ),
    # Who wrote no record has no patterns to speak of.
    "POST /record-patterns/<user_id>/notes": Example(
        Shows.SOMEBODY_ELSES,
        lambda place: {"id": str(place.derived("record note")), "pattern": "same_text", "note": "用了模板"},
    ),
    "GET /attachments/<attachment_id>/content": Example(Shows.CASE),
    "POST /attachments/<attachment_id>/deletion": Example(Shows.CASE, lambda _: {"reason": "重复上传"}),
}
