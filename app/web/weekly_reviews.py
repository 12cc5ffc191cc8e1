"""The red list of a week on a page, and the weekly meeting about it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.note_reading import note_reading
from app.actions.review_week import review_week
from app.queries import red_list as lists
from app.queries import weekly_reviews as queries
from app.rules.calendar import legal_day
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import About
from app.rules.red_list import WEEK, monday_of
from app.rules.weekly_reviews import Decided, NewReview
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, optional, told, written
from app.web.guard import page, user_for
from app.web.paging import cursor, next_link, part_of

LIMIT = 50
MOST_SHOWN = 100
FIRST_DAY = date(2000, 1, 3)
LONGEST_DECISION, LONGEST_SUMMARY, LONGEST_ATTENDED = 1000, 2000, 500


@PAGES.get("/red-list")
@page("red_list.read")
def red_list() -> str:
    """Who stands out in a week, and why; the form of the meeting below it."""
    return _list_page(_week(request.args.get("week")), {}, None)


@PAGES.post("/weekly-reviews")
@page("weekly_reviews.write")
def write_weekly_review() -> Response | tuple[str, int]:
    """Keep the meeting: everybody about whom something was decided."""
    week = _week(request.form.get("week"))
    try:
        with deps().transaction() as tx:
            people = lists.with_reasons(tx, user_for("red_list.read"), week, _decided())
            new = _new_review(week, people)
            review_week(tx, user(), new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list_page(week, request.form, fault), status
    return done(url_for("pages.weekly_review", review_id=new.id), "review_kept")


@PAGES.get("/weekly-reviews")
@page("weekly_reviews.read")
def weekly_reviews() -> str:
    """The meetings kept so far."""
    with deps().autocommit() as connection:
        found = queries.reviews(connection, user(), after=cursor(), limit=LIMIT)
    return render_template("weekly_reviews.html", here="red_list", rows=found.items, more=next_link(found.next_key))


@PAGES.get("/weekly-reviews/<uuid:review_id>")
@page("weekly_reviews.read")
def weekly_review(review_id: UUID) -> str:
    """One meeting; that it was read is on record."""
    with deps().transaction() as tx:
        head = queries.review(tx, user(), review_id)
        people = queries.decided(tx, user(), review_id)
        about = About("weekly_review", review_id)
        note_reading(tx, user(), "weekly_reviews.read", None, now=deps().now(), about=about)
    return render_template("weekly_review.html", here="red_list", head=head, people=people)


def _list_page(week: date, typed: Any, fault: str | None) -> str:
    today = legal_day(deps().now())
    with deps().transaction() as tx:
        reader, details = user_for("red_list.read"), {"week": week.isoformat()}
        note_reading(tx, reader, "red_list.read", None, now=deps().now(), details=details)
        rows = lists.red_list(tx, reader, week)
    return render_template(
        "red_list.html",
        here="red_list",
        part=part_of(rows, MOST_SHOWN),
        place=request.args.get("cursor"),
        week=week,
        last=week + WEEK - timedelta(days=1),
        before=week - WEEK,
        after=week + WEEK if week + WEEK <= today else None,
        today=today,
        typed=typed,
        fault=fault,
        review_id=typed.get("id") or uuid4(),
    )


def _week(given: str | None) -> date:
    """The Monday of the day that the address names; of last week's unless it names one."""
    today = legal_day(deps().now())
    if not given:
        return monday_of(today - WEEK)
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Refused("bad_filter") from None
    if not FIRST_DAY <= day <= today:
        raise Refused("bad_filter")
    return monday_of(day)


def _decided() -> list[Decided]:
    """Those about whom the form says something."""
    people = []
    try:
        for given in request.form.getlist("person")[:MOST_SHOWN]:
            decision = optional(f"decision-{given}", LONGEST_DECISION)
            until = optional(f"until-{given}", 10)
            if decision:
                people.append(Decided(UUID(given), decision, date.fromisoformat(until) if until else None))
    except ValueError:
        raise Refused("stale_form") from None
    return people


def _new_review(week: date, people: tuple[Decided, ...]) -> NewReview:
    try:
        held_on = date.fromisoformat(request.form.get("held_on", ""))
    except ValueError:
        raise Refused("time_needed") from None
    attended = written("attended", LONGEST_ATTENDED, missing="note_needed")
    summary = written("summary", LONGEST_SUMMARY, missing="note_needed")
    said = [(one.subject_id, one.decision, one.follow_up_on) for one in people]
    return NewReview(
        id=client_id(),
        office_id=user().grants[0].office_id,
        week=week,
        held_on=held_on,
        attended=attended,
        summary=summary,
        people=people,
        body_hash=hash_of(week, held_on, attended, summary, said),
    )
