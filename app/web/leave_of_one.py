"""One person's leave on a page: all requests, and the form by which an officer enters one."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.request_leave import request_leave
from app.queries import leaves as queries
from app.queries.place_names import code_of
from app.queries.zones import whose
from app.rules.errors import Refused, ZhifangError
from app.rules.leave import LeaveGround, LeaveKind
from app.rules.leave.facts import Wanted
from app.rules.wording.leave import GROUNDS, KINDS, LEVELS, STATES
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, instant, optional, told, written
from app.web.guard import page, user_for
from app.web.paging import cursor, next_link

LIMIT = 30
MOST_PLACES = 20
APART = re.compile(r"[\s,,、;;]+")


@PAGES.get("/subjects/<uuid:subject_id>/leave")
@page("leave.read")
def leave_of(subject_id: UUID) -> str:
    """All requests of the person, and the form for another one."""
    return _page(subject_id, {}, None)


@PAGES.post("/subjects/<uuid:subject_id>/leave")
@page("leave.enter")
def enter_leave(subject_id: UUID) -> Response | tuple[str, int]:
    """Enter what the person asked for on paper or in words; what was typed stays where it is refused."""
    try:
        wanted = _wanted(subject_id)
        with deps().transaction() as tx:
            request_leave(tx, user(), subject_id, wanted, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _page(subject_id, request.form, fault), status
    return done(url_for("pages.one_leave", leave_id=wanted.id), "leave_entered")


def _wanted(subject_id: UUID) -> Wanted:
    kind, ground = request.form.get("kind", ""), request.form.get("ground", "")
    if kind not in set(LeaveKind) or ground not in set(LeaveGround):
        raise Refused("stale_form")
    typed = sorted(item for item in request.form.items(multi=True) if item[0] != "csrf_token")
    return Wanted(
        id=client_id(),
        kind=LeaveKind(kind),
        ground=LeaveGround(ground),
        reason=written("reason", 1000, missing="reason_needed"),
        destinations=_places(),
        place=written("place", 200, missing="leave_place_needed"),
        from_at=_time("from"),
        until=_time("to"),
        travel=written("travel", 100, missing="leave_travel_needed"),
        contact=written("contact", 100, missing="leave_contact_needed"),
        body_hash=hash_of(subject_id, typed),
        frequency=optional("frequency", 200),
        proof=optional("proof", 500),
        extends_id=_extends(),
    )


def _places() -> tuple[str, ...]:
    given = [each for each in APART.split(request.form.get("destinations", "").strip()) if each]
    if not 1 <= len(given) <= MOST_PLACES:
        raise Refused("unknown_area")
    return tuple(dict.fromkeys(code_of(each) for each in given))


def _time(name: str) -> datetime | None:
    return instant(name) if request.form.get(name) else None


def _extends() -> UUID | None:
    given = request.form.get("extends_id")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Refused("stale_form") from None


def _page(subject_id: UUID, typed: Any, fault: str | None) -> str:
    now, reader = deps().now(), user_for("leave.read")
    with deps().autocommit() as connection:
        name = whose(connection, reader, subject_id)
        found = queries.leaves(connection, reader, now=now, subject_id=subject_id, after=cursor(), limit=LIMIT)
    extendable = [one for one in found.items if one.kind == LeaveKind.LEAVE and one.state == "approved"]
    return render_template(
        "leave_of.html",
        here="subjects",
        subject_id=subject_id,
        name=name,
        requests=found.items,
        more=next_link(found.next_key),
        extendable=extendable,
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
        now=now,
        kinds=KINDS,
        grounds=GROUNDS,
        states=STATES,
        levels=LEVELS,
    )
