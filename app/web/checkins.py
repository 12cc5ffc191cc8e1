"""Check-ins that wait for a person to look at them, and the answer to each."""

from uuid import UUID

from flask import Response, render_template, request, url_for

from app.actions.review_check_in import review_check_in
from app.queries import checkins as queries
from app.rules.errors import Refused, ZhifangError
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import done, told, written
from app.web.guard import page, user_for
from app.web.paging import cursor, next_link

LIMIT = 20
LONGEST_NOTE = 500
ANSWERS = {"yes": True, "no": False}


@PAGES.get("/check-ins")
@page("check_ins.read")
def check_ins() -> str:
    """Those that wait for review, the one that has waited longest first."""
    return _list(None, None)


@PAGES.post("/check-ins/<uuid:subject_id>/<uuid:check_in_id>/review")
@page("check_ins.review")
def review(subject_id: UUID, check_in_id: UUID) -> Response | tuple[str, int]:
    """Accept or reject one, once, with a note."""
    try:
        if request.form.get("answer") not in ANSWERS:
            raise Refused("stale_form")
        accepted = ANSWERS[request.form["answer"]]
        note = written("note", LONGEST_NOTE, missing="note_needed")
        with deps().transaction() as tx:
            review_check_in(tx, user(), subject_id, check_in_id, accepted=accepted, note=note, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(fault, check_in_id), status
    return done(url_for("pages.check_ins"), "accepted" if accepted else "rejected")


def _list(fault: str | None, at: UUID | None) -> str:
    """The list; where an answer was refused, with the fault and what was typed `at` that one."""
    with deps().autocommit() as connection:
        found = queries.waiting(connection, user_for("check_ins.read"), after=cursor(), limit=LIMIT)
    return render_template(
        "check_ins.html",
        here="check_ins",
        waiting=found.items,
        more=next_link(found.next_key),
        fault=fault,
        at=at,
        typed=request.form,
    )
