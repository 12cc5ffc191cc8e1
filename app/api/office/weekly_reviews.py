"""The red list (红名单) of a week, and the weekly meetings (周例会) about it."""

from datetime import date
from typing import Any
from uuid import UUID

from flask.views import MethodView
from marshmallow import fields, validate

from app.actions.note_reading import note_reading
from app.actions.review_week import review_week
from app.api.auth import office
from app.api.blueprint import Blueprint
from app.api.bodies import body_hash
from app.api.context import current_actor, deps
from app.api.fields import Body, Day, Instant, text
from app.api.paging import PageArgs, next_cursor, page_of
from app.api.refusals import refusals
from app.queries import red_list as lists
from app.queries import weekly_reviews as queries
from app.rules.calendar import legal_day
from app.rules.facts import About, Actor
from app.rules.red_list import monday_of
from app.rules.weekly_reviews import Decided, NewReview

BLUEPRINT = Blueprint("office_weekly_reviews", __name__, description="红名单与周例会")
MOST_PEOPLE = 200


class RedListArgs(Body):
    """Of which week and office."""

    week = Day(load_default=None, metadata={"description": "Any day of the week; this week unless given."})
    office_id = fields.UUID(load_default=None)


class ListedAnswer(Body):
    """One person on the list."""

    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    class_ = fields.String(required=True, allow_none=True, data_key="class")
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    officer_name = fields.String(required=True, allow_none=True)
    told = fields.List(fields.String(), required=True, metadata={"description": "Reasons in words."})


class RedListAnswer(Body):
    """The list of one week."""

    week = Day(required=True, metadata={"description": "Its Monday."})
    items = fields.List(fields.Nested(ListedAnswer), required=True)


class WeeklyReviewAnswer(Body):
    """One meeting."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    office_name = fields.String(required=True)
    week = Day(required=True)
    held_on = Day(required=True)
    attended = fields.String(required=True)
    summary = fields.String(required=True)
    people = fields.Integer(required=True)
    written_by_name = fields.String(required=True)
    written_at = Instant(required=True)


class ReviewedPersonAnswer(Body):
    """Somebody who was talked about."""

    subject_id = fields.UUID(required=True)
    subject_name = fields.String(required=True)
    minor = fields.Boolean(required=True)
    told = fields.List(fields.String(), required=True, metadata={"description": "The reasons as they stood then."})
    decision = fields.String(required=True, allow_none=True, metadata={"description": "Null where sealed."})
    follow_up_on = Day(required=True, allow_none=True)


class WholeWeeklyReviewAnswer(Body):
    """One meeting with everybody who was talked about."""

    review = fields.Nested(WeeklyReviewAnswer, required=True)
    people = fields.List(fields.Nested(ReviewedPersonAnswer), required=True)


class ReviewedPersonBody(Body):
    """A decision about somebody."""

    subject_id = fields.UUID(required=True)
    decision = text(1000, required=True)
    follow_up_on = Day(load_default=None, allow_none=True)


class WeeklyReviewBody(Body):
    """A meeting to keep."""

    id = fields.UUID(required=True)
    office_id = fields.UUID(required=True)
    week = Day(required=True, metadata={"description": "Its Monday."})
    held_on = Day(required=True)
    attended = text(500, required=True)
    summary = text(2000, required=True)
    people = fields.List(
        fields.Nested(ReviewedPersonBody), required=True, validate=validate.Length(min=1, max=MOST_PEOPLE)
    )


@BLUEPRINT.route("/red-list")
class RedList(MethodView):
    """People whose week stands out."""

    @office("red_list.read")
    @BLUEPRINT.arguments(RedListArgs, location="query")
    @BLUEPRINT.response(200, RedListAnswer)
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The gravest first, each with plain reasons; nobody is scored. That the list was opened is on record."""
        week = monday_of(args["week"] or legal_day(deps().now()))
        with deps().transaction() as tx:
            note_reading(tx, current_actor(), "red_list.read", None, now=deps().now(), details=_of_week(week))
            listed = lists.red_list(tx, current_actor(), week, office_id=args["office_id"])
        return {"week": week, "items": listed}


@BLUEPRINT.route("/weekly-reviews")
class Reviews(MethodView):
    """Meetings of offices within reach."""

    @office("weekly_reviews.read")
    @BLUEPRINT.arguments(PageArgs, location="query")
    @BLUEPRINT.response(200, page_of(WeeklyReviewAnswer))
    def get(self, args: dict[str, Any]) -> dict[str, Any]:
        """The last written first."""
        with deps().autocommit() as connection:
            page = queries.reviews(connection, current_actor(), after=args["cursor"], limit=args["limit"])
        return {"items": page.items, "next_cursor": next_cursor(page.next_key)}

    @office("weekly_reviews.write")
    @refusals(404, 409, 422)
    @BLUEPRINT.arguments(WeeklyReviewBody)
    @BLUEPRINT.response(201, WholeWeeklyReviewAnswer)
    @BLUEPRINT.alt_response(200, schema=WholeWeeklyReviewAnswer, description="Repeated: as it was kept.", success=True)
    def post(self, body: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """Keep a meeting; the reasons of everybody who was talked about are kept as they stand now."""
        with deps().transaction() as tx:
            people = [Decided(**one) for one in body.pop("people")]
            kept = lists.with_reasons(tx, current_actor(), body["week"], people)
            new = NewReview(people=kept, body_hash=body_hash(), **body)
            first = review_week(tx, current_actor(), new, now=deps().now())
            return _whole(tx, current_actor(), new.id), 201 if first else 200


@BLUEPRINT.route("/weekly-reviews/<uuid:review_id>")
class Review(MethodView):
    """One meeting."""

    @office("weekly_reviews.read")
    @refusals(404)
    @BLUEPRINT.response(200, WholeWeeklyReviewAnswer)
    def get(self, review_id: UUID) -> dict[str, Any]:
        """With who was talked about and what was decided. That it was read is on record."""
        with deps().transaction() as tx:
            found = _whole(tx, current_actor(), review_id)
            about = About("weekly_review", review_id)
            note_reading(tx, current_actor(), "weekly_reviews.read", None, now=deps().now(), about=about)
        return found


def _whole(tx: Any, actor: Actor, review_id: UUID) -> dict[str, Any]:
    return {"review": queries.review(tx, actor, review_id), "people": queries.decided(tx, actor, review_id)}


def _of_week(week: date) -> dict[str, str]:
    return {"week": week.isoformat()}
