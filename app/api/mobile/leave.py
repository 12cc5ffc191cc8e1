"""The subject's own leave: asked for, looked at, taken back; reports on the way and the return [Law 27]."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.report_leave import report_leave
from app.actions.request_leave import request_leave
from app.actions.withdraw_leave import withdraw_leave
from app.api.auth import phone
from app.api.blueprint import Blueprint
from app.api.context import current_actor, deps
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
from app.queries.leaves import LeaveView
from app.rules.errors import NotAllowed
from app.rules.leave.facts import Told

BLUEPRINT = Blueprint("mobile_leave", __name__, description="外出")


@BLUEPRINT.route("/leave-requests")
class LeaveRequests(MethodView):
    """Own requests."""

    @phone
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveBody)
    @BLUEPRINT.response(201, LeaveAnswer)
    @BLUEPRINT.alt_response(200, schema=LeaveAnswer, description="Repeated: the request as it stands now.")
    def post(self, body: dict[str, Any]) -> tuple[LeaveView, int]:
        """Ask for leave, for its extension (`extends_id`), or for a permit. It tells who must decide.

        Asked less than three days before it is taken all the same. 409 where other leave takes the same time.
        """
        actor, now = current_actor(), deps().now()
        if actor.id is None:
            raise NotAllowed("not_allowed")
        with deps().transaction() as tx:
            first = request_leave(tx, actor, actor.id, wanted(body), now=now)
            return queries.leave(tx, actor, body["id"], now=now), 201 if first else 200

    @phone
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(LeaveAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """All own requests, the last asked first."""
        with deps().autocommit() as connection:
            page = queries.own_leaves(
                connection, current_actor(), now=deps().now(), after=args["cursor"], limit=args["limit"]
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}


@BLUEPRINT.route("/leave-requests/<uuid:leave_id>")
class OneLeaveRequest(MethodView):
    """One own request."""

    @phone
    @refusals(404)
    @BLUEPRINT.response(200, LeaveAnswer)
    def get(self, leave_id: UUID) -> LeaveView:
        """One own request with its decision, its reasons, and all that was reported."""
        with deps().autocommit() as connection:
            return queries.leave(connection, current_actor(), leave_id, now=deps().now())


@BLUEPRINT.route("/leave-requests/<uuid:pending_id>/withdraw")
class Withdrawal(MethodView):
    """Taking a request back."""

    @phone
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveWithdrawBody)
    @BLUEPRINT.response(200, LeaveAnswer)
    def post(self, body: dict[str, Any], pending_id: UUID) -> LeaveView:
        """Take a request back that nobody has decided on; again changes nothing."""
        with deps().transaction() as tx:
            withdraw_leave(tx, current_actor(), pending_id, body["note"], now=deps().now())
            return queries.leave(tx, current_actor(), pending_id, now=deps().now())


@BLUEPRINT.route("/leave-requests/<uuid:leave_id>/reports")
class Reports(MethodView):
    """What is told on the way."""

    @phone
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveReportBody)
    @BLUEPRINT.response(201, LeaveAnswer)
    @BLUEPRINT.alt_response(200, schema=LeaveAnswer, description="Repeated: the request as it stands now.")
    def post(self, body: dict[str, Any], leave_id: UUID) -> tuple[LeaveView, int]:
        """Left, arrived, or cannot be back in time, with the reason; under a permit each trip."""
        return _tell(leave_id, told(body))


@BLUEPRINT.route("/leave-requests/<uuid:leave_id>/return")
class Return(MethodView):
    """Being back."""

    @phone
    @refusals(404, 409)
    @BLUEPRINT.arguments(LeaveReturnBody)
    @BLUEPRINT.response(201, LeaveAnswer)
    @BLUEPRINT.alt_response(200, schema=LeaveAnswer, description="Repeated: the request as it stands now.")
    def post(self, body: dict[str, Any], leave_id: UUID) -> tuple[LeaveView, int]:
        """Report the return (销假). The leave ends with it, or where the county wants it once an officer confirmed."""
        return _tell(leave_id, told_return(body))


def _tell(leave_id: UUID, what: Told) -> tuple[LeaveView, int]:
    now = deps().now()
    with deps().transaction() as tx:
        first = report_leave(tx, current_actor(), leave_id, what, now=now)
        return queries.leave(tx, current_actor(), leave_id, now=now), 201 if first else 200
