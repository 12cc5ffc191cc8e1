"""Photos and signatures of a record: sent by the draft before the record itself, or added on the record's page."""

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from app.access.case_files import keep_file, open_file
from app.queries import visits as queries
from app.queries.attachments import Listed, Wanted, attachments
from app.rules.attachments import PICTURES, SIGNATURES, SUFFIXES, NewAttachment
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import FilePurpose
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.drawing import answer_json
from app.web.forms import client_id, done
from app.web.guard import may, page, user_for
from app.web.record_answers import fault_for_script

MOST_SHOWN, LONGEST_REASON = 50, 500
OF_RECORDS = frozenset({FilePurpose.PHOTO, FilePurpose.STAMP, FilePurpose.DOCUMENT, *SIGNATURES})


@PAGES.post("/subjects/<uuid:subject_id>/record/files")
@page("attachments.keep")
def file_of_record(subject_id: UUID) -> Response | tuple[Response, int]:
    """One photo or signature of a draft, for a script. Sent twice it is kept once."""
    try:
        kept, first = keep_file(deps(), user(), _new(subject_id, _record_id()), _sent())
    except ZhifangError as error:
        return fault_for_script(error)
    return answer_json({"id": str(kept.id), "first": first})


@PAGES.post("/records/<uuid:record_id>/files")
@page("attachments.keep")
def add_file(record_id: UUID) -> Response:
    """A photo or a paper that is added to a record later; a refusal is a page of its own."""
    with deps().autocommit() as connection:
        found = queries.record(connection, user(), None, record_id)
    keep_file(deps(), user(), _new(found.subject_id, record_id), _sent())
    return done(url_for("pages.kept_record", record_id=record_id), "file_added")


@PAGES.get("/attachments/<uuid:attachment_id>")
@page("attachments.read")
def attachment(attachment_id: UUID) -> Response:
    """What is inside: a picture to be seen, anything else as a file. Kept by no browser; the look is recorded."""
    reason = request.args.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    opened = open_file(deps(), user(), attachment_id, reason=reason or None)
    headers = {"Cache-Control": "no-store"}
    if opened.kept.media_type not in PICTURES:
        name = f"{attachment_id}.{SUFFIXES[opened.kept.media_type]}"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(opened.content, mimetype=opened.kept.media_type, headers=headers)


def files_of(tx: Any, record_id: UUID) -> list[Listed] | None:
    """What belongs to a record, the oldest first; None where the user may not look at attachments."""
    if not may("attachments.read"):
        return None
    wanted = Wanted(about_kind="record", about_id=record_id)
    found = attachments(tx, user_for("attachments.read"), wanted, limit=MOST_SHOWN)
    return list(reversed(found.items))


def _new(subject_id: UUID, record_id: UUID) -> NewAttachment:
    purpose = request.form.get("purpose", "")
    if purpose not in OF_RECORDS:
        raise Refused("stale_form")
    return NewAttachment(client_id(), subject_id, "record", record_id, FilePurpose(purpose))


def _record_id() -> UUID:
    try:
        return UUID(request.form.get("record_id", ""))
    except ValueError:
        raise Refused("stale_form") from None


def _sent() -> bytes:
    file = request.files.get("file")
    sent = file.read() if file else b""
    if not sent:
        raise Refused("file_empty")
    return sent
