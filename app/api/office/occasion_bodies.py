"""What is sent and answered about occasions for visits and talks."""

from marshmallow import fields

from app.api.fields import Body, Day, Instant, choice, text
from app.rules.facts import DutyKind, DutyState, OccasionKind
from app.rules.occasions import ENTERED


class OccasionBody(Body):
    """What happened, or was decided, in an officer's own words."""

    id = fields.UUID(required=True)
    kind = choice(ENTERED, required=True)
    known_since = Instant(
        load_default=None, metadata={"description": "When the office learned of it; time runs from then. Now, if left."}
    )
    on = Day(load_default=None, allow_none=True, metadata={"description": "The day on which it happened, if known."})
    note = text(500, required=True, metadata={"description": "Own words; no names of other people."})


class OccasionWithdrawBody(Body):
    """Why it is taken back."""

    reason = text(500, required=True)


class FollowedDutyAnswer(Body):
    """A duty that followed from it."""

    id = fields.UUID(required=True)
    rule_code = fields.String(required=True)
    title = fields.String(required=True)
    kind = choice(DutyKind, required=True)
    state = choice(DutyState, required=True)
    due_at = Instant(required=True)


class OccasionAnswer(Body):
    """One occasion with the duties that followed."""

    id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    kind = choice(OccasionKind, required=True)
    happened_at = Instant(required=True, metadata={"description": "What the time of its duties counts from."})
    on = Day(required=True, allow_none=True, attribute="event_on")
    known_at = Instant(required=True)
    source_kind = fields.String(required=True, metadata={"description": "Such as `entry`, `report`, `leave`, `alert`."})
    actor_kind = choice(("user", "subject", "job"), required=True)
    actor_name = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True, metadata={"description": "Null where sealed, or none."})
    receipt_no = fields.String(required=True, allow_none=True)
    planned_at = Instant(required=True, allow_none=True, metadata={"description": "When its duties were made."})
    withdrawn_at = Instant(required=True, allow_none=True)
    withdraw_reason = fields.String(required=True, allow_none=True)
    duties = fields.List(fields.Nested(FollowedDutyAnswer), required=True)
