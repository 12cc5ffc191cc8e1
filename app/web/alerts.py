"""One alert on a page: why, the evidence, what was tried, what comes next; taking it on, closing it."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for

from app.actions.acknowledge_alert import acknowledge_alert
from app.actions.close_alert import close_alert
from app.queries import alerts as queries
from app.queries.alert_history import alert_history
from app.queries.reach import how_to_reach
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import CloseReason
from app.rules.wording import sentence
from app.rules.wording.alerts import CLOSE_REASONS
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import page, user_for

LONGEST_RESULT = 1000


@PAGES.get("/alerts/<uuid:alert_id>")
@page("alerts.read")
def alert(alert_id: UUID) -> str:
    """The page of one alert."""
    return _alert_page(alert_id, {}, None)


@PAGES.post("/alerts/<uuid:alert_id>/acknowledge")
@page("alerts.acknowledge")
def acknowledge(alert_id: UUID) -> Response | tuple[str, int]:
    """Take it on."""
    try:
        with deps().transaction() as tx:
            acknowledge_alert(tx, user(), alert_id, now=deps().now())
    except ZhifangError as error:
        return _alert_page(alert_id, {}, sentence(error.code, error.params)), 409
    return _back(alert_id)


@PAGES.post("/alerts/<uuid:alert_id>/close")
@page("alerts.close")
def close(alert_id: UUID) -> Response | tuple[str, int]:
    """Close it with reason and result; what was typed stays where it is refused."""
    reason, result = request.form.get("reason", ""), request.form.get("result", "").strip()[:LONGEST_RESULT]
    try:
        if reason not in set(CloseReason):
            raise Refused("reason_needed")
        if not result:
            raise Refused("note_needed")
        with deps().transaction() as tx:
            close_alert(tx, user(), alert_id, CloseReason(reason), result, now=deps().now())
    except ZhifangError as error:
        return _alert_page(alert_id, request.form, sentence(error.code, error.params)), 422
    return _back(alert_id)


def _alert_page(alert_id: UUID, typed: Any, fault: str | None) -> str:
    now = deps().now()
    with deps().autocommit() as connection:
        reader = user_for("alerts.read")
        shown = queries.alert(connection, reader, alert_id)
        history = alert_history(connection, reader, alert_id)
        reach = how_to_reach(connection, reader, shown.subject_id)
    return render_template(
        "alert.html",
        alert=shown,
        history=history,
        reach=reach,
        typed=typed,
        fault=fault,
        now=now,
        close_reasons=CLOSE_REASONS,
    )


def _back(alert_id: UUID) -> Response:
    return redirect(url_for("pages.alert", alert_id=alert_id))  # type: ignore[return-value]
