"""What is on record of oneself, and whether anybody has verified it."""

from flask.views import MethodView
from marshmallow import fields

from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice
from app.queries.own_facts import OwnFacts, own_facts
from app.rules.known_facts import BY_CODE, KnownItem, Standing

BLUEPRINT = Blueprint("mobile_facts", __name__, description="我的登记内容")

OWN = [code for code, field in BY_CODE.items() if field.own]


class OwnFactAnswer(Body):
    """One thing on record."""

    item = choice(KnownItem, required=True)
    field = choice(OWN, required=True)
    title = fields.String(required=True)
    text = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Null where nothing is on record, or where it is still being looked into."},
    )
    standing = choice(Standing, required=True)
    verified_at = Instant(required=True, allow_none=True)


class OwnFactsAnswer(Body):
    """All of them, and what to do where one is wrong."""

    items = fields.List(fields.Nested(OwnFactAnswer), required=True)
    how_to_correct = fields.String(required=True)
    as_of = Instant(required=True)


@BLUEPRINT.route("/me/facts")
class Facts(MethodView):
    """What is on record."""

    @phone
    @BLUEPRINT.response(200, OwnFactsAnswer)
    def get(self) -> OwnFacts:
        """Identity, term, phone, home, work, plans: what is on record and when it was verified. Nobody's judgment."""
        with deps().autocommit() as connection:
            return own_facts(connection, current_actor(), now=deps().now())
