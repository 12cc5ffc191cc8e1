"""Photos of check-ins, and of papers that prove a ground of leave. No check-in waits: without one it is submitted."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import request
from flask.views import MethodView
from flask_smorest.fields import Upload
from marshmallow import ValidationError, fields

from app.actions.take_photo import TakePhoto, known_photo, take_photo
from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice
from app.api.refusals import refusals
from app.clients.images import read_picture
from app.rules.photos import MOST_BYTES, Kept, PhotoPurpose, fingerprint, refuse_size

BLUEPRINT = Blueprint("mobile_photos", __name__, description="签到照片和外出证明材料的照片")

PARTS = 64 * 1024
"""What the other parts of a multipart body and their headers may take, in bytes."""

View = TypeVar("View", bound=Callable[..., Any])


def _is_file(value: Any) -> None:
    if not hasattr(value, "stream"):
        raise ValidationError("no_file")


class PhotoBody(Body):
    """One photo, as multipart/form-data."""

    id = fields.UUID(required=True, metadata={"description": "Made by the phone; a repeat gets the same answer."})
    purpose = choice(
        PhotoPurpose,
        load_default=PhotoPurpose.CHECK_IN.value,
        metadata={"description": "What it is for. Of a paper that proves a ground of leave no place is kept."},
    )
    image = Upload(
        required=True, validate=_is_file, metadata={"description": "JPEG or PNG, at most 8 MiB and 25 million pixels."}
    )


class PhotoAnswer(Body):
    """A photo that is on disk."""

    photo_id = fields.UUID(required=True)
    sha256 = fields.String(required=True, metadata={"description": "Of the bytes as they were sent, in hex."})
    received_at = Instant(required=True)
    keep_until = Instant(required=True, metadata={"description": "Then the picture is deleted."})
    purpose = choice(PhotoPurpose, required=True)
    check_in_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The check-in that had named it before it came."}
    )


def _larger(view: View) -> View:
    """A photo is larger than any other body."""

    @wraps(view)
    def admitting(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = MOST_BYTES + PARTS
        return view(*args, **kwargs)

    return admitting  # type: ignore[return-value]


@BLUEPRINT.route("/photos")
class Photos(MethodView):
    """Photos of check-ins."""

    @phone
    @refusals(409, 413, 415)
    @_larger
    @BLUEPRINT.arguments(PhotoBody, location="files")
    @BLUEPRINT.response(201, PhotoAnswer)
    @BLUEPRINT.alt_response(200, schema=PhotoAnswer, description="Repeated: the same answer.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Send a photo, before its check-in or after it, or a paper before its request for leave.

        422 `photos_off` where the county takes no photos of check-ins; papers are taken everywhere.
        """
        sent = body["image"].read()
        refuse_size(len(sent))
        purpose = PhotoPurpose(body["purpose"])
        now = deps().now()
        with deps().autocommit() as connection:
            known = known_photo(connection, current_actor(), body["id"], fingerprint(sent), purpose, now=now)
        if known is not None:
            return _answer(known), 200
        command = TakePhoto(body["id"], read_picture(sent), purpose)
        with deps().transaction() as tx:
            kept, first = take_photo(tx, current_actor(), command, deps().settings, now=now)
        return _answer(kept), 201 if first else 200


def _answer(kept: Kept) -> dict[str, Any]:
    return {
        "photo_id": kept.id,
        "sha256": kept.sha256.hex(),
        "received_at": kept.received_at,
        "keep_until": kept.keep_until,
        "purpose": kept.purpose,
        "check_in_id": kept.attempt_id,
    }
