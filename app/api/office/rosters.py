"""Rosters: many subjects at once out of a table, with a dry run that names every fault by its row and column."""

from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from flask_smorest.fields import Upload
from marshmallow import ValidationError, fields

from app.actions.import_roster import Roster, check_roster, import_roster
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.errors import problem
from app.api.fields import Body, Instant, choice
from app.api.refusals import refusals
from app.clients import roster_file
from app.rules.facts import SubjectStatus
from app.rules.roster import Fault, Faulty, Reading, read

BLUEPRINT = Blueprint("office_rosters", __name__, description="名册导入")

LARGEST_REQUEST = roster_file.LARGEST_FILE + 64 * 1024
MOST_TOLD = 500
"""Faults and people that one answer lists; the counts are always whole."""
FILE = ".xlsx, or CSV with commas or tabs in UTF-8, GB 18030 or UTF-16; at most 10 MB and 10,000 people."
BINARY: Any = {"type": "string", "format": "binary"}

View = TypeVar("View", bound=Callable[..., Any])


def _large(view: View) -> View:
    """Let this one view read a body of a roster's size."""

    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = LARGEST_REQUEST
        return view(*args, **kwargs)

    return reading  # type: ignore[return-value]


def _is_file(value: Any) -> None:
    if not hasattr(value, "stream"):
        raise ValidationError("no_file")


class RosterBody(Body):
    """A roster, as multipart/form-data."""

    id = fields.UUID(required=True, metadata={"description": "The client's; a dry run writes nothing under it."})
    office_id = fields.UUID(
        load_default=None, metadata={"description": "Where those are registered whose line names no office."}
    )
    dry_run = fields.Boolean(load_default=True, metadata={"description": "Only `false` registers anybody."})
    file = Upload(required=True, validate=_is_file, metadata={"description": FILE})


class RosterFaultAnswer(Body):
    """What has to be changed."""

    row = fields.Integer(required=True, metadata={"description": "As a table program counts, from 1."})
    column = fields.String(required=True, allow_none=True, metadata={"description": "Such as `D`; null if missing."})
    heading = fields.String(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True, metadata={"description": "One Chinese sentence that names the place."})


class RosterDifferenceAnswer(Body):
    """A field in which roster and record differ; the record stays. Values of minors are sealed."""

    heading = fields.String(required=True)
    on_record = fields.String(required=True, allow_none=True)
    in_file = fields.String(required=True, allow_none=True)


class RosterKnownAnswer(Body):
    """A line about somebody who is on record."""

    row = fields.Integer(required=True)
    subject_id = fields.UUID(required=True)
    subject_no = fields.String(required=True)
    status = choice(SubjectStatus, required=True)
    differences = fields.List(fields.Nested(RosterDifferenceAnswer), required=True)


class RosterAnswer(Body):
    """What an import did, the same at every repeat, or what it would do. Only a dry run is answered with lists."""

    id = fields.UUID(required=True)
    dry_run = fields.Boolean(required=True)
    imported_at = Instant(required=True, allow_none=True)
    rows = fields.Integer(required=True, metadata={"description": "Lines that hold anything."})
    added = fields.Integer(required=True, metadata={"description": "Registered, or to be registered."})
    already_there = fields.Integer(required=True)
    fault_count = fields.Integer(required=True)
    faults = fields.List(fields.Nested(RosterFaultAnswer), required=True)
    known = fields.List(fields.Nested(RosterKnownAnswer), required=True)
    ignored_columns = fields.List(fields.String(), required=True)


@BLUEPRINT.route("/rosters")
class Rosters(MethodView):
    """Rosters of subjects."""

    @office("subjects.change")
    @refusals(404, 409, 413, 415)
    @_large
    @BLUEPRINT.arguments(RosterBody, location="files")
    @BLUEPRINT.response(201, RosterAnswer)
    @BLUEPRINT.alt_response(200, schema=RosterAnswer, description="A dry run; or repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> Any:
        """Register everybody on a roster who is not on record, or nobody; `dry_run` (the default) registers nobody."""
        content = body["file"].read()
        reading = read(roster_file.sheets(content))
        if body["dry_run"]:
            return _dry(body["id"], body["office_id"], reading), 200
        roster = Roster(body["id"], body["office_id"], sha256(content).digest(), reading)
        try:
            with deps().transaction() as tx:
                receipt, created = import_roster(tx, current_actor(), roster, deps().settings, now=deps().now())
        except Faulty as faulty:
            return problem(422, faulty.code, faulty.params, [_as_field(fault) for fault in faulty.faults[:MOST_TOLD]])
        nothing: dict[str, Any] = {"fault_count": 0, "faults": (), "known": (), "ignored_columns": ()}
        return vars(receipt) | {"dry_run": False} | nothing, 201 if created else 200


@BLUEPRINT.route("/rosters/template")
class RosterTemplate(MethodView):
    """The table to be filled in."""

    @office("subjects.change")
    @BLUEPRINT.response(200, BINARY, content_type=roster_file.TEMPLATE_TYPE)
    def get(self) -> Response:
        """An empty roster with a sheet that tells how it is filled in."""
        return Response(roster_file.template(), mimetype=roster_file.TEMPLATE_TYPE)


def _dry(roster_id: UUID, office_id: UUID | None, reading: Reading) -> dict[str, Any]:
    with deps().autocommit() as connection:
        report = check_roster(connection, current_actor(), reading, office_id, deps().settings, now=deps().now())
    return {
        "id": roster_id,
        "dry_run": True,
        "imported_at": None,
        "rows": report.rows,
        "added": report.new,
        "already_there": len(report.already_there),
        "fault_count": len(report.faults),
        "faults": _faults(report.faults[:MOST_TOLD]),
        "known": [
            asdict(known) | {"differences": [asdict(found) | {"heading": found.heading} for found in known.differences]}
            for known in report.already_there[:MOST_TOLD]
        ],
        "ignored_columns": report.ignored,
    }


def _faults(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [vars(fault) | {"heading": fault.heading, "detail": fault.told()} for fault in faults]


def _as_field(fault: Fault) -> dict[str, Any]:
    """A fault as a problem document lists it: `D5`, or the heading of a column that is missing."""
    place = f"{fault.column}{fault.row}" if fault.column else fault.heading
    return {"field": place, "detail": fault.told(), "line": fault.row}
