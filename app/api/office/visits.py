"""Visits: written down by officers, read by their offices."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.record_visit import record_visit
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.office.records import (
    ListedRecord,
    RecordAnswer,
    RecordBody,
    RecordListArgs,
    RecordReceipt,
    new_record,
    one,
    page,
    receipt_answer,
)
from app.api.paging import page_of
from app.api.refusals import refusals
from app.rules.facts import DutyKind

BLUEPRINT = Blueprint("office_visits", __name__, description="走访")


@BLUEPRINT.route("/visits")
class Visits(MethodView):
    """Visits within reach."""

    @office("visits.read")
    @BLUEPRINT.arguments(RecordListArgs, location="query")
    @BLUEPRINT.response(200, page_of(ListedRecord))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Visits about subjects within reach, the latest first."""
        return page(DutyKind.VISIT, args)

    @office("visits.record")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RecordBody)
    @BLUEPRINT.response(201, RecordReceipt)
    @BLUEPRINT.alt_response(200, schema=RecordReceipt, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Write a visit down. It fulfils the oldest duty of each item whose time had begun when it happened."""
        with deps().transaction() as tx:
            kept, first = record_visit(tx, current_actor(), new_record(DutyKind.VISIT, body), now=deps().now())
        return receipt_answer(kept), 201 if first else 200


@BLUEPRINT.route("/visits/<uuid:visit_id>")
class Visit(MethodView):
    """One visit."""

    @office("visits.read")
    @refusals(404)
    @BLUEPRINT.response(200, RecordAnswer)
    def get(self, visit_id: UUID) -> dict[str, Any]:
        """One visit in full."""
        return one(DutyKind.VISIT, visit_id)
