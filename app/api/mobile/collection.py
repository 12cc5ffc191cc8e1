"""What the phone may collect now. It asks again after `poll_after_s`; what is secret is not told before it opens."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice
from app.queries.collection import collection
from app.rules.collection import Mode
from app.rules.wording import sentence

BLUEPRINT = Blueprint("mobile_collection", __name__, description="采集")


class CollectionAnswer(Body):
    """What may be collected, by which power and until when."""

    mode = choice(Mode, required=True, metadata={"description": "checks: one fix, now. continuous: one each interval."})
    basis = fields.String(required=True, metadata={"description": "One Chinese sentence with the article of law."})
    until = Instant(required=True, allow_none=True, metadata={"description": "Then collection ends by itself."})
    interval_s = fields.Integer(required=True, allow_none=True, metadata={"description": "Only under continuous."})
    poll_after_s = fields.Integer(required=True)


@BLUEPRINT.route("/collection")
class CurrentCollection(MethodView):
    """The present instant."""

    @phone
    @BLUEPRINT.response(200, CollectionAnswer)
    def get(self) -> dict[str, Any]:
        """What the phone may collect now. Asking counts as having been heard."""
        with deps().autocommit() as connection:
            found = collection(connection, current_actor(), now=deps().now())
        return {
            "mode": found.mode.value,
            "basis": sentence(found.basis.code, dict(found.basis.params)),
            "until": found.until,
            "interval_s": found.interval_s,
            "poll_after_s": found.poll_after_s,
        }
