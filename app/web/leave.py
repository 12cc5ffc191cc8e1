"""Leave on pages: the office's calendar, and one request with whatever this user may do about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.access.case_files import keep_file
from app.actions.decide_leave import decide_leave
from app.actions.report_leave import report_leave
from app.actions.revoke_leave import revoke_leave
from app.actions.tell_procuratorate import tell_procuratorate
from app.actions.withdraw_leave import withdraw_leave
from app.queries import leaves as queries
from app.queries.attachments import Listed, Wanted, attachments
from app.queries.leave_calendar import Show, board
from app.rules.attachments import NewAttachment
from app.rules.calendar import SHANGHAI
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import Actor, FilePurpose
from app.rules.leave import ReportKind
from app.rules.leave.facts import Told, Verdict
from app.rules.wording.leave import GROUNDS, KINDS, LEVELS, PARTS, REPORTS, STATES
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, instant, optional, told, written
from app.web.guard import may, page, user_for
from app.web.paging import Part, chosen, skipped

LONGEST_REASON, LONGEST_CONDITIONS, LONGEST_NOTE, LONGEST_TITLE = 1000, 500, 500, 100
ON_THE_WAY = tuple(kind for kind in ReportKind if kind is not ReportKind.RETURN)
SHOWN, LIMIT = 20, 50
"""Of each part of the calendar; on the page of one part."""
WORDS = {"kinds": KINDS, "grounds": GROUNDS, "states": STATES, "levels": LEVELS, "reports": REPORTS}
TONES = {
    Show.WAITING: "soon",
    Show.OVERDUE: "urgent",
    Show.PROCURATORATE: "soon",
}
"""Of the parts that ask somebody to act; the others are for information."""


@PAGES.get("/leave")
@page("leave.read")
def leave_calendar() -> str:
    """What waits for a decision, who is overdue, back today, away, about to leave; permits and their ends.

    Of each part what comes first; the address may ask for the whole of one.
    """
    now, only = deps().now(), chosen("show", tuple(Show))
    skip, limit = (skipped(), LIMIT) if only else (0, SHOWN)
    with deps().autocommit() as connection:
        parts = [
            (show, *board(connection, user(), show, now=now, skip=skip, limit=limit))
            for show in (Show if only is None else (Show(only),))
        ]
    return render_template(
        "leave_calendar.html",
        here="leave",
        parts=[(show, Part(rows, skip, total, limit)) for show, rows, total in parts],
        only=only,
        titles=PARTS,
        tones=TONES,
        now=now,
        **WORDS,
    )


@PAGES.get("/leave/<uuid:leave_id>")
@page("leave.read")
def one_leave(leave_id: UUID) -> str:
    """One request with its decision, and what was told on the way."""
    return _one(leave_id, {}, None)


@PAGES.post("/leave/<uuid:pending_id>/decision")
@page("leave.decide")
def decide_on_leave(pending_id: UUID) -> Response | tuple[str, int]:
    """Approve or refuse."""
    answer = request.form.get("answer", "")

    def act(tx: Any, actor: Actor) -> None:
        if answer not in {"approve", "refuse"}:
            raise Refused("stale_form")
        verdict = Verdict(
            approve=answer == "approve",
            reason=optional("reason", LONGEST_REASON),
            conditions=optional("conditions", LONGEST_CONDITIONS) if answer == "approve" else None,
            report_arrival=answer == "approve" and bool(request.form.get("report_arrival")),
        )
        decide_leave(tx, actor, pending_id, verdict, now=deps().now())

    return _do(pending_id, act, "leave_approved" if answer == "approve" else "leave_refused")


@PAGES.post("/leave/<uuid:leave_id>/revocation")
@page("leave.decide")
def revoke_one_leave(leave_id: UUID) -> Response | tuple[str, int]:
    """Revoke what was approved, with a reason that the person reads."""

    def act(tx: Any, actor: Actor) -> None:
        reason = written("reason", LONGEST_REASON, missing="reason_needed")
        revoke_leave(tx, actor, leave_id, reason, now=deps().now())

    return _do(leave_id, act, "leave_revoked")


@PAGES.post("/leave/<uuid:leave_id>/return")
@page("leave.confirm")
def note_return(leave_id: UUID) -> Response | tuple[str, int]:
    """The formality of the return, or the confirmation of one that was reported."""

    def act(tx: Any, actor: Actor) -> None:
        back_at, note = instant("returned_at"), optional("note", LONGEST_NOTE)
        body = hash_of(leave_id, back_at.isoformat(), note)
        what = Told(client_id(), ReportKind.RETURN, back_at, body, note=note)
        report_leave(tx, actor, leave_id, what, now=deps().now())

    return _do(leave_id, act, "leave_returned")


@PAGES.post("/leave/<uuid:leave_id>/reports")
@page("leave.report")
def note_leave_report(leave_id: UUID) -> Response | tuple[str, int]:
    """What somebody told the office on the way: left, arrived, delayed; under a permit a trip."""

    def act(tx: Any, actor: Actor) -> None:
        kind, at = request.form.get("kind", ""), instant("happened_at")
        if kind not in ON_THE_WAY:
            raise Refused("stale_form")
        back_by = instant("back_by") if request.form.get("back_by") else None
        destination, note = request.form.get("destination") or None, optional("told", LONGEST_NOTE)
        body = hash_of(leave_id, kind, at.isoformat(), destination, back_by, note)
        what = Told(client_id(), ReportKind(kind), at, body, destination=destination, until=back_by, note=note)
        report_leave(tx, actor, leave_id, what, now=deps().now())

    return _do(leave_id, act, "leave_told")


@PAGES.post("/leave/<uuid:pending_id>/withdrawal")
@page("leave.enter")
def take_leave_back(pending_id: UUID) -> Response | tuple[str, int]:
    """The person's word, told to the office, that the request is not wanted any more."""

    def act(tx: Any, actor: Actor) -> None:
        note = written("withdrawn_why", LONGEST_NOTE, missing="reason_needed")
        withdraw_leave(tx, actor, pending_id, note, now=deps().now())

    return _do(pending_id, act, "leave_withdrawn")


