"""What the subject owes, as the phone shows it."""

from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, choice
from app.queries.duties import OwedView, owed_by
from app.rules.facts import DutyKind, DutyState
from app.rules.wording import sentence

BLUEPRINT = Blueprint("mobile_duties", __name__, description="待办事项")


class AsksAnswer(Body):
    """What a check-in should hold beside the place. Without it a check-in counts as submitted, to be reviewed."""

    photo = fields.Boolean(required=True)
    question = fields.String(required=True, allow_none=True, metadata={"description": "Answered by answers.answer."})


class OwedAnswer(Body):
    """One duty of one's own."""

    id = fields.UUID(required=True)
    kind = choice(
        (DutyKind.CHECK_IN, DutyKind.LOCATION_CHECK, DutyKind.SPOT_CHECK, DutyKind.LEAVE_RETURN), required=True
    )
    title = fields.String(required=True)
    opens_at = Instant(required=True)
    due_at = Instant(required=True)
    state = choice(DutyState, required=True)
    how = fields.String(required=True, metadata={"description": "What to do, or what became of it: one sentence."})
    asks = fields.Nested(AsksAnswer, required=True, allow_none=True)


class OwedList(Body):
    """Own duties by opening time."""

    items = fields.List(fields.Nested(OwedAnswer), required=True)


@BLUEPRINT.route("/duties")
class Duties(MethodView):
    """Own duties."""

    @phone
    @BLUEPRINT.response(200, OwedList)
    def get(self) -> dict[str, Any]:
        """What is due now, what became of today's duties, and the next check-in at a fixed time.

        A window at a random time shows once it is open.
        """
        with deps().autocommit() as connection:
            found = owed_by(connection, current_actor(), now=deps().now())
        return {"items": [_answer(duty) for duty in found]}


def _answer(duty: OwedView) -> dict[str, Any]:
    return {**vars(duty), "how": sentence(duty.how.code, dict(duty.how.params))}
