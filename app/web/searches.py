"""Searches (查找) on pages: the open ones, one with its record and what it still owes, beginning and ending one."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, redirect, render_template, request, url_for

from app.access.case_files import keep_file
from app.actions.note_reading import note_reading
from app.actions.search_subject import begin_search, end_search, record_entry
from app.clients import papers
from app.queries import searches as queries
from app.queries.attachments import Wanted as Kept
from app.queries.attachments import attachments
from app.queries.reach import how_to_reach
from app.queries.search_papers import searched
from app.rules.attachments import NewAttachment
from app.rules.effects.orders_searches import EntryKind, SearchKind, SearchOutcome
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import About, FilePurpose
from app.rules.searches import Conclusion, NewEntry, Wanted
from app.rules.wording.papers import TITLES, PaperKind, paper
from app.rules.wording.searches import ENTRIES, KINDS, OUTCOMES, STEPS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, id_of, instant, optional, told, written
from app.web.guard import may, page, user_for
from app.web.paging import cursor, next_link

LONGEST, LONGEST_WHOM, LONGEST_NUMBER, LONGEST_REASON = 1000, 200, 100, 500
LIMIT = 50
CONFIRMED = {
    SearchKind.LOST_CONTACT: (*list(SearchOutcome)[:2], SearchOutcome.LOST_CONFIRMED),
    SearchKind.MISSED_INTAKE: tuple(SearchOutcome)[:2],
}
"""How a search of each kind may be ended here; 漏管 is confirmed with the judgment, and ends it too."""


@PAGES.get("/searches")
@page("searches.read")
def searches() -> str:
    """The open ones, or all; that they were read is recorded."""
    now, everything = deps().now(), request.args.get("all") == "1"
    with deps().transaction() as tx:
        found = queries.searches(tx, user(), now=now, only_open=not everything, after=cursor(), limit=LIMIT)
        details = {"searches": [str(one.id) for one in found.items]}
        note_reading(tx, user(), "searches.read", None, now=now, details=details)
    return render_template(
        "searches.html",
        here="alerts",
        searches=found.items,
        more=next_link(found.next_key),
        everything=everything,
        kinds=KINDS,
        outcomes=OUTCOMES,
    )


@PAGES.get("/subjects/<uuid:subject_id>/search")
@page("searches.open")
def search_subject(subject_id: UUID) -> str | Response:
    """The form that begins a search; the search itself where one is open."""
    with deps().autocommit() as connection:
        found = queries.open_search_of(connection, user(), subject_id)
    if found is not None:
        return redirect(url_for("pages.search", search_id=found))  # type: ignore[return-value]
    return _form(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/search")
@page("searches.open")
def begin_one(subject_id: UUID) -> Response | tuple[str, int]:
    """Begin it; what was typed stays where it is refused."""
    try:
        why = written("why", LONGEST, missing="reason_needed")
        wanted = Wanted(client_id(), why, hash_of(subject_id, why))
        with deps().transaction() as tx:
            begin_search(tx, user(), subject_id, wanted, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _form(subject_id, request.form, fault), status
    return done(url_for("pages.search", search_id=wanted.id), "search_begun")


def _form(subject_id: UUID, typed: Any, fault: str | None) -> str:
    with deps().autocommit() as connection:
        reader, now = user_for("searches.read"), deps().now()
        reach = how_to_reach(connection, reader, subject_id)  # not found out of reach
        before = queries.searches(connection, reader, now=now, subject_id=subject_id, limit=5)
    return render_template(
        "search_begin.html",
        here="alerts",
        subject_id=subject_id,
        before=before.items,
        reach=reach,
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
        outcomes=OUTCOMES,
    )


@PAGES.get("/searches/<uuid:search_id>")
@page("searches.read")
def search(search_id: UUID) -> str:
    """Who did what, what is still to do and by when."""
    return _page(search_id, {}, None)


@PAGES.post("/searches/<uuid:search_id>/entries")
@page("searches.record")
def add_search_entry(search_id: UUID) -> Response | tuple[str, int]:
    """Add to the record."""
    try:
        new = _entry(search_id)
        with deps().transaction() as tx:
            record_entry(tx, user(), search_id, new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _page(search_id, request.form, fault), status
    return done(url_for("pages.search", search_id=search_id), "recorded")


def _entry(search_id: UUID) -> NewEntry:
    kind = request.form.get("kind", "")
    if kind not in set(EntryKind):
        raise Refused("stale_form")
    at = instant("happened_at")
    whom = written("with_whom", LONGEST_WHOM, missing="whom_needed")
    found = written("found", LONGEST, missing="result_needed")
    number = optional("document_no", LONGEST_NUMBER)
    corrects = id_of("corrects_id") if request.form.get("corrects_id") else None
    body = hash_of(search_id, kind, at.isoformat(), whom, found, number, corrects)
    return NewEntry(client_id(), EntryKind(kind), at, whom, found, body, document_no=number, corrects_id=corrects)


@PAGES.post("/searches/<uuid:search_id>/end")
@page("searches.end")
def end_one_search(search_id: UUID) -> Response | tuple[str, int]:
    """End it, named."""
    outcome = request.form.get("outcome", "")
    try:
        if outcome not in set(SearchOutcome):
            raise Refused("stale_form")
        note = written("note", LONGEST, missing="result_needed")
        found_at = instant("found_at") if request.form.get("found_at") else None
        with deps().transaction() as tx:
            end_search(tx, user(), search_id, Conclusion(SearchOutcome(outcome), found_at, note), now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _page(search_id, request.form, fault), status
    return done(url_for("pages.search", search_id=search_id), "search_over")


@PAGES.post("/searches/<uuid:search_id>/files")
@page("attachments.keep")
def add_search_file(search_id: UUID) -> Response:
    """What proves the record: a list of calls, a photo of the door, a letter that was sent. A refusal is a page."""
    with deps().autocommit() as connection:
        shown = queries.search(connection, user(), search_id, now=deps().now()).search
    title, file = optional("title", LONGEST_NUMBER), request.files.get("file")
    new = NewAttachment(client_id(), shown.subject_id, "search", search_id, FilePurpose.DOCUMENT, title)
    keep_file(deps(), user(), new, file.read() if file else b"")
    return done(url_for("pages.search", search_id=search_id), "file_kept")


@PAGES.get("/searches/<uuid:search_id>/paper")
@page("searches.paper")
def search_paper(search_id: UUID) -> Response:
    """A paper as docx, made anew each time and kept nowhere; that it was made is recorded."""
    kind = request.args.get("kind", "")
    if kind not in set(PaperKind):
        raise Refused("stale_form")
    now, about = deps().now(), About("search", search_id)
    with deps().transaction() as tx:
        found = searched(tx, user(), search_id, now=now, reason=_reason())
        subject_id = queries.search(tx, user(), search_id, now=now).search.subject_id
        details = {"paper": kind}
        note_reading(tx, user(), "searches.paper", subject_id, now=now, about=about, details=details, reason=_reason())
    file = papers.render(paper(PaperKind(kind), found, now=now))
    return Response(file, mimetype=papers.MIMETYPE, headers=papers.headers(PaperKind(kind)))


def _reason() -> str | None:
    """Why somebody above the assigned office opens a minor's record, as the address says it."""
    return request.args.get("reason", "").replace("\0", "").strip()[:LONGEST_REASON] or None


def _page(search_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    with deps().transaction() as tx:
        reader = user_for("searches.read")
        found = queries.search(tx, reader, search_id, now=now, reason=_reason())
        about = About("search", search_id)
        note_reading(tx, reader, "searches.read", found.search.subject_id, now=now, about=about, reason=_reason())
        kept = Kept(about_kind="search", about_id=search_id, gone=False)
        files = attachments(tx, user_for("attachments.read"), kept).items if may("attachments.read") else ()
    return render_template(
        "search.html",
        here="alerts",
        detail=found,
        search=found.search,
        ends=[(one.value, OUTCOMES[one]) for one in CONFIRMED[SearchKind(found.search.kind)]],
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
        kinds=KINDS,
        steps=STEPS,
        entries=ENTRIES,
        outcomes=OUTCOMES,
        papers=TITLES,
        reason=_reason(),
        files=files,
        file_id=uuid4(),
    )
