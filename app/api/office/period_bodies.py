"""What is sent and answered about announced periods."""

from marshmallow import fields

from app.api.fields import Body, Day, Instant, choice, text
from app.rules.effects.occasions import PeriodKind


class AnnouncedPeriodBody(Body):
    """From which local day to which, both included, and for which office with all below it."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    kind = choice(PeriodKind, required=True)
    title = text(100, required=True)
    from_ = Day(required=True, data_key="from")
    to = Day(required=True)
    reason = text(500, required=True, metadata={"description": "On what it rests, such as a document."})


class PeriodWithdrawBody(Body):
    """Why it does not hold."""

    reason = text(500, required=True)


class AnnouncedPeriodAnswer(Body):
    """One period as it stands."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    kind = choice(PeriodKind, required=True)
    title = fields.String(required=True)
    from_ = Day(required=True, data_key="from", attribute="from_day")
    to = Day(required=True, attribute="to_day")
    reason = fields.String(required=True)
    announced_by_name = fields.String(required=True)
    announced_at = Instant(required=True)
    spread = fields.Boolean(required=True, metadata={"description": "Everybody's file tells of it."})
    withdrawn_at = Instant(required=True, allow_none=True)
    withdraw_reason = fields.String(required=True, allow_none=True)
