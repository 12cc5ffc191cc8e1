"""The form of a record; it also works without scripts, which add the place, photos, signatures and drafts."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, make_response, render_template, request, url_for

from app.actions.write_down import write_down
from app.queries.record_form import RecordForm, record_form
from app.rules.effects.records import Mood, Risk, Signed
from app.rules.errors import ZhifangError
from app.rules.facts import Actor, DutyKind
from app.rules.visits import COVERS
from app.rules.wording.visits import EVIDENCE, MOODS, RISKS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.drawing import answer_json
from app.web.forms import LOCAL, done, told
from app.web.guard import may, page, user_for
from app.web.record_answers import fault_for_script, is_script
from app.web.record_typed import typed_record

DRAFT_DAYS, READY_DAYS = 7, 30
TAKEN_HOURS = 24
PLACE_ALLOWED = "camera=(), display-capture=(), geolocation=(self), microphone=(), payment=(), usb=()"
"""The pages of a record may ask the browser where it is; the officer may refuse."""


@PAGES.get("/subjects/<uuid:subject_id>/record")
@page("visits.record")
def record_of(subject_id: UUID) -> Response:
    """The form; `duty` chooses the item that it asks for."""
    return _form(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/record")
@page("visits.record")
def record_one(subject_id: UUID) -> Response | tuple[Response, int]:
    """Keep the record. A draft that is sent by script gets an answer that a script reads."""
    try:
        new = typed_record(subject_id)
        writer = user_for("talks.record") if new.kind is DutyKind.TALK else user()
        with deps().transaction() as tx:
            kept, first = write_down(tx, writer, new, now=deps().now())
    except ZhifangError as error:
        if is_script():
            return fault_for_script(error)
        fault, status = told(error)
        return _form(subject_id, request.form, fault), status
    target = url_for("pages.kept_record", record_id=kept.id)
    return answer_json({"address": target, "first": first}) if is_script() else done(target, "recorded")


def talker() -> Actor | None:
    """The user as who may hold talks, None where nobody of the user's roles may."""
    return user_for("talks.record") if may("talks.record") else None


def _form(subject_id: UUID, typed: Any, fault: str | None) -> Response:
    now = deps().now()
    with deps().autocommit() as connection:
        shown = record_form(connection, user(), talker(), subject_id, now=now)
    chosen = _chosen(shown)
    answer = make_response(
        render_template(
            "record_form.html",
            here="duties",
            form=shown,
            asked=request.args.get("duty", ""),
            chosen=set(typed.getlist("items")) if hasattr(typed, "getlist") else chosen,
            kind=typed.get("kind") or _kind(shown, chosen),
            typed=typed,
            record_id=typed.get("id") or uuid4(),
            local_now=f"{now.astimezone(LOCAL):%Y-%m-%dT%H:%M}",
            fault=fault,
            **form_words(),
        )
    )
    answer.headers["Permissions-Policy"] = PLACE_ALLOWED
    return answer


def form_words() -> dict[str, Any]:
    """What the closed scales of the form are called, and how long drafts are kept."""
    return {
        "moods": [(one.value, MOODS[one]) for one in Mood],
        "risks": [(one.value, RISKS[one]) for one in Risk],
        "signings": [one.value for one in Signed],
        "evidence_words": EVIDENCE,
        "covers": {kind.value: sorted(one.value for one in covered) for kind, covered in COVERS.items()},
        "draft_days": DRAFT_DAYS,
        "ready_days": READY_DAYS,
        "taken_hours": TAKEN_HOURS,
    }


def _chosen(shown: RecordForm) -> set[str]:
    """The item of the duty that the address names."""
    asked = request.args.get("duty", "")
    return {item.code for item in shown.items if asked in {str(duty) for duty in item.owed}}


def _kind(shown: RecordForm, chosen: set[str]) -> str | None:
    kinds = [item.kind.value for item in shown.items if item.code in chosen] or [kind.value for kind in shown.kinds]
    return kinds[0] if kinds else None
