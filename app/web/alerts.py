"""Alerts on pages: the lists, and one alert with its evidence and what can be done about it."""

from typing import Any
from uuid import UUID

from flask import Response, render_template, request, url_for

from app.actions.acknowledge_alert import acknowledge_alert
from app.actions.close_alert import close_alert
from app.queries import alerts as queries
from app.queries.alert_history import AlertHistory, alert_history
from app.queries.policies import PolicyView, policy
from app.queries.reach import how_to_reach
from app.rules.calendar import legal_day
from app.rules.errors import Conflict, NotFound, Refused, ZhifangError
from app.rules.facts import AlertKind, CloseReason, Handling
from app.rules.wording.alerts import CLOSE_REASONS, HANDLINGS, KINDS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import done, told, written
from app.web.guard import page, user_for
from app.web.notices import read_about
from app.web.paging import Part, chosen, cursor, next_link, skipped

LIMIT = 50
OCCURRENCES, DELIVERIES, EVENTS = 10, 20, 30
"""Of the history of one alert at a time, the latest first."""
LONGEST_RESULT = 1000


@PAGES.get("/alerts")
@page("alerts.read")
def alerts() -> str:
    """All that nobody has closed, the most urgent first; or those in one state, closed ones too."""
    handling, kind = chosen("handling", tuple(Handling)), chosen("kind", tuple(AlertKind))
    now = deps().now()
    with deps().autocommit() as connection:
        found = queries.alerts(
            connection,
            user(),
            handling=Handling(handling) if handling else None,
            kind=kind,
            today=legal_day(now),
            after=cursor(),
            limit=LIMIT,
        )
    return render_template(
        "alerts.html",
        here="alerts",
        alerts=found.items,
        more=next_link(found.next_key),
        handling=handling,
        kind=kind,
        handlings=HANDLINGS,
        kinds=KINDS,
        close_reasons=CLOSE_REASONS,
    )


@PAGES.get("/alerts/<uuid:alert_id>")
@page("alerts.read")
def alert(alert_id: UUID) -> str:
    """The page of one alert. Whoever opens it has read the notices of it."""
    read_about(alert_id)
    return _alert_page(alert_id, {}, None)


@PAGES.post("/alerts/<uuid:alert_id>/acknowledge")
@page("alerts.acknowledge")
def acknowledge(alert_id: UUID) -> Response | tuple[str, int]:
    """Take it on. From a colleague only where the page showed that it is the colleague's: two may press at once."""
    try:
        with deps().transaction() as tx:
            shown = queries.alert(tx, user(), alert_id)
            _refuse_unseen(shown)
            acknowledge_alert(tx, user(), alert_id, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _alert_page(alert_id, {}, fault), status
    read_about(alert_id)
    return _done(alert_id, "acknowledged")


def _refuse_unseen(shown: queries.AlertView) -> None:
    """Conflict `taken_by_colleague` where somebody took the alert on after the page was made."""
    if shown.acknowledged_by not in {None, user().id} and request.form.get("from") != str(shown.acknowledged_by):
        raise Conflict("taken_by_colleague", {"name": shown.acknowledged_by_name or ""})


@PAGES.post("/alerts/<uuid:alert_id>/close")
@page("alerts.close")
def close(alert_id: UUID) -> Response | tuple[str, int]:
    """Close it with reason and result; what was typed stays where it is refused."""
    reason = request.form.get("reason", "")
    try:
        if reason not in set(CloseReason):
            raise Refused("close_reason_needed")
        result = written("result", LONGEST_RESULT, missing="result_needed")
        with deps().transaction() as tx:
            close_alert(tx, user(), alert_id, CloseReason(reason), result, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _alert_page(alert_id, request.form, fault), status
    read_about(alert_id)
    return _done(alert_id, "closed")


def _alert_page(alert_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    today = legal_day(now)
    with deps().autocommit() as connection:
        reader = user_for("alerts.read")
        shown = queries.alert(connection, reader, alert_id, today=today)
        history = alert_history(connection, reader, alert_id, today=today)
        reach = how_to_reach(connection, reader, shown.subject_id)
        basis = _basis(connection, shown.policy_version_id)
    return render_template(
        "alert.html",
        here="alerts",
        alert=shown,
        reach=reach,
        **_latest_first(history),
        basis=basis,
        typed=typed,
        fault=fault,
        now=now,
        me=user().id,
        close_reasons=CLOSE_REASONS,
    )


def _latest_first(history: AlertHistory) -> dict[str, Any]:
    """So much of each part of the history as one page shows, and the addresses of what is later and what is older."""
    turn = skipped()
    sizes = {"occurrences": OCCURRENCES, "deliveries": DELIVERIES, "events": EVENTS}
    parts = {}
    for name, size in sizes.items():
        rows = getattr(history, name)[::-1]
        parts[name] = Part(rows[turn * size : (turn + 1) * size], turn * size, len(rows), size)
    more = any((turn + 1) * part.limit < part.of for part in parts.values())
    return {
        **parts,
        "older": next_link([str(turn + 1)]) if more else None,
        "later": next_link([str(turn - 1)]) if turn else None,
    }


def _basis(connection: Any, version_id: UUID) -> PolicyView | None:
    """The policy by which it was raised; None for one of another county, where the subject lived then."""
    try:
        return policy(connection, user_for("policies.read"), version_id)
    except NotFound:
        return None


def _done(alert_id: UUID, code: str) -> Response:
    return done(url_for("pages.alert", alert_id=alert_id), code)
