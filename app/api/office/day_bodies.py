"""What an officer's day, the workload and the forecast look like from outside."""

from marshmallow import fields, validates_schema
from marshmallow.exceptions import ValidationError

from app.api.fields import Body, Instant, Truth, choice, latitude, longitude
from app.clients.datum import Datum
from app.rules.day import Urgency
from app.rules.facts import DutyKind, DutyState


class SpotAnswer(Body):
    """Degrees in WGS-84."""

    lon = longitude(required=True)
    lat = latitude(required=True)


class DayArgs(Body):
    """Whose tasks."""

    mine = fields.Boolean(load_default=False, metadata={"description": "Only about people in one's own charge."})


class WayBody(Body):
    """Where the way begins: at one's own place, which is not kept; left out: at the office whose place is known."""

    lon = longitude(load_default=None, allow_none=True)
    lat = latitude(load_default=None, allow_none=True)
    office_id = fields.UUID(load_default=None, allow_none=True)
    mine = Truth(load_default=False)

    @validates_schema
    def both(self, data: dict[str, object], **_: object) -> None:
        """Half a place is none."""
        if (data.get("lon") is None) != (data.get("lat") is None):
            raise ValidationError("place_half", "lat")


class TaskAnswer(Body):
    """One thing to do. Minors' names and phones are sealed outside their own office."""

    duty_id = fields.UUID(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    officer_id = fields.UUID(required=True, allow_none=True)
    officer_name = fields.String(required=True, allow_none=True)
    kind = choice(DutyKind, required=True)
    rule_code = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    state = choice(DutyState, required=True)
    opens_at = Instant(required=True)
    due_at = Instant(required=True)
    urgency = choice(Urgency, required=True)
    phone = fields.String(required=True, allow_none=True)
    neighbourhood = fields.String(required=True, allow_none=True)
    goes_there = fields.Boolean(required=True, metadata={"description": "Done where the person lives, or beside it."})
    said = fields.String(required=True, allow_none=True, metadata={"description": "What a record said would be done."})


class UrgenciesAnswer(Body):
    """How many there are of each, also of those that are not listed."""

    today = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    week = fields.Integer(required=True)


class WorkDayAnswer(Body):
    """What is to be done until the end of the coming week: at most the 500 most urgent, and how many in all."""

    as_of = Instant(required=True)
    tasks = fields.List(fields.Nested(TaskAnswer), required=True)
    counts = fields.Nested(UrgenciesAnswer, required=True)
    more = fields.Boolean(required=True)


class LegAnswer(Body):
    """The next home to go to. `metres` is as the crow flies; null where the way to the first is not known."""

    subject_id = fields.UUID(required=True, attribute="id")
    metres = fields.Float(required=True, allow_none=True)


class WayAnswer(Body):
    """In which order to go to the homes of the day's tasks. All lengths are as the crow flies."""

    start = fields.Nested(SpotAnswer, required=True, allow_none=True)
    legs = fields.List(fields.Nested(LegAnswer), required=True)
    metres = fields.Float(required=True)
    left_out = fields.List(fields.UUID(), required=True, metadata={"description": "Too many for one day."})
    without_home = fields.List(fields.UUID(), required=True, metadata={"description": "No place is registered."})


class OfficePlaceBody(Body):
    """Where an office is."""

    lon = longitude(required=True)
    lat = latitude(required=True)
    datum = choice(Datum, load_default=Datum.WGS84.value)


class LoadAnswer(Body):
    """People in charge, and what is owed about them."""

    people = fields.Integer(required=True)
    overdue = fields.Integer(required=True, metadata={"description": "Of the last 31 days."})
    today = fields.Integer(required=True)
    week = fields.Integer(required=True)
    month = fields.Integer(required=True, metadata={"description": "Planned rows of the coming 30 days."})


class OfficerLoadAnswer(Body):
    """One officer's share; null for people in nobody's charge here."""

    id = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    owes = fields.Nested(LoadAnswer, required=True, attribute="load")
    works_today = fields.Boolean(required=True)


class OfficeLoadAnswer(Body):
    """One office; those that nobody or one person keeps come first."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    county = fields.String(required=True, allow_none=True)
    staff = fields.Integer(required=True)
    staff_today = fields.Integer(required=True)
    alone = fields.Boolean(required=True)
    owes = fields.Nested(LoadAnswer, required=True, attribute="load")
    officers = fields.List(fields.Nested(OfficerLoadAnswer), required=True)


class WorkloadAnswer(Body):
    """All offices within reach."""

    as_of = Instant(required=True)
    offices = fields.List(fields.Nested(OfficeLoadAnswer), required=True)


class ItemLoadAnswer(Body):
    """How often an item ends on a day: planned rows, and turns that the calendar will bring."""

    title = fields.String(required=True)
    planned = fields.Integer(required=True)
    foreseen = fields.Integer(required=True)


class ShareAnswer(Body):
    """One officer's part of a day, and who does it; null where nobody of the office is there."""

    officer = fields.String(required=True, allow_none=True)
    by = fields.String(required=True, allow_none=True)
    covering = fields.Boolean(required=True)
    number = fields.Integer(required=True)


class DayLoadAnswer(Body):
    """One day of a forecast."""

    day = fields.Date(required=True)
    working_day = fields.Boolean(required=True)
    number = fields.Integer(required=True)
    items = fields.List(fields.Nested(ItemLoadAnswer), required=True)
    shares = fields.List(fields.Nested(ShareAnswer), required=True)
    away = fields.List(fields.String(), required=True)


class ForecastAnswer(Body):
    """Thirty days of one office. A forecast: what happens meanwhile changes it."""

    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    as_of = Instant(required=True)
    people = fields.Integer(required=True)
    left_out = fields.Integer(required=True, metadata={"description": "People beyond the first thousand."})
    staff = fields.List(fields.String(), required=True)
    days = fields.List(fields.Nested(DayLoadAnswer), required=True)
