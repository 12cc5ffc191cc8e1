"""How the service itself stands, for whoever relies on it: nothing of a person."""

from dataclasses import asdict
from typing import Any

from flask.views import MethodView
from marshmallow import fields

from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import deps
from app.api.fields import Body, Day, Instant, choice
from app.queries import service_days
from app.queries.incidents import incidents
from app.rules.facts import DayVerdict
from app.rules.wording.outages import OUTAGES
from app.rules.wording.service import FAULTS

BLUEPRINT = Blueprint("office_service", __name__, description="服务状态")

DAYS = 14


class DayCountsAnswer(Body):
    """What a day's checks came to."""

    due = fields.Integer(required=True, metadata={"description": "Duties whose end fell into the day."})
    judged = fields.Integer(required=True)
    unjudged = fields.Integer(required=True, metadata={"description": "The service was away and cannot say."})
    left = fields.Integer(required=True, metadata={"description": "Past their time, and still not judged."})
    silences_left = fields.Integer(required=True)
    positions_left = fields.Integer(required=True)
    steps_left = fields.Integer(required=True)


class DayAnswer(Body):
    """Were all checks of one local day made? `made_at` null: nobody has looked yet, and it cannot be told."""

    day = Day(required=True)
    verdict = choice(DayVerdict, required=True)
    made_at = Instant(required=True, allow_none=True)
    counts = fields.Nested(DayCountsAnswer, required=True)


class FaultAnswer(Body):
    """A state that must not be, and since when."""

    code = fields.String(required=True)
    text = fields.String(required=True)
    count = fields.Integer(required=True)
    since = Instant(required=True)


class IncidentAnswer(Body):
    """Many phones that fell silent together, or a time in which the service was away: one incident, nobody blamed."""

    kind = fields.String(required=True, metadata={"description": "carrier, maker, all, or a fault of the service."})
    about = fields.String(required=True, metadata={"description": "Which carrier or maker."})
    title = fields.String(required=True)
    since = Instant(required=True)
    until = Instant(required=True, allow_none=True, metadata={"description": "null: it lasts."})
    subjects = fields.Integer(required=True)
    heard = fields.Integer(required=True, metadata={"description": "Of them: heard again so far."})


class ServiceAnswer(Body):
    """The last fourteen days, yesterday first, the faults that last, and incidents that touched many."""

    days = fields.List(fields.Nested(DayAnswer), required=True)
    faults = fields.List(fields.Nested(FaultAnswer), required=True)
    incidents = fields.List(fields.Nested(IncidentAnswer), required=True)


@BLUEPRINT.route("/service")
class Service(MethodView):
    """The service itself."""

    @office("service.read")
    @BLUEPRINT.response(200, ServiceAnswer)
    def get(self) -> dict[str, Any]:
        """Whether all of yesterday's checks were made, and what is wrong now."""
        with deps().autocommit() as connection:
            days = service_days.days(connection, now=deps().now(), how_many=DAYS)
            faults = service_days.faults(connection)
            known = incidents(connection, now=deps().now())
        return {
            "days": [{**asdict(view), "verdict": view.verdict.value} for view in days],
            "faults": [{**asdict(fault), "text": FAULTS.get(fault.code, fault.code)} for fault in faults],
            "incidents": [{**asdict(one), "title": OUTAGES.get(one.kind, one.kind)} for one in known],
        }
