"""Who is not on duty when: the list of the own offices, and one's own absences noted and withdrawn."""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.note_absences import note_absence, withdraw_absence
from app.queries import absences as queries
from app.rules.absences import FOR_OTHERS, Away
from app.rules.errors import ZhifangError
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, instant, optional, told
from app.web.guard import page, user_for
from app.web.paging import cursor, next_link

LIMIT = 50
LONGEST_NOTE = 200


@PAGES.get("/absences")
@page("absences.read")
def absences() -> str:
    """Present and coming absences, by their beginning."""
    return _list({}, None)


@PAGES.post("/absences")
@page("absences.change")
def note_own() -> Response | tuple[str, int]:
    """Note one's own; others' are noted by the county's staff through the interface."""
    try:
        me = user().id
        assert me is not None  # noqa: S101  (whoever is logged in is somebody)
        away = Away(client_id(), me, instant("from_at"), instant("to_at"), optional("note", LONGEST_NOTE))
        with deps().transaction() as tx:
            note_absence(tx, user(), away, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(request.form, fault), status
    return done(url_for("pages.absences"), "absence_noted")


@PAGES.post("/absences/<uuid:absence_id>/withdraw")
@page("absences.change")
def withdraw(absence_id: UUID) -> Response:
    """On duty after all."""
    with deps().transaction() as tx:
        withdraw_absence(tx, user(), absence_id, now=deps().now())
    return done(url_for("pages.absences"), "absence_withdrawn")


def _list(typed: Any, fault: str | None) -> str:
    reader = user_for("absences.read")
    with deps().autocommit() as connection:
        found = queries.absences(connection, reader, now=deps().now(), after=cursor(), limit=LIMIT)
    return render_template(
        "absences.html",
        here="absences",
        absences=found.items,
        more=next_link(found.next_key),
        me=reader.id,
        for_others=reader.has(*FOR_OTHERS),
        typed=typed,
        fault=fault,
        absence_id=typed.get("id") or uuid4(),
    )
