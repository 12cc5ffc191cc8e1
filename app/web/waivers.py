"""Requests to let a duty go on pages: those that wait, and the second person's answer."""

from uuid import UUID

from flask import Response, redirect, render_template, request, url_for

from app.actions.decide_waiver import decide_waiver
from app.queries import waivers as queries
from app.rules.effects.waivers import WaiverState
from app.rules.errors import Refused, ZhifangError
from app.rules.wording.waivers import KINDS, STATES
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import done, optional, told
from app.web.guard import page, user_for
from app.web.paging import chosen, cursor, next_link

LIMIT = 50
LONGEST = 500
GRANTED = {"yes": True, "no": False}


@PAGES.get("/waivers")
@page("waivers.read")
def waivers() -> str:
    """Requests that wait, unless the address asks for others."""
    return _list(None)


@PAGES.get("/waivers/<uuid:waiver_id>")
@page("waivers.read")
def waiver(waiver_id: UUID) -> Response:
    """On to the duty that it is about: notices lead here."""
    with deps().autocommit() as connection:
        shown = queries.waiver(connection, user(), waiver_id)
    target = url_for("pages.waivers") if shown.open else url_for("pages.duty", duty_id=shown.duty_id)
    return redirect(target, code=303)  # type: ignore[return-value]


@PAGES.post("/waivers/<uuid:waiver_id>/decision")
@page("waivers.decide")
def decide(waiver_id: UUID) -> Response | tuple[str, int]:
    """Confirm or refuse."""
    try:
        granted = GRANTED.get(request.form.get("granted", ""))
        if granted is None:
            raise Refused("stale_form")
        with deps().transaction() as tx:
            decide_waiver(tx, user(), waiver_id, granted=granted, answer=optional("answer", LONGEST), now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(fault), status
    return done(url_for("pages.waivers"), "waiver_granted" if granted else "waiver_refused")


def _list(fault: str | None) -> str:
    state = chosen("state", tuple(WaiverState), WaiverState.WAITING.value)
    reader = user_for("waivers.read")
    with deps().autocommit() as connection:
        found = queries.waivers(connection, reader, state=state, after=cursor(), limit=LIMIT)
    return render_template(
        "waivers.html",
        here="waivers",
        waivers=found.items,
        more=next_link(found.next_key),
        state=state,
        states=STATES,
        kinds=KINDS,
        me=reader.id,
        fault=fault,
    )
