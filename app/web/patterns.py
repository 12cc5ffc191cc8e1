"""Check-ins that follow a pattern: whom to look at and why, and what was noted of it."""

from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.note_pattern import note_pattern
from app.queries import patterns as queries
from app.rules.errors import Refused, ZhifangError
from app.rules.patterns import USUAL_DAYS, NewNote, Pattern
from app.rules.wording import sentence
from app.rules.wording.patterns import NAMES, NO_FINDING
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, optional, told, written
from app.web.guard import page, user_for
from app.web.paging import chosen, cursor, next_link

LIMIT = 20
LONGEST_NOTE = 1000
STRETCHES = ("14", "30", "60")


@PAGES.get("/patterns")
@page("patterns.read")
def patterns() -> str:
    """The list, by number of the file."""
    return _list(None, None)


@PAGES.post("/patterns/<uuid:subject_id>/notes")
@page("patterns.note")
def note_one(subject_id: UUID) -> Response | tuple[str, int]:
    """Write down what was found; what was typed stays where it is refused."""
    pattern = request.form.get("pattern", "")
    try:
        if pattern not in set(Pattern):
            raise Refused("stale_form")
        note = written("note", LONGEST_NOTE, missing="note_needed")
        answer = optional("answer", LONGEST_NOTE)
        body_hash = hash_of(subject_id, pattern, note, answer)
        new = NewNote(client_id(), subject_id, Pattern(pattern), note, answer, body_hash)
        with deps().transaction() as tx:
            note_pattern(tx, user(), new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(fault, subject_id), status
    return done(url_for("pages.patterns"), "noted")


def _list(fault: str | None, at: UUID | None) -> str:
    """The list; where a note was refused, with the fault and what was typed `at` that person."""
    days = chosen("days", STRETCHES, str(USUAL_DAYS)) or str(USUAL_DAYS)
    with deps().autocommit() as connection:
        found = queries.people(
            connection,
            user_for("patterns.read"),
            days=int(days),
            now=deps().now(),
            after=cursor(),
            limit=LIMIT,
        )
    return render_template(
        "patterns.html",
        here="check_ins",
        people=found.items,
        more=next_link(found.next_key),
        days=days,
        stretches=STRETCHES,
        names=NAMES,
        no_finding=NO_FINDING,
        say=sentence,
        new_id=uuid4,
        typed=request.form,
        fault=fault,
        at=at,
    )
