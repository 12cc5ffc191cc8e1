"""Announced periods on a page: the list, announcing one, withdrawing one."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.announce_period import announce_period, withdraw_period
from app.queries import announced_periods as queries
from app.queries.offices import offices as offices_within
from app.rules.announced_periods import Announced
from app.rules.effects.occasions import PeriodKind
from app.rules.errors import Refused, ZhifangError
from app.rules.wording.occasions import PERIODS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, hash_of, told, written
from app.web.guard import may, page, user_for
from app.web.paging import cursor, next_link

LIMIT = 30
MOST_OFFICES = 2000
LONGEST, LONGEST_TITLE = 500, 100


@PAGES.get("/periods")
@page("periods.read")
def periods() -> str:
    """All periods, the last to begin first, and the form for another."""
    return _list({}, None)


@PAGES.post("/periods")
@page("periods.announce")
def announce() -> Response | tuple[str, int]:
    """Announce one; what was typed stays where it is refused."""
    try:
        with deps().transaction() as tx:
            announce_period(tx, user(), _announced(), now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list(request.form, fault), status
    return done(url_for("pages.periods"), "period_announced")


@PAGES.post("/periods/<uuid:period_id>/withdraw")
@page("periods.announce")
def withdraw_announced(period_id: UUID) -> Response | tuple[str, int]:
    """Withdraw one, with a reason."""
    try:
        reason = written("reason", LONGEST, missing="reason_needed")
        with deps().transaction() as tx:
            withdraw_period(tx, user(), period_id, reason, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _list({}, fault), status
    return done(url_for("pages.periods"), "period_withdrawn")


def _announced() -> Announced:
    kind, office_id = request.form.get("kind", ""), request.form.get("office_id", "")
    if kind not in set(PeriodKind):
        raise Refused("stale_form")
    title = written("title", LONGEST_TITLE, missing="note_needed")
    reason = written("why", LONGEST, missing="reason_needed")
    from_day, to_day = _day("from_day"), _day("to_day")
    try:
        office = UUID(office_id)
    except ValueError:
        raise Refused("stale_form") from None
    body_hash = hash_of(office, kind, title, from_day, to_day, reason)
    return Announced(client_id(), office, PeriodKind(kind), title, from_day, to_day, reason, body_hash)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Refused("time_needed") from None


def _list(typed: Any, fault: str | None) -> str:
    reader = user_for("periods.read")
    with deps().autocommit() as connection:
        found = queries.periods(connection, reader, after=cursor(), limit=LIMIT)
        within = user_for("periods.announce") if may("periods.announce") else None
        offices = offices_within(connection, within, limit=MOST_OFFICES).items if within else ()
    return render_template(
        "periods.html",
        here="periods",
        periods=found.items,
        more=next_link(found.next_key),
        offices=offices,
        kinds=PERIODS,
        new_id=typed.get("id") or uuid4(),
        typed=typed,
        fault=fault,
    )
