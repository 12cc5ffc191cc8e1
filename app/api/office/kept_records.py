"""Records of every kind: verifications and reviews written down, one record in full, its paper."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView

from app.access.printed_record import MIMETYPES, print_record
from app.actions.write_down import write_down
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, choice
from app.api.office.records import RecordAnswer, RecordBody, RecordReceipt, new_record, one, receipt_answer
from app.api.refusals import refusals
from app.rules.facts import DutyKind

BLUEPRINT = Blueprint("office_records", __name__, description="走访、谈话、核实记录")


class AnyRecordBody(RecordBody):
    """A verification, a review, or a visit; talks are for fewer people, and have a path of their own."""

    kind = choice((DutyKind.VERIFICATION, DutyKind.REVIEW, DutyKind.VISIT), required=True)


class PaperArgs(Body):
    """As which file."""

    form = choice(list(MIMETYPES), required=True)


@BLUEPRINT.route("/records")
class Records(MethodView):
    """What is written down beside visits and talks."""

    @office("visits.record")
    @refusals(404, 409)
    @BLUEPRINT.arguments(AnyRecordBody)
    @BLUEPRINT.response(201, RecordReceipt)
    @BLUEPRINT.alt_response(200, schema=RecordReceipt, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Write a verification, a review or a visit down."""
        new = new_record(DutyKind(body["kind"]), body)
        with deps().transaction() as tx:
            kept, first = write_down(tx, current_actor(), new, now=deps().now())
        return receipt_answer(kept), 201 if first else 200


@BLUEPRINT.route("/records/<uuid:record_id>")
class KeptRecord(MethodView):
    """One record of any kind."""

    @office("visits.read")
    @refusals(404)
    @BLUEPRINT.response(200, RecordAnswer)
    def get(self, record_id: UUID) -> dict[str, Any]:
        """One record in full, with what was added to it."""
        return one(None, record_id)


@BLUEPRINT.route("/records/<uuid:record_id>/paper")
class RecordOnPaper(MethodView):
    """The paper of one record."""

    @office("records.paper")
    @refusals(404, 503)
    @BLUEPRINT.arguments(PaperArgs, location="query")
    @BLUEPRINT.files(*MIMETYPES.values())
    def get(self, args: dict[str, Any], record_id: UUID) -> Response:
        """The paper as docx or PDF, with the signatures that were made on the screen. Made anew each time."""
        made = print_record(deps(), current_actor(), record_id, args["form"])
        return Response(made.content, mimetype=made.mimetype, headers=made.headers)
