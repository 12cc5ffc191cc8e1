"""The office table for supervisors, and the duties behind each of its figures."""

from datetime import timedelta
from typing import Any

from flask.views import MethodView
from marshmallow import Schema, ValidationError, fields, validates_schema

from app.actions.note_oversight import note_oversight
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.checkins import ReasonAnswer
from app.api.context import current_actor, deps
from app.api.fields import Body, Day, Instant, choice
from app.api.paging import PageArgs, next_cursor, page_of
from app.queries import compliance as queries
from app.queries.compliance import DutyRow, OfficeLine, Stretch
from app.rules.compliance import COUNTED, ITEMS, Counts, Figure
from app.rules.facts import Obligor, Reason
from app.rules.wording import sentence
from app.rules.wording.visits import title_of

BLUEPRINT = Blueprint("office_compliance", __name__, description="任务完成情况")

LONGEST = timedelta(days=366)


class StretchArgs(Body):
    """Which duties: those whose last day is a local day from `from` to `to`, both included; at most a year."""

    from_day = Day(data_key="from", required=True)
    to_day = Day(data_key="to", required=True)
    office_id = fields.UUID(load_default=None, metadata={"description": "This office and those below it."})
    alone = fields.Boolean(load_default=False, metadata={"description": "That office without those below it."})
    item = choice(ITEMS, load_default=None)

    @validates_schema
    def refuse_backwards(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a stretch that ends before it begins, or is longer than a year."""
        if data["to_day"] < data["from_day"]:
            raise ValidationError("days_reversed", "to")
        if data["to_day"] - data["from_day"] > LONGEST:
            raise ValidationError("longer_than_a_year", "to")


class DutyRowArgs(StretchArgs, PageArgs):
    """Which figure of the table; without `figure` all that was due."""

    figure = choice(Figure, load_default=Figure.DUE.value)


class CountsAnswer(Body):
    """One line of figures. `due` is the sum of all the others."""

    item = choice(ITEMS, required=True)
    title = fields.String(required=True)
    obligor = choice([Obligor.OFFICE, Obligor.SUBJECT], required=True, metadata={"description": "Whose duties."})
    due = fields.Integer(required=True)
    in_time = fields.Integer(required=True)
    late = fields.Integer(required=True)
    waived = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    open = fields.Integer(required=True, metadata={"description": "Not at its end yet, or about to be judged."})
    unjudged = fields.Integer(required=True, metadata={"description": "The service itself was away."})
    submitted = fields.Integer(required=True, metadata={"description": "Waits for an officer's review."})


class OfficeLineAnswer(Body):
    """One office, and why it stands out, if it does."""

    office_id = fields.UUID(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    county = fields.String(required=True, allow_none=True, metadata={"description": "The office above it."})
    stands_out = fields.List(fields.Nested(ReasonAnswer), required=True)
    items = fields.List(fields.Nested(CountsAnswer), required=True)


TableAnswer: type[Schema] = Body.from_dict(
    {
        "as_of": Instant(required=True),
        "from": Day(required=True),
        "to": Day(required=True),
        "offices": fields.List(fields.Nested(OfficeLineAnswer), required=True),
        "totals": fields.List(fields.Nested(CountsAnswer), required=True),
    },
    name="ComplianceTable",
)


class DutyRowAnswer(Body):
    """One duty behind a figure. The name of a minor is open to the assigned office alone."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    item = choice(ITEMS, required=True)
    title = fields.String(required=True)
    obligor = choice([Obligor.OFFICE, Obligor.SUBJECT], required=True)
    rule_code = fields.String(required=True)
    policy_version_id = fields.UUID(required=True)
    state = choice(sorted(COUNTED), required=True)
    opens_at = Instant(required=True)
    due_at = Instant(required=True)
    fulfilled_at = Instant(required=True, allow_none=True)
    missed_at = Instant(required=True, allow_none=True)
    waive_reason = fields.String(required=True, allow_none=True)
    evidence_kind = fields.String(required=True, allow_none=True)
    evidence_id = fields.UUID(required=True, allow_none=True)


@BLUEPRINT.route("/compliance")
class Compliance(MethodView):
    """The office table."""

    @office("compliance.read")
    @BLUEPRINT.arguments(StretchArgs, location="query")
    @BLUEPRINT.response(200, TableAnswer)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Every 司法所 within reach with what it and its subjects owed; those that stand out come first."""
        with deps().transaction() as tx:
            table = queries.table(tx, current_actor(), _stretch(args), now=deps().now())
            note_oversight(tx, current_actor(), _opened(args, by="office"), now=deps().now())
        return {
            "as_of": table.as_of,
            "from": args["from_day"],
            "to": args["to_day"],
            "offices": [_office(line) for line in table.offices],
            "totals": _lines(table.totals),
        }


@BLUEPRINT.route("/compliance/duties")
class ComplianceDuties(MethodView):
    """The duties behind a figure."""

    @office("compliance.read")
    @BLUEPRINT.arguments(DutyRowArgs, location="query")
    @BLUEPRINT.response(200, page_of(DutyRowAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """As many duties as the figure says, by their end."""
        with deps().transaction() as tx:
            page = queries.duties(
                tx,
                current_actor(),
                _stretch(args),
                Figure(args["figure"]),
                now=deps().now(),
                after=args["cursor"],
                limit=args["limit"],
            )
            note_oversight(tx, current_actor(), _opened(args, figure=args["figure"]), now=deps().now())
        return {"items": [_duty(row) for row in page.items], "next_cursor": next_cursor(page.next_key)}


def _opened(args: dict[str, Any], **what: str) -> dict[str, object]:
    """What was opened, for the record of what procurators read."""
    days = {"from": args["from_day"].isoformat(), "to": args["to_day"].isoformat()}
    office_id = str(args["office_id"]) if args["office_id"] else None
    given = {**days, "office": office_id, "alone": args["alone"] or None, "item": args["item"], **what}
    return {name: value for name, value in given.items() if value is not None}


def _stretch(args: dict[str, Any]) -> Stretch:
    return Stretch(args["from_day"], args["to_day"], args["office_id"], args["item"], args["alone"])


def _office(line: OfficeLine) -> dict[str, Any]:
    return {
        "office_id": line.office_id,
        "code": line.code,
        "name": line.name,
        "county": line.county,
        "stands_out": [_reason(reason) for reason in line.stands_out],
        "items": _lines(line.items),
    }


def _lines(items: dict[str, Counts]) -> list[dict[str, Any]]:
    return [
        {"item": item, "title": title_of(item), "obligor": ITEMS[item].value, **vars(counts)}
        for item, counts in items.items()
    ]


def _duty(row: DutyRow) -> dict[str, Any]:
    return {**vars(row), "title": title_of(row.item), "state": row.state.value, "obligor": row.obligor.value}


def _reason(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "text": sentence(reason.code, dict(reason.params))}
