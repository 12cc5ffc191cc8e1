"""What phones sent that could not be read or used: how much of it there is."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant
from app.api.paging import page_of
from app.queries import poison as queries

BLUEPRINT = Blueprint("office_poison", __name__, description="搁置的上报")


class PoisonAnswer(Body):
    """One sort, by client and reason."""

    client = fields.String(required=True, metadata={"description": "mobile (our own app), owntracks or traccar."})
    form = fields.String(required=True, metadata={"description": "report: read, and no fix. message: not readable."})
    reason = fields.String(required=True)
    waiting = fields.Integer(required=True, metadata={"description": "Of no use so far: a replay takes it up again."})
    replayed = fields.Integer(required=True)
    oldest_at = Instant(required=True, allow_none=True, metadata={"description": "Of those that wait."})
    newest_at = Instant(required=True)


@BLUEPRINT.route("/poison")
class PoisonCounts(MethodView):
    """Counts."""

    @office("poison.read")
    @BLUEPRINT.response(200, page_of(PoisonAnswer))
    def get(self) -> dict[str, Any]:
        """How much lies set aside, of which sort and how old. Bodies are sealed, and go after 30 days unopened."""
        with deps().autocommit() as connection:
            items = queries.poison_counts(connection, current_actor())
        return {"items": items, "next_cursor": None}
