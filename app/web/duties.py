"""Duties on pages: the list, one duty with its history, writing a visit or talk down, waiving."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Response, redirect, render_template, request, url_for

from app.actions.record_talk import record_talk
from app.actions.record_visit import record_visit
from app.actions.waive_duty import waive_duty
from app.queries import duties as queries
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import DutyKind
from app.rules.visits import NewRecord
from app.rules.wording import sentence
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import page
from app.web.paging import cursor, next_link

LOCAL = ZoneInfo("Asia/Shanghai")
KINDS = ("visit", "talk", "check_in", "location_check", "intake")
STATES = ("open", "missed", "submitted", "fulfilled", "late", "waived", "unjudged")
RECORDABLE = {"open", "missed", "planned"}
LIMIT = 50


@PAGES.get("/duties")
@page("duties.read")
def duties() -> str:
    """What is owed, by its end; officers' own visits and talks first."""
    state = request.args.get("state", "open")
    kind = request.args.get("kind", "visit")
    with deps().autocommit() as connection:
        found = queries.duties(
            connection,
            user(),
            now=deps().now(),
            state=state if state in STATES else None,
            kind=kind if kind in KINDS else None,
            after=cursor(),
            limit=LIMIT,
        )
    return render_template(
        "duties.html",
        here="duties",
        duties=found.items,
        more=next_link(found.next_key),
        state=state,
        kind=kind,
        kinds=KINDS,
        states=STATES,
        now=deps().now(),
    )


@PAGES.get("/duties/<uuid:duty_id>")
@page("duties.read")
def duty(duty_id: UUID) -> str:
    """One duty with what it went through."""
    return _duty_page(duty_id, {}, None)


@PAGES.post("/duties/<uuid:duty_id>/record")
@page("visits.record")
def record(duty_id: UUID) -> Response | tuple[str, int]:
    """Write the visit or talk down that fulfils this duty."""
    with deps().autocommit() as connection:
        shown = queries.duty(connection, user(), duty_id, now=deps().now())
    action = record_visit if shown.kind == DutyKind.VISIT else record_talk
    try:
        new = _new_record(shown)
        with deps().transaction() as tx:
            action(tx, user(), new, now=deps().now())
    except ZhifangError as error:
        return _duty_page(duty_id, request.form, sentence(error.code, error.params)), 422
    return _back(duty_id)


@PAGES.post("/duties/<uuid:duty_id>/waive")
@page("duties.waive")
def waive(duty_id: UUID) -> Response | tuple[str, int]:
    """Let the duty go, with a reason."""
    reason = request.form.get("reason", "").strip()[:500]
    try:
        if not reason:
            raise Refused("reason_needed")
        with deps().transaction() as tx:
            waive_duty(tx, user(), duty_id, reason, now=deps().now())
    except ZhifangError as error:
        return _duty_page(duty_id, request.form, sentence(error.code, error.params)), 422
    return _back(duty_id)


def _new_record(shown: queries.DutyView) -> NewRecord:
    note = request.form.get("note", "").strip()[:4000]
    if not note:
        raise Refused("note_needed")
    record_id = UUID(request.form["id"])
    happened_at = _instant(request.form.get("happened_at", ""))
    met = request.form.get("met", "").strip()[:200] or None
    body = f"{shown.id}|{happened_at.isoformat()}|{met}|{note}"
    return NewRecord(
        id=record_id,
        kind=DutyKind(shown.kind),
        subject_id=shown.subject_id,
        items=(shown.rule_code,),
        happened_at=happened_at,
        note=note,
        body_hash=sha256(body.encode()).digest(),
        met=met,
    )


def _instant(value: str) -> datetime:
    """What a `datetime-local` input gives: local time without offset."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=LOCAL)
    except ValueError:
        raise Refused("time_needed") from None


def _duty_page(duty_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    with deps().autocommit() as connection:
        shown = queries.duty(connection, user(), duty_id, now=now)
        history = queries.duty_history(connection, user(), duty_id)
    return render_template(
        "duty.html",
        here="duties",
        duty=shown,
        history=history,
        typed=typed,
        fault=fault,
        recordable=shown.kind in {DutyKind.VISIT, DutyKind.TALK} and shown.state in RECORDABLE,
        waivable=shown.state in {"open", "planned", "missed", "submitted"},
        record_id=typed.get("id") or uuid4(),
        local_now=f"{now.astimezone(LOCAL):%Y-%m-%dT%H:%M}",
        say=sentence,
    )


def _back(duty_id: UUID) -> Response:
    return redirect(url_for("pages.duty", duty_id=duty_id))  # type: ignore[return-value]
