"""Papers in somebody's file: added on the person's own page, deleted before their time with a reason."""

from uuid import UUID

from flask import Response, request, url_for

from app.access.case_files import keep_file
from app.actions.delete_attachment import delete_attachment
from app.queries.attachments import attachment
from app.rules.attachments import NewAttachment
from app.rules.errors import Refused
from app.rules.facts import FilePurpose
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, optional, written
from app.web.guard import page

LONGEST_TITLE, LONGEST_REASON = 100, 500
OF_A_PERSON = frozenset({FilePurpose.DOCUMENT, FilePurpose.PHOTO, FilePurpose.RECORDING})


@PAGES.post("/subjects/<uuid:subject_id>/files")
@page("attachments.keep")
def add_case_file(subject_id: UUID) -> Response:
    """A paper, a photo or a recording that belongs to no record; a refusal is a page of its own."""
    purpose = request.form.get("purpose", "")
    if purpose not in OF_A_PERSON:
        raise Refused("stale_form")
    file = request.files.get("file")
    title = optional("title", LONGEST_TITLE)
    new = NewAttachment(client_id(), subject_id, "subject", subject_id, FilePurpose(purpose), title)
    keep_file(deps(), user(), new, file.read() if file else b"")
    return done(url_for("pages.subject", subject_id=subject_id) + "#files-title", "file_kept")


@PAGES.post("/attachments/<uuid:attachment_id>/delete")
@page("attachments.delete")
def delete_case_file(attachment_id: UUID) -> Response:
    """Delete the content before its time, with a reason; the row stays."""
    reason = written("reason", LONGEST_REASON, missing="reason_needed")
    with deps().transaction() as tx:
        shown = attachment(tx, user(), attachment_id)
        delete_attachment(tx, user(), attachment_id, reason=reason, now=deps().now())
    return done(url_for("pages.subject", subject_id=shown.subject_id) + "#files-title", "file_deleted")
