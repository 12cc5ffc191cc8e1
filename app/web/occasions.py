"""What gave rise to visits and talks with one person: the list, entering one, taking one back."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Response, redirect, render_template, request, url_for

from app.actions.withdraw_occasion import withdraw_occasion
from app.actions.write_occasion import write_occasion
from app.queries import occasions as queries
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import OccasionKind
from app.rules.occasions import ENTERED, Written
from app.rules.wording.occasions import KINDS, SENTENCES
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import LOCAL, client_id, done, hash_of, instant, told, written
from app.web.guard import page, user_for
from app.web.paging import cursor, next_link

LIMIT = 20
LONGEST = 500
ENTERED_AS = [(kind.value, KINDS[kind.value]) for kind in ENTERED]


@PAGES.get("/subjects/<uuid:subject_id>/occasions")
@page("occasions.read")
def occasions_of(subject_id: UUID) -> str:
    """The occasions of one person, the newest first, and the form for another."""
    return _list(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/occasions")
@page("occasions.write")
def enter_occasion(subject_id: UUID) -> Response | tuple[str, int]:
    """Enter one; what was typed stays where it is refused."""
    try:
        new = _written(subject_id)
        with deps().transaction() as tx:
            write_occasion(tx, user(), subject_id, new, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(subject_id, request.form, fault), status
    return done(url_for("pages.occasions_of", subject_id=subject_id), "occasion_entered")


@PAGES.get("/occasions/<uuid:occasion_id>")
@page("occasions.read")
def occasion(occasion_id: UUID) -> Response:
    """On to the page of the person whom it is about: notices lead here."""
    with deps().autocommit() as connection:
        shown = queries.occasion(connection, user(), occasion_id)
    target = url_for("pages.occasions_of", subject_id=shown.subject_id)
    return redirect(f"{target}#occasion-{occasion_id}", code=303)  # type: ignore[return-value]


@PAGES.post("/occasions/<uuid:occasion_id>/withdraw")
@page("occasions.write")
def withdraw_one(occasion_id: UUID) -> Response | tuple[str, int]:
    """Take one back, with a reason."""
    with deps().autocommit() as connection:
        subject_id = queries.occasion(connection, user(), occasion_id).subject_id
    try:
        reason = written("reason", LONGEST, missing="reason_needed")
        with deps().transaction() as tx:
            withdraw_occasion(tx, user(), occasion_id, reason, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(subject_id, {**request.form, "of": str(occasion_id)}, fault), status
    return done(url_for("pages.occasions_of", subject_id=subject_id), "occasion_withdrawn")


def _written(subject_id: UUID) -> Written:
    kind = request.form.get("kind", "")
    if kind not in {each.value for each in ENTERED}:
        raise Refused("stale_form")
    known_since = instant("known_since")
    on = _day("on")
    note = written("note", LONGEST, missing="note_needed")
    body_hash = hash_of(subject_id, kind, known_since.isoformat(), on, note)
    return Written(client_id(), OccasionKind(kind), note, body_hash, known_since, on)


def _day(name: str) -> date | None:
    given = request.form.get(name, "")
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Refused("time_needed") from None


def _list(subject_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    with deps().autocommit() as connection:
        reader = user_for("occasions.read")
        name = queries.name_of(connection, reader, subject_id)
        found = queries.occasions(connection, reader, subject_id, after=cursor(), limit=LIMIT)
    return render_template(
        "occasions_of.html",
        here="subjects",
        subject_id=subject_id,
        name=name,
        occasions=found.items,
        more=next_link(found.next_key),
        kinds=KINDS,
        entered_as=ENTERED_AS,
        sentences=SENTENCES,
        new_id=uuid4() if typed.get("of") else typed.get("id") or uuid4(),
        local_now=f"{now.astimezone(LOCAL):%Y-%m-%dT%H:%M}",
        typed=typed,
        fault=fault,
    )
