"""Leave (外出): entered, decided, revoked, returned from; the office's calendar; and permits for frequent travel."""

from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields

from app.actions.decide_leave import decide_leave
from app.actions.report_leave import report_leave
from app.actions.request_leave import request_leave
from app.actions.revoke_leave import revoke_leave
from app.actions.tell_procuratorate import tell_procuratorate
from app.actions.withdraw_leave import withdraw_leave
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
from app.api.fields import Body, Instant, Truth, choice, text
from app.api.leave import (
    LeaveAnswer,
    LeaveBody,
    LeaveReportBody,
    LeaveReturnBody,
    LeaveWithdrawBody,
    told,
    told_return,
    wanted,
)
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import leaves as queries
from app.queries.leave_calendar import Show, showing
from app.queries.leaves import LeaveView
from app.rules.leave import LeaveKind, LeaveState
from app.rules.leave.facts import Told, Verdict

BLUEPRINT = Blueprint("office_leave", __name__, description="外出")


class OfficeLeaveBody(LeaveBody):
    """A request that somebody made on paper or in person, as an officer enters it."""

    subject_id = fields.UUID(required=True)


class LeaveDecisionBody(Body):
    """A decision. A refusal needs a reason in plain words: the person reads it."""

    approve = Truth(required=True)
    reason = text(1000, load_default=None, allow_none=True)
    conditions = text(500, load_default=None, allow_none=True, metadata={"description": "What the person must keep."})
    report_arrival = Truth(
        load_default=False, metadata={"description": "Whether to report to the agency at the destination."}
    )


class LeaveRevocationBody(Body):
    """Why what was approved counts no longer: the person reads it."""

    reason = text(1000, required=True)


class LeaveProcuratorateBody(Body):
    """When and how the procuratorate was told."""

    told_at = Instant(required=True)
    note = text(500, required=True, metadata={"description": "How, and the number of the paper."})


class OfficeLeaveAnswer(LeaveAnswer):
    """One request, as offices see it. Texts are null in lists where the law seals them."""

    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    entered_by_name = fields.String(required=True, allow_none=True, metadata={"description": "Null: asked by phone."})
    may_decide = fields.Boolean(required=True, metadata={"description": "Whether the caller's role decides on it."})
    decided_by_name = fields.String(required=True, allow_none=True)
    filed_at = Instant(
        required=True,
        allow_none=True,
        metadata={"description": "When what the office decided was filed with the county."},
    )
    tell_procuratorate = fields.Boolean(required=True, metadata={"description": "Whether it is still to be told."})
    told_procuratorate_at = Instant(required=True, allow_none=True)
    told_procuratorate_note = fields.String(required=True, allow_none=True)
    duty_id = fields.UUID(required=True, allow_none=True, metadata={"description": "The return that is owed."})
    duty_state = fields.String(required=True, allow_none=True)
    away = fields.Boolean(required=True)


class LeaveListArgs(PageArgs):
    """Which requests. `show` names a part of the office's calendar; `from` and `to` keep what touches that time."""

    subject_id = fields.UUID(load_default=None)
    state = choice(LeaveState, load_default=None)
    kind = choice(LeaveKind, load_default=None)
    show = choice(Show, load_default=None)
    from_at = Instant(load_default=None, data_key="from")
    to = Instant(load_default=None)


