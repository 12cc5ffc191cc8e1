"""Samples of records on pages: drawn, looked at one by one, asked about; and the office's page of questions."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.sample_records import add_to_sampled, answer_sampled, draw_sample, look_at_sampled
from app.queries import offices
from app.queries import samples as queries
from app.rules.calendar import legal_day
from app.rules.errors import Refused, ZhifangError
from app.rules.sampling import MOST, EntryKind, NewEntry, NewSample, Span
from app.rules.wording.sampling import KINDS, PROOFS, STATES
from app.rules.wording.visits import title_of
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, optional, told, written
from app.web.guard import may, page
from app.web.paging import Part, cursor, next_link, skipped

LIMIT, QUESTIONS_AT_ONCE = 50, 30
MOST_OFFICES = 2000
LONGEST_NOTE, LONGEST_WHY = 1000, 500
USUAL_SIZE = 10


@PAGES.get("/sampling")
@page("samples.read")
def sampling() -> str:
    """The samples drawn so far, and the form of a new one."""
    return _list_page({}, None)


@PAGES.post("/sampling")
@page("samples.draw")
def draw_one_sample() -> Response | tuple[str, int]:
    """Draw one."""
    try:
        new = _new_sample()
        with deps().transaction() as tx:
            draw_sample(tx, user(), new, deps().settings.window_secret, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list_page(request.form, fault), status
    return done(url_for("pages.sample", sample_id=new.id), "sample_drawn")


@PAGES.get("/sampling/<uuid:sample_id>")
@page("samples.read")
def sample(sample_id: UUID) -> str:
    """One sample with its records."""
    with deps().autocommit() as connection:
        head = queries.sample(connection, user(), sample_id)
        records = queries.drawn(connection, user(), sample_id)
    return render_template("sample.html", here="sampling", head=head, records=records, **_words())


@PAGES.get("/sampling/<uuid:sample_id>/<uuid:record_id>")
@page("samples.read")
def sampled_record(sample_id: UUID, record_id: UUID) -> str:
    """One drawn record; that it was looked at is recorded."""
    return _record_page(sample_id, record_id, {}, None)


@PAGES.post("/sampling/<uuid:sample_id>/<uuid:record_id>")
@page("samples.draw")
def add_to_sampled_record(sample_id: UUID, record_id: UUID) -> Response | tuple[str, int]:
    """A note, a question, or the closing word."""
    try:
        new = _entry(EntryKind(_kind()))
        with deps().transaction() as tx:
            add_to_sampled(tx, user(), sample_id, record_id, new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _record_page(sample_id, record_id, request.form, fault), status
    return done(url_for("pages.sample", sample_id=sample_id), "sample_kept")


@PAGES.get("/sampling/questions")
@page("samples.answer")
def sample_questions() -> str:
    """Questions about the office's records, one's own first."""
    return _questions_page({}, None)


@PAGES.post("/sampling/<uuid:asked_id>/<uuid:asked_record_id>/answer")
@page("samples.answer")
def answer_sample_question(asked_id: UUID, asked_record_id: UUID) -> Response | tuple[str, int]:
    """Answer one."""
    try:
        new = _entry(EntryKind.ANSWER)
        with deps().transaction() as tx:
            answer_sampled(tx, user(), asked_id, asked_record_id, new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _questions_page({**request.form, "record": str(asked_record_id)}, fault), status
    return done(url_for("pages.sample_questions"), "sample_answered")


def _list_page(typed: Any, fault: str | None) -> str:
    today = legal_day(deps().now())
    with deps().autocommit() as connection:
        found = queries.samples(connection, user(), after=cursor(), limit=LIMIT)
        sites = offices.offices(connection, user(), limit=MOST_OFFICES).items if may("samples.draw") else ()
        writers = queries.writers(connection, user(), now=deps().now()) if may("samples.draw") else ()
    return render_template(
        "sampling.html",
        here="sampling",
        rows=found.items,
        more=next_link(found.next_key),
        sites=sites,
        writers=writers,
        typed=typed,
        fault=fault,
        sample_id=typed.get("id") or uuid4(),
        month=today.replace(day=1),
        today=today,
        most=MOST,
        usual=USUAL_SIZE,
        **_words(),
    )


def _record_page(sample_id: UUID, record_id: UUID, typed: Any, fault: str | None) -> str:
    with deps().transaction() as tx:
        look_at_sampled(tx, user(), sample_id, record_id, noted=may("samples.draw"), now=deps().now())
        record = queries.one_drawn(tx, user(), sample_id, record_id)
    return render_template(
        "sampled_record.html",
        here="sampling",
        record=record,
        typed=typed,
        fault=fault,
        entry_id=typed.get("id") or uuid4(),
        **_words(),
    )


def _questions_page(typed: Any, fault: str | None) -> str:
    with deps().autocommit() as connection:
        skip, limit = skipped(), QUESTIONS_AT_ONCE
        rows = queries.questions(connection, user(), skip=skip, limit=limit)
        part = Part(rows, skip, queries.how_many_questions(connection, user()), limit)
    return render_template(
        "sample_questions.html", here="sampling", part=part, typed=typed, fault=fault, new_id=uuid4, **_words()
    )


def _new_sample() -> NewSample:
    try:
        span = Span(date.fromisoformat(request.form["from_day"]), date.fromisoformat(request.form["to_day"]))
        office_id, size = UUID(request.form["office_id"]), int(request.form["size"])
        officer_id = UUID(request.form["officer_id"]) if request.form.get("officer_id") else None
    except ValueError:
        raise Refused("stale_form") from None
    if not 1 <= size <= MOST:
        raise Refused("stale_form")
    item, why = optional("item", 20), written("why", LONGEST_WHY, missing="reason_needed")
    fingerprint = hash_of(office_id, officer_id, span, size, item, why)
    return NewSample(client_id(), office_id, officer_id, item, span, size, why, fingerprint)


def _entry(kind: EntryKind) -> NewEntry:
    note = written("note", LONGEST_NOTE, missing="note_needed")
    return NewEntry(client_id(), kind, note, hash_of(kind, note))


def _kind() -> str:
    given = request.form.get("kind", "")
    if given not in {EntryKind.NOTE, EntryKind.QUESTION, EntryKind.CLOSED}:
        raise Refused("stale_form")
    return given


def _words() -> dict[str, Any]:
    return {"states": STATES, "entry_kinds": KINDS, "proofs": PROOFS, "title_of": title_of}
