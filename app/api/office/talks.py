"""Talks: written down by officers, read by their offices."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.record_talk import record_talk
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

BLUEPRINT = Blueprint("office_talks", __name__, description="谈话")


@BLUEPRINT.route("/talks")
class Talks(MethodView):
    """Talks within reach."""

    @office("visits.read")
    @BLUEPRINT.arguments(RecordListArgs, location="query")
    @BLUEPRINT.response(200, page_of(ListedRecord))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """Talks about subjects within reach, the latest first."""
        return page(DutyKind.TALK, args)

    @office("talks.record")
    @refusals(404, 409)
    @BLUEPRINT.arguments(RecordBody)
    @BLUEPRINT.response(201, RecordReceipt)
    @BLUEPRINT.alt_response(200, schema=RecordReceipt, description="Repeated: the same receipt.")
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Write a talk down. It fulfils the oldest duty of each item whose time had begun when it happened."""
        with deps().transaction() as tx:
            kept, first = record_talk(tx, current_actor(), new_record(DutyKind.TALK, body), now=deps().now())
        return receipt_answer(kept), 201 if first else 200


@BLUEPRINT.route("/talks/<uuid:talk_id>")
class Talk(MethodView):
    """One talk."""

    @office("visits.read")
    @refusals(404)
    @BLUEPRINT.response(200, RecordAnswer)
    def get(self, talk_id: UUID) -> dict[str, Any]:
        """One talk in full."""
        return one(DutyKind.TALK, talk_id)