@PAGES.post("/leave/<uuid:leave_id>/procuratorate")
@page("leave.tell_procuratorate")
def note_procuratorate(leave_id: UUID) -> Response | tuple[str, int]:
    """That the procuratorate was told."""

    def act(tx: Any, actor: Actor) -> None:
        told_at, note = instant("told_at"), written("note", LONGEST_NOTE, missing="reason_needed")
        tell_procuratorate(tx, actor, leave_id, told_at, note, now=deps().now())

    return _do(leave_id, act, "procuratorate_told")


@PAGES.post("/leave/<uuid:leave_id>/files")
@page("attachments.keep")
def add_leave_proof(leave_id: UUID) -> Response:
    """A paper that proves a ground, scanned or photographed by whoever saw it; a refusal is a page of its own."""
    with deps().autocommit() as connection:
        shown = queries.leave(connection, user(), leave_id, now=deps().now())
    title, file = optional("title", LONGEST_TITLE), request.files.get("file")
    new = NewAttachment(client_id(), shown.subject_id, "leave", leave_id, FilePurpose.DOCUMENT, title)
    keep_file(deps(), user(), new, file.read() if file else b"")
    return done(url_for("pages.one_leave", leave_id=leave_id), "file_kept")


def _do(leave_id: UUID, act: Callable[[Any, Actor], None], said: str) -> Response | tuple[str, int]:
    try:
        with deps().transaction() as tx:
            act(tx, user())
    except ZhifangError as error:
        fault, status = told(error)
        return _one(leave_id, request.form, fault), status
    return done(url_for("pages.one_leave", leave_id=leave_id), said)


def _papers(connection: Any, leave_id: UUID) -> list[Listed]:
    """What belongs to the request and is still kept, the latest first."""
    wanted = Wanted(about_kind="leave", about_id=leave_id, gone=False)
    return list(attachments(connection, user_for("attachments.read"), wanted).items)


def _one(leave_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    with deps().autocommit() as connection:
        shown = queries.leave(connection, user_for("leave.read"), leave_id, now=now)
        papers = _papers(connection, leave_id) if may("attachments.read") else []
    back_at = shown.return_waiting_at or now
    return render_template(
        "leave.html",
        here="leave",
        leave=shown,
        papers=papers,
        paper_id=uuid4(),
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
        back_at=f"{back_at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
        today_at=f"{now.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
        now=now,
        tellable=[
            (kind, REPORTS[kind]) for kind in ON_THE_WAY if (kind is ReportKind.TRIP) == (shown.kind == "permit")
        ],
        **WORDS,
    )
