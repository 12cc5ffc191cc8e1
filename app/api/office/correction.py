"""Correction groups (矫正小组) and plans (矫正方案) [Law 24, 25, 52, 53], and who still lacks one."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.actions.change_group import add_member, end_member, note_letter
from app.actions.change_plan import decide_plan, review_plan, write_plan
from app.actions.note_reading import note_reading
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.office.correction_bodies import (
    CorrectionGapAnswer,
    GapListArgs,
    GroupAnswer,
    LeavingBody,
    LetterBody,
    MemberBody,
    PlanAnswer,
    PlanBody,
    PlanDecisionBody,
    PlanReviewBody,
)
from app.api.paging import next_cursor, page_of
from app.api.refusals import refusals
from app.queries import correction as queries
from app.queries import correction_gaps, offices
from app.rules.correction import Leaving, Letter, MemberKind, NewMember, NewPlan, NewReview
from app.rules.facts import DutyKind

BLUEPRINT = Blueprint("office_correction", __name__, description="矫正小组和矫正方案")


def group_shown(tx: Any, subject_id: UUID) -> dict[str, Any]:
    """The group as it stands."""
    found = asdict(queries.group(tx, current_actor(), subject_id, now=deps().now()))
    return {**found, "subject_id": subject_id}


def plan_shown(tx: Any, subject_id: UUID) -> dict[str, Any]:
    """The plan as it stands."""
    return {**asdict(queries.plan(tx, current_actor(), subject_id)), "subject_id": subject_id}


@BLUEPRINT.route("/subjects/<uuid:subject_id>/group")
class Group(MethodView):
    """The group of one person."""

    @office("correction.read")
    @refusals(404)
    @BLUEPRINT.response(200, GroupAnswer)
    def get(self, subject_id: UUID) -> dict[str, Any]:
        """Members, those who left too, and whether the group is complete; that it was read is recorded."""
        with deps().transaction() as tx:
            found = group_shown(tx, subject_id)
            note_reading(tx, current_actor(), "groups.read", subject_id, now=deps().now())
        return found


@BLUEPRINT.route("/subjects/<uuid:subject_id>/group/members")
class Members(MethodView):
    """Members of the group."""

    @office("correction.change")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(MemberBody)
    @BLUEPRINT.response(201, GroupAnswer)
    @BLUEPRINT.alt_response(200, schema=GroupAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], subject_id: UUID) -> tuple[dict[str, Any], int]:
        """Somebody joins. A group that is complete by it settles what was owed."""
        plain = {name: body[name] for name in ("id", "name", "sex", "phone", "knows_minors", "guardian", "user_id")}
        new = NewMember(
            **plain,
            kind=MemberKind(body["kind"]),
            from_at=body["from_at"],
            letter_at=body["letter_signed_at"],
            body_hash=body_hash(),
        )
        with deps().transaction() as tx:
            first = add_member(tx, current_actor(), subject_id, new, now=deps().now())
            return group_shown(tx, subject_id), 201 if first else 200


@BLUEPRINT.route("/subjects/<uuid:subject_id>/group/members/<uuid:member_id>/end")
class MemberEnd(MethodView):
    """The end of a membership."""

    @office("correction.change")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(LeavingBody)
    @BLUEPRINT.response(200, GroupAnswer)
    def post(self, body: dict[str, Any], subject_id: UUID, member_id: UUID) -> dict[str, Any]:
        """A member leaves. A group that is no longer complete is owed anew."""
        leaving = Leaving(member_id, body["reason"], body["to_at"])
        with deps().transaction() as tx:
            end_member(tx, current_actor(), subject_id, leaving, now=deps().now())
            return group_shown(tx, subject_id)


@BLUEPRINT.route("/subjects/<uuid:subject_id>/group/members/<uuid:member_id>/letter")
class MemberLetter(MethodView):
    """The 矫正责任书 of a member."""

    @office("correction.change")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(LetterBody)
    @BLUEPRINT.response(200, GroupAnswer)
    def post(self, body: dict[str, Any], subject_id: UUID, member_id: UUID) -> dict[str, Any]:
        """The member signed it."""
        with deps().transaction() as tx:
            letter = Letter(member_id, body["signed_at"])
            note_letter(tx, current_actor(), subject_id, letter, now=deps().now())
            return group_shown(tx, subject_id)


@BLUEPRINT.route("/subjects/<uuid:subject_id>/plan")
class Plan(MethodView):
    """The plan of one person."""

    @office("correction.read")
    @refusals(404)
    @BLUEPRINT.response(200, PlanAnswer)
    def get(self, subject_id: UUID) -> dict[str, Any]:
        """All versions, the newest first; that they were read is recorded."""
        with deps().transaction() as tx:
            found = plan_shown(tx, subject_id)
            note_reading(tx, current_actor(), "plans.read", subject_id, now=deps().now())
        return found

    @office("correction.change")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(PlanBody)
    @BLUEPRINT.response(201, PlanAnswer)
    @BLUEPRINT.alt_response(200, schema=PlanAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], subject_id: UUID) -> tuple[dict[str, Any], int]:
        """Write the next version: nothing of an earlier one is written over."""
        new = NewPlan(**{**body, "measures": tuple(body["measures"])}, body_hash=body_hash())
        with deps().transaction() as tx:
            first = write_plan(tx, current_actor(), subject_id, new, now=deps().now())
            return plan_shown(tx, subject_id), 201 if first else 200


@BLUEPRINT.route("/subjects/<uuid:subject_id>/plan/<uuid:plan_id>/decision")
class PlanDecision(MethodView):
    """The decision on the newest version."""

    @office("correction.approve")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(PlanDecisionBody)
    @BLUEPRINT.response(200, PlanAnswer)
    def post(self, body: dict[str, Any], subject_id: UUID, plan_id: UUID) -> dict[str, Any]:
        """Approve it, which settles what was owed, or give it back. 403 for whoever made it."""
        answer = {"approved": body["approve"], "note": body["note"]}
        with deps().transaction() as tx:
            decide_plan(tx, current_actor(), subject_id, plan_id, **answer, now=deps().now())
            return plan_shown(tx, subject_id)


@BLUEPRINT.route("/subjects/<uuid:subject_id>/plan/reviews")
class PlanReviews(MethodView):
    """Reviews of the plan in force."""

    @office("correction.change")
    @refusals(404, 409)
    @BLUEPRINT.arguments(PlanReviewBody)
    @BLUEPRINT.response(201, PlanAnswer)
    @BLUEPRINT.alt_response(200, schema=PlanAnswer, description="Repeated: as it stands now.")
    def post(self, body: dict[str, Any], subject_id: UUID) -> tuple[dict[str, Any], int]:
        """It stays as it is. Whoever finds that it must change writes the next version instead."""
        new = NewReview(body["id"], body_hash(), body["note"])
        with deps().transaction() as tx:
            first = review_plan(tx, current_actor(), subject_id, new, now=deps().now())
            return plan_shown(tx, subject_id), 201 if first else 200


@BLUEPRINT.route("/correction-gaps")
class Gaps(MethodView):
    """Groups and plans that are owed."""

    @office("correction.read")
    @refusals(404, 422)
    @BLUEPRINT.arguments(GapListArgs, location="query")
    @BLUEPRINT.response(200, page_of(CorrectionGapAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The longest due first."""
        with deps().autocommit() as connection:
            wanted = args["office_id"]
            path = offices.office(connection, current_actor(), wanted).path if wanted else None
            page = correction_gaps.gaps(
                connection,
                current_actor(),
                now=deps().now(),
                office_path=path,
                kind=DutyKind(args["kind"]) if args["kind"] else None,
                after=args["cursor"],
                limit=args["limit"],
            )
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}
