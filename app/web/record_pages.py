"""One kept record on a page: what was done, by whose clock, where, what proves it; papers; what is added later."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.access.printed_record import MIMETYPES, print_record
from app.actions.note_reading import note_reading
from app.actions.write_down import write_down
from app.queries import visits as queries
from app.queries.attachments import Listed
from app.queries.record_evidence import evidence_wanted
from app.queries.record_proofs import proof_of
from app.queries.visits import RecordView
from app.rules.effects.records import Details
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import About, DutyKind
from app.rules.visits import NewRecord, outcome
from app.rules.visits.evidence import gathered, missing
from app.rules.visits.lines import written_lines
from app.rules.wording import SENTENCES, sentence
from app.rules.wording.attachments import PURPOSES
from app.rules.wording.proof import CHECKS
from app.rules.wording.proof import VERDICTS as ANSWERS
from app.rules.wording.visits import EVIDENCE, MOODS, RISKS, SIGNINGS, VERDICTS, title_of
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, told, written
from app.web.guard import may, page, user_for
from app.web.record_files import files_of

LONGEST_NOTE, LONGEST_WHY = 4000, 500
RECORD_ACTION = {DutyKind.TALK: "talks.record"}
"""By kind of record: who may write it; all others are `visits.record`."""


@PAGES.get("/records/<uuid:record_id>")
@page("visits.read")
def kept_record(record_id: UUID) -> str:
    """The record in full; that it was looked at is recorded."""
    return _page(record_id, {}, None)


@PAGES.post("/records/<uuid:record_id>/additions")
@page("visits.record")
def add_to_record(record_id: UUID) -> Response | tuple[str, int]:
    """Put something right by adding: what, and why. The record itself stays as it was written."""
    try:
        note = written("note", LONGEST_NOTE, missing="note_needed")
        why = written("why", LONGEST_WHY, missing="reason_needed")
        with deps().transaction() as tx:
            old = queries.record(tx, user_for("visits.read"), None, record_id)
            new = _addition(old, note, why)
            write_down(tx, user_for(RECORD_ACTION.get(old.kind, "visits.record")), new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _page(record_id, request.form, fault), status
    return done(url_for("pages.kept_record", record_id=record_id), "record_added")


@PAGES.get("/records/<uuid:record_id>/paper")
@page("records.paper")
def record_on_paper(record_id: UUID) -> Response:
    """The paper as docx or PDF, made anew each time and kept nowhere; that it was made is recorded."""
    form = request.args.get("form", "")
    if form not in MIMETYPES:
        raise Refused("stale_form")
    made = print_record(deps(), user(), record_id, form)
    return Response(made.content, mimetype=made.mimetype, headers=made.headers)


def _addition(old: RecordView, note: str, why: str) -> NewRecord:
    return NewRecord(
        id=client_id(),
        kind=old.kind,
        subject_id=old.subject_id,
        items=tuple(one.item for one in old.items),
        happened_at=old.happened_at,
        note=note,
        body_hash=hash_of(old.id, note, why),
        ended_at=old.ended_at,
        corrects_id=old.id,
        details=Details(why_added=why),
    )


def told_of(check: Mapping[str, Any]) -> str:
    """What was checked and what came of it, in a sentence; a check that has none shows its code."""
    code = str(check.get("code", ""))
    why = str(check.get("why", code))
    told = sentence(why, check.get("params") or {}) if why in SENTENCES else ""
    return ":".join(filter(None, (CHECKS.get(code, "" if told else code), told)))


def _lacking(
    found: RecordView, files: Sequence[Listed], wanted: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """By item: the evidence that the policy asks for and the record does not have yet."""
    kept = [one.kept.purpose for one in files if not one.kept.deleted_at]
    given: dict[str, Any] = {"has_fix": found.lon is not None, "has_met": bool(found.met), "files": kept}
    return {item: missing(words, gathered(found.details, **given, item=item)) for item, words in wanted.items()}


def _page(record_id: UUID, typed: Any, fault: str | None) -> str:
    now, about = deps().now(), About("record", record_id)
    with deps().transaction() as tx:
        reader = user_for("visits.read")
        found = queries.record(tx, reader, None, record_id)
        act = "talks.read" if found.kind is DutyKind.TALK else "visits.read"
        note_reading(tx, reader, act, found.subject_id, now=now, about=about)
        files, proof = files_of(tx, record_id), proof_of(tx, record_id)
        wanted = evidence_wanted(tx, found)
    return render_template(
        "record.html",
        here="duties",
        record=found,
        details=found.details,
        items=[
            (one, title_of(one.item), [(*settled, outcome(found.happened_at, settled[1])) for settled in one.settled])
            for one in found.items
        ],
        reasons=[sentence(reason.code, dict(reason.params)) for reason in found.reasons],
        lines=written_lines(found.details.lines),
        lacking=_lacking(found, files or [], wanted),
        files=files,
        file_id=uuid4(),
        purposes=PURPOSES,
        proof=proof,
        verdicts=ANSWERS | VERDICTS,
        say=told_of,
        addable=found.corrects_id is None and may(RECORD_ACTION.get(found.kind, "visits.record")),
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
        moods=MOODS,
        risks=RISKS,
        signings=SIGNINGS,
        evidence_words=EVIDENCE,
        title_of=title_of,
    )
