"""Officers whose records are worth a second look: why, which records, and what the officers say of it."""

from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.note_record_pattern import note_record_pattern
from app.queries import record_patterns as queries
from app.rules.errors import Refused, ZhifangError
from app.rules.record_patterns import NewRecordNote, RecordPattern
from app.rules.wording import sentence
from app.rules.wording.record_patterns import NAMES, NO_FINDING
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, told, written
from app.web.guard import page, user_for
from app.web.paging import cursor, next_link

LIMIT = 20
LONGEST_NOTE = 1000


@PAGES.get("/record-patterns")
@page("record_patterns.read")
def record_patterns() -> str:
    """The list, by office."""
    return _list(None, None)


@PAGES.post("/record-patterns/<uuid:user_id>/notes")
@page("record_patterns.note")
def note_record(user_id: UUID) -> Response | tuple[str, int]:
    """Answer for oneself, or note what was found; what was typed stays where it is refused."""
    pattern = request.form.get("pattern", "")
    try:
        if pattern not in set(RecordPattern):
            raise Refused("stale_form")
        note = written("note", LONGEST_NOTE, missing="note_needed")
        new = NewRecordNote(client_id(), user_id, RecordPattern(pattern), note, hash_of(user_id, pattern, note))
        with deps().transaction() as tx:
            note_record_pattern(tx, user(), new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(fault, user_id), status
    return done(url_for("pages.record_patterns"), "noted")


def _list(fault: str | None, at: UUID | None) -> str:
    """The list; where a note was refused, with the fault and what was typed `at` that officer."""
    reader = user_for("record_patterns.read")
    with deps().autocommit() as connection:
        found = queries.officers(connection, reader, now=deps().now(), after=cursor(), limit=LIMIT)
    return render_template(
        "record_patterns.html",
        here="compliance",
        officers=found.items,
        more=next_link(found.next_key),
        names=NAMES,
        no_finding=NO_FINDING,
        say=sentence,
        new_id=uuid4,
        me=reader.id,
        typed=request.form,
        fault=fault,
        at=at,
    )
