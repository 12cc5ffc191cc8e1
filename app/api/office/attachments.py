"""Attachments of case files: kept, listed by what they belong to, looked at, deleted. Each look is recorded."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from flask_smorest.fields import Upload
from marshmallow import ValidationError, fields

from app.access.case_files import keep_file, open_file
from app.actions.delete_attachment import delete_attachment
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import attachments as queries
from app.queries.attachments import Listed, Wanted
from app.rules.attachments import MOST_BYTES, SUFFIXES, Kept, MediaType, NewAttachment
from app.rules.facts import FilePurpose

BLUEPRINT = Blueprint("office_attachments", __name__, description="档案材料")

PARTS = 64 * 1024
"""What the other parts of a multipart body and their headers may take, in bytes."""

View = TypeVar("View", bound=Callable[..., Any])


def _is_file(value: Any) -> None:
    if not hasattr(value, "stream"):
        raise ValidationError("no_file")


class AttachmentBody(Body):
    """One attachment, as multipart/form-data."""

    id = fields.UUID(required=True, metadata={"description": "Made by the client; a repeat gets the same answer."})
    subject_id = fields.UUID(required=True)
    about_kind = text(
        40, required=True, metadata={"description": "subject, record, duty, alert, leave, order or search."}
    )
    about_id = fields.UUID(
        required=True, metadata={"description": "A record may come up to 30 days after what belongs to it."}
    )
    purpose = choice(
        FilePurpose, required=True, metadata={"description": "Decides type, size, and how long it is kept."}
    )
    title = text(100, load_default=None, metadata={"description": "What people call it; no names of other people."})
    file = Upload(
        required=True,
        validate=_is_file,
        metadata={"description": "Recognised by its bytes. Pictures are kept as JPEG without their metadata."},
    )


class AttachmentAnswer(Body):
    """An attachment that is on disk, or was."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    about_kind = fields.String(required=True)
    about_id = fields.UUID(required=True)
    purpose = choice(FilePurpose, required=True)
    title = fields.String(required=True, allow_none=True)
    sha256 = fields.String(required=True, metadata={"description": "Of the bytes as they were sent, in hex."})
    media_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes, as it is kept."})
    taken_at = Instant(required=True, allow_none=True, metadata={"description": "By the camera's clock."})
    added_by = fields.UUID(required=True)
    added_at = Instant(required=True)
    keep_until = Instant(required=True, metadata={"description": "Then the content is deleted; the row stays."})
    basis = fields.String(required=True, metadata={"description": "By which rule it is kept so long."})
    deleted_at = Instant(required=True, allow_none=True)


class ListedAttachment(AttachmentAnswer):
    """One attachment in a list."""

    added_by_name = fields.String(required=True)
    deleted_by_name = fields.String(
        required=True, allow_none=True, metadata={"description": "Null where its time was over."}
    )
    delete_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "`time_over`, `unclaimed`, `left_out` (of its record), or a person's own words."},
    )


class AttachmentArgs(PageArgs):
    """Whose, or which thing's."""

    subject_id = fields.UUID(load_default=None)
    about_kind = text(40, load_default=None)
    about_id = fields.UUID(load_default=None)
    purpose = choice(FilePurpose, load_default=None)
    gone = fields.Boolean(
        load_default=True, metadata={"description": "Also those whose content is deleted; true if left out."}
    )


class LookArgs(Body):
    """Why somebody looks, in own words; may be left out."""

    reason = text(500, load_default=None)


class DeletionBody(Body):
    """Why it is deleted before its time."""

    reason = text(500, required=True)


def _larger(view: View) -> View:
    """An attachment is larger than any other body."""

    @wraps(view)
    def admitting(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = MOST_BYTES + PARTS
        return view(*args, **kwargs)

    return admitting  # type: ignore[return-value]


@BLUEPRINT.route("/attachments")
class Attachments(MethodView):
    """Attachments within reach."""

    @office("attachments.read")
    @BLUEPRINT.arguments(AttachmentArgs, location="query")
    @BLUEPRINT.response(200, page_of(ListedAttachment))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Attachments of subjects within reach, the latest first; not their contents."""
        purpose = FilePurpose(args["purpose"]) if args["purpose"] else None
        wanted = Wanted(args["subject_id"], args["about_kind"], args["about_id"], purpose, args["gone"])
        with deps().autocommit() as connection:
            page = queries.attachments(connection, current_actor(), wanted, after=args["cursor"], limit=args["limit"])
        return {"items": [_listed(one) for one in page.items], "next_cursor": next_cursor(page.next_key)}

    @office("attachments.keep")
    @refusals(404, 409, 413, 415, 503)
    @_larger
    @BLUEPRINT.arguments(AttachmentBody, location="files")
    @BLUEPRINT.response(201, AttachmentAnswer)
    @BLUEPRINT.alt_response(200, schema=AttachmentAnswer, description="Repeated: the same answer.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Keep an attachment. 201 once content and row are on disk; 503 where the store is away: send it again."""
        new = NewAttachment(
            id=body["id"],
            subject_id=body["subject_id"],
            about_kind=body["about_kind"],
            about_id=body["about_id"],
            purpose=FilePurpose(body["purpose"]),
            title=body["title"],
        )
        kept, first = keep_file(deps(), current_actor(), new, body["file"].read())
        return _answer(kept), 201 if first else 200


@BLUEPRINT.route("/attachments/<uuid:attachment_id>/content")
class Content(MethodView):
    """What is inside one attachment."""

    @office("attachments.read")
    @refusals(404, 503)
    @BLUEPRINT.arguments(LookArgs, location="query")
    @BLUEPRINT.files(*MediaType)
    def get(self, args: dict[str, Any], attachment_id: UUID) -> Response:
        """The content, in its own media type; 404 once it is deleted. Kept by no browser and no proxy."""
        opened = open_file(deps(), current_actor(), attachment_id, reason=args["reason"])
        name = f"{attachment_id}.{SUFFIXES[opened.kept.media_type]}"
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(opened.content, mimetype=opened.kept.media_type, headers=headers)


@BLUEPRINT.route("/attachments/<uuid:attachment_id>/deletion")
class Deletion(MethodView):
    """The end of one attachment."""

    @office("attachments.delete")
    @refusals(404)
    @BLUEPRINT.arguments(DeletionBody)
    @BLUEPRINT.response(204)
    def post(self, body: dict[str, Any], attachment_id: UUID) -> None:
        """Delete the content before its time; row, reason and name stay. Others that hold the same content keep it."""
        with deps().transaction() as tx:
            delete_attachment(tx, current_actor(), attachment_id, reason=body["reason"], now=deps().now())


def _answer(kept: Kept) -> dict[str, Any]:
    shown = ("id", "subject_id", "about_kind", "about_id", "title", "size", "taken_at", "added_by", "added_at")
    answer = {name: getattr(kept, name) for name in (*shown, "keep_until", "basis", "deleted_at")}
    return answer | {"sha256": kept.sha256.hex(), "purpose": kept.purpose.value, "media_type": kept.media_type.value}


def _listed(one: Listed) -> dict[str, Any]:
    names = {"added_by_name": one.added_by_name, "deleted_by_name": one.deleted_by_name}
    return _answer(one.kept) | names | {"delete_reason": one.kept.delete_reason}