@BLUEPRINT.route("/leave-requests")
class LeaveRequests(MethodView):
    """Requests within reach."""

    @office("leave.read")
    @refusals(422)
    @BLUEPRINT.arguments(LeaveListArgs, location="query")
    @BLUEPRINT.response(200, page_of(OfficeLeaveAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The last asked first: who is away, who is back today or overdue, what waits for a decision."""
        now = deps().now()
        with deps().autocommit() as connection:
            page = queries.leaves(
                connection,
                current_actor(),
                now=now,
                subject_id=args["subject_id"],
                state=args["state"],
                kind=args["kind"],
                also=showing(Show(args["show"]), now) if args["show"] else None,
                span=(args["from_at"], args["to"]),
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("leave.enter")
    @refusals(404, 409)
    @BLUEPRINT.arguments(OfficeLeaveBody)
    @BLUEPRINT.response(201, OfficeLeaveAnswer)
    @BLUEPRINT.alt_response(200, schema=OfficeLeaveAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[LeaveView, int]:
        """Enter a request that was made on paper or in person."""
        now = deps().now()
        with deps().transaction() as tx:
            first = request_leave(tx, current_actor(), body["subject_id"], wanted(body), now=now)
            return queries.leave(tx, current_actor(), body["id"], now=now), 201 if first else 200


@BLUEPRINT.route("/leave-requests/<uuid:leave_id>")
class OneLeaveRequest(MethodView):
    """One request."""

    @office("leave.read")
    @refusals(404)
    @BLUEPRINT.response(200, OfficeLeaveAnswer)
    def get(self, leave_id: UUID) -> LeaveView:
        """One request with its decision and all that was reported."""
        with deps().autocommit() as connection:
            return queries.leave(connection, current_actor(), leave_id, now=deps().now())


@BLUEPRINT.route("/leave-requests/<uuid:pending_id>/decision")
class Decision(MethodView):
    """The decision on one request."""

    @office("leave.decide")
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveDecisionBody)
    @BLUEPRINT.response(200, OfficeLeaveAnswer)
    def post(self, body: dict[str, Any], pending_id: UUID) -> LeaveView:
        """Approve or refuse. 403 tells who must decide; days and two months' total are counted anew."""
        verdict = Verdict(body["approve"], body["reason"], body["conditions"], body["report_arrival"])
        now = deps().now()
        with deps().transaction() as tx:
            decide_leave(tx, current_actor(), pending_id, verdict, now=now)
            return queries.leave(tx, current_actor(), pending_id, now=now)


@BLUEPRINT.route("/leave-requests/<uuid:pending_id>/withdraw")
class Withdrawal(MethodView):
    """Taking a request back at the person's word."""

    @office("leave.enter")
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveWithdrawBody)
    @BLUEPRINT.response(200, OfficeLeaveAnswer)
    def post(self, body: dict[str, Any], pending_id: UUID) -> LeaveView:
        """Take a request back that nobody has decided on, because the person asked to."""
        with deps().transaction() as tx:
            withdraw_leave(tx, current_actor(), pending_id, body["note"], now=deps().now())
            return queries.leave(tx, current_actor(), pending_id, now=deps().now())


@BLUEPRINT.route("/leave-requests/<uuid:leave_id>/revocation")
class Revocation(MethodView):
    """Revoking what was approved."""

    @office("leave.decide")
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveRevocationBody)
    @BLUEPRINT.response(200, OfficeLeaveAnswer)
    def post(self, body: dict[str, Any], leave_id: UUID) -> LeaveView:
        """Leave or permit counts no longer; the person is told why, and by when to be back."""
        with deps().transaction() as tx:
            revoke_leave(tx, current_actor(), leave_id, body["reason"], now=deps().now())
            return queries.leave(tx, current_actor(), leave_id, now=deps().now())


@BLUEPRINT.route("/leave-requests/<uuid:leave_id>/reports")
class Reports(MethodView):
    """What was told to an officer on the way."""

    @office("leave.report")
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveReportBody)
    @BLUEPRINT.response(201, OfficeLeaveAnswer)
    @BLUEPRINT.alt_response(200, schema=OfficeLeaveAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], leave_id: UUID) -> tuple[LeaveView, int]:
        """Enter what the person told by landline or in person."""
        return _tell(leave_id, told(body))


@BLUEPRINT.route("/leave-requests/<uuid:leave_id>/returns")
class Returns(MethodView):
    """The return."""

    @office("leave.confirm")
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveReturnBody)
    @BLUEPRINT.response(201, OfficeLeaveAnswer)
    @BLUEPRINT.alt_response(200, schema=OfficeLeaveAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], leave_id: UUID) -> tuple[LeaveView, int]:
        """Do the formality of the return (销假) by an officer's word, or confirm what was reported by phone."""
        return _tell(leave_id, told_return(body))


@BLUEPRINT.route("/leave-requests/<uuid:leave_id>/procuratorate")
class Procuratorate(MethodView):
    """Telling the procuratorate of long leave."""

    @office("leave.tell_procuratorate")
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveProcuratorateBody)
    @BLUEPRINT.response(200, OfficeLeaveAnswer)
    def post(self, body: dict[str, Any], leave_id: UUID) -> LeaveView:
        """Record when and how it was told, for leave that the city approved."""
        with deps().transaction() as tx:
            tell_procuratorate(tx, current_actor(), leave_id, body["told_at"], body["note"], now=deps().now())
            return queries.leave(tx, current_actor(), leave_id, now=deps().now())


def _tell(leave_id: UUID, what: Told) -> tuple[LeaveView, int]:
    now = deps().now()
    with deps().transaction() as tx:
        first = report_leave(tx, current_actor(), leave_id, what, now=now)
        return queries.leave(tx, current_actor(), leave_id, now=now), 201 if first else 200
