"""How the pages of records are asked."""

from io import BytesIO
from uuid import uuid4

from app.rules.facts import Role
from tests.builders.record_papers import a_signature
from tests.guards.asking import Shows
from tests.guards.world import Place
from tests.web.page_asking import Form, PageExample

NOT_FOR_HEADS = frozenset({Role.COUNTY_HEAD})
"""The policy's items name who may fulfil them, and a county head is not among them."""


def _record(_: Place) -> Form:
    return {"id": str(uuid4()), "kind": "visit", "items": "访1", "happened_at": "2026-03-02T08:30", "note": "情况稳定"}


def _addition(_: Place) -> Form:
    return {"id": str(uuid4()), "note": "母亲也在场", "why": "当天漏写"}


def _file(_: Place) -> Form:
    photo = BytesIO(a_signature()), "photo.png"
    return {"id": str(uuid4()), "record_id": str(uuid4()), "purpose": "photo", "file": photo}


PAGES: dict[str, PageExample] = {
    "GET /subjects/<subject_id>/record": PageExample(Shows.CASE),
    "POST /subjects/<subject_id>/record": PageExample(Shows.CASE, _record, 303, refuses=NOT_FOR_HEADS),
    "GET /records/<record_id>": PageExample(Shows.CASE),
    "POST /records/<record_id>/additions": PageExample(Shows.CASE, _addition, 303, refuses=NOT_FOR_HEADS),
    "GET /records/<record_id>/paper": PageExample(Shows.CASE, query={"form": "pdf"}, mimetype="application/pdf"),
    "POST /subjects/<subject_id>/record/files": PageExample(Shows.CASE, _file, mimetype="application/json"),
    "POST /records/<record_id>/files": PageExample(Shows.CASE, _file, 303),
    "GET /attachments/<attachment_id>": PageExample(Shows.CASE, mimetype="application/pdf"),
    "GET /field/who": PageExample(Shows.ONESELF, mimetype="application/json"),
    "GET /field/people": PageExample(Shows.CASES, mimetype="application/json"),
}
