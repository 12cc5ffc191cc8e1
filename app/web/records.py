"""Writing down on pages what fulfils a duty: a visit, a talk, a check-in face to face."""

from uuid import UUID

from flask import Response, request, url_for

from app.actions.record_check_in import RecordCheckIn, record_check_in
from app.actions.record_talk import record_talk
from app.actions.record_visit import record_visit
from app.queries import duties as queries
from app.queries.duties import DutyView
from app.rules.duties import CHECKED_IN
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import DutyKind, Outcome
from app.rules.visits import NewRecord
from app.rules.wording import sentence
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.duties import duty_page
from app.web.forms import client_id, done, hash_of, instant, optional, told, written
from app.web.guard import page

LONGEST_NOTE, LONGEST_CHECK_IN_NOTE, LONGEST_MET = 4000, 500, 200


@PAGES.post("/duties/<uuid:duty_id>/visit")
@page("visits.record")
def visit(duty_id: UUID) -> Response | tuple[str, int]:
    """Write the visit down that fulfils this duty."""
    try:
        new = _new_record(_of_kind(duty_id, DutyKind.VISIT))
        with deps().transaction() as tx:
            record_visit(tx, user(), new, now=deps().now())
    except ZhifangError as error:
        return _refused(duty_id, error)
    return done(url_for("pages.duty", duty_id=duty_id), "recorded")


@PAGES.post("/duties/<uuid:duty_id>/talk")
@page("talks.record")
def talk(duty_id: UUID) -> Response | tuple[str, int]:
    """Write the talk down that fulfils this duty."""
    try:
        new = _new_record(_of_kind(duty_id, DutyKind.TALK))
        with deps().transaction() as tx:
            record_talk(tx, user(), new, now=deps().now())
    except ZhifangError as error:
        return _refused(duty_id, error)
    return done(url_for("pages.duty", duty_id=duty_id), "recorded")


@PAGES.post("/duties/<uuid:duty_id>/check-in")
@page("check_ins.record")
def check_in(duty_id: UUID) -> Response | tuple[str, int]:
    """Record a check-in face to face for this duty; one that does not count is kept, and the page says why not."""
    try:
        shown = _of_kind(duty_id, *CHECKED_IN)
        happened_at = instant("happened_at")
        note = written("note", LONGEST_CHECK_IN_NOTE, missing="note_needed")
        body_hash = hash_of(shown.id, happened_at.isoformat(), note)
        command = RecordCheckIn(client_id(), shown.subject_id, body_hash, happened_at, note, duty_id=duty_id)
        with deps().transaction() as tx:
            receipt, _ = record_check_in(tx, user(), command, now=deps().now())
    except ZhifangError as error:
        return _refused(duty_id, error)
    if receipt.outcome is not Outcome.ACCEPTED:
        reasons = "".join(sentence(reason.code, dict(reason.params)) for reason in receipt.reasons)
        typed = {name: value for name, value in request.form.items() if name != "id"}
        return duty_page(duty_id, typed, sentence("not_counted", {"reasons": reasons})), 409
    return done(url_for("pages.duty", duty_id=duty_id), "checked_in", {"receipt_no": receipt.receipt_no})


def _of_kind(duty_id: UUID, *kinds: DutyKind) -> DutyView:
    """The duty, within the user's reach for this action; Refused where it is of another kind."""
    with deps().autocommit() as connection:
        shown = queries.duty(connection, user(), duty_id, now=deps().now())
    if shown.kind not in kinds:
        raise Refused("stale_form")
    return shown


def _new_record(shown: DutyView) -> NewRecord:
    happened_at = instant("happened_at")
    met = optional("met", LONGEST_MET)
    note = written("note", LONGEST_NOTE, missing="note_needed")
    return NewRecord(
        id=client_id(),
        kind=DutyKind(shown.kind),
        subject_id=shown.subject_id,
        items=(shown.rule_code,),
        happened_at=happened_at,
        note=note,
        body_hash=hash_of(shown.id, happened_at.isoformat(), met, note),
        met=met,
    )


def _refused(duty_id: UUID, error: ZhifangError) -> tuple[str, int]:
    fault, status = told(error)
    return duty_page(duty_id, request.form, fault), status
