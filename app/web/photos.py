"""The photo of a check-in, opened on its own. Looking at it is recorded with the reason."""

from uuid import UUID

from flask import Response, request

from app.actions.read_photo import read_photo
from app.rules.errors import Refused
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import page

LONGEST_REASON = 500


@PAGES.get("/check-ins/<uuid:subject_id>/photos/<uuid:photo_id>")
@page("photos.read")
def photo(subject_id: UUID, photo_id: UUID) -> Response:
    """The picture, kept by no browser."""
    reason = request.args.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON]
    if not reason:
        raise Refused("reason_needed")
    with deps().transaction() as tx:
        picture = read_photo(tx, user(), subject_id, photo_id, deps().settings, reason=reason, now=deps().now())
    return Response(picture, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})
