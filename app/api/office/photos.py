"""Photos of check-ins, one at a time. Whoever looks says why, and it is recorded before anything is shown."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from app.actions.read_photo import read_photo
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, text
from app.api.refusals import refusals

BLUEPRINT = Blueprint("office_photos", __name__, description="签到照片")

PICTURE = {"type": "string", "format": "binary"}


class PhotoArgs(Body):
    """Why the photo is looked at."""

    reason = text(500, required=True)


@BLUEPRINT.route("/subjects/<uuid:subject_id>/photos/<uuid:photo_id>")
class Photo(MethodView):
    """One photo."""

    @office("photos.read")
    @refusals(404)
    @BLUEPRINT.arguments(PhotoArgs, location="query")
    @BLUEPRINT.response(200, PICTURE, content_type="image/jpeg")  # type: ignore[arg-type]  # a schema of OpenAPI's own
    def get(self, args: dict[str, Any], subject_id: UUID, photo_id: UUID) -> Response:
        """The picture as a JPEG; 404 once its time is over. Never kept by a browser or a proxy."""
        with deps().transaction() as tx:
            picture = read_photo(
                tx, current_actor(), subject_id, photo_id, deps().settings, reason=args["reason"], now=deps().now()
            )
        return Response(picture, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})
