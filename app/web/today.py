"""The first screen: who needs somebody now and why, then what is due today, then what went well."""

from datetime import datetime
from typing import Any

from flask import render_template

from app.queries import alerts as alert_queries
from app.queries import compliance
from app.queries import duties as duty_queries
from app.queries.compliance import Stretch
from app.queries.duties import DutyView
from app.rules.calendar import end_of_day, legal_day
from app.rules.facts import DutyKind, DutyState
from app.web.blueprint import PAGES
from app.web.context import deps
from app.web.guard import may, page, user_for

ALERTS_SHOWN = 50
DUTIES_SHOWN = 20
OFFICERS_OWN = (DutyKind.VISIT, DutyKind.TALK)


@PAGES.get("/")
@page("self.read")
def today() -> str:
    """The whole screen."""
    now = deps().now()
    return render_template("today.html", here="today", now=now, **_alerts(), **_due(now), **_went_well(now))


@PAGES.get("/today/alerts")
@page("alerts.read")
def today_alerts() -> str:
    """The alerts alone: the page fetches them again every fifteen seconds."""
    return render_template("_alert_list.html", now=deps().now(), **_alerts())


def _alerts() -> dict[str, Any]:
    """The most urgent alerts, and whether there are more than are shown."""
    if not may("alerts.read"):
        return {"alerts": None, "more_alerts": False}
    with deps().autocommit() as connection:
        found = alert_queries.alerts(connection, user_for("alerts.read"), limit=ALERTS_SHOWN)
    return {"alerts": found.items, "more_alerts": found.next_key is not None}


def _due(now: datetime) -> dict[str, Any]:
    """Visits and talks that are open or were missed and end by tonight; tries that wait for review."""
    if not may("duties.read"):
        return {"due": None}
    by = end_of_day(legal_day(now))
    found: list[DutyView] = []
    with deps().autocommit() as connection:
        for kind, state in ((kind, state) for kind in OFFICERS_OWN for state in (DutyState.MISSED, DutyState.OPEN)):
            listed = duty_queries.duties(
                connection,
                user_for("duties.read"),
                now=now,
                kind=kind,
                state=state,
                due_before=by if state is DutyState.MISSED else None,
                limit=DUTIES_SHOWN,
            )
            found += listed.items
    return {"due": sorted(found, key=lambda duty: (duty.due_at, str(duty.id)))[:DUTIES_SHOWN], "tonight": by}


def _went_well(now: datetime) -> dict[str, Any]:
    """Today's check-ins in figures."""
    if not may("compliance.read"):
        return {"check_ins": None}
    day = legal_day(now)
    with deps().autocommit() as connection:
        table = compliance.table(
            connection, user_for("compliance.read"), Stretch(day, day, None, DutyKind.CHECK_IN.value), now=now
        )
    return {"check_ins": table.totals[DutyKind.CHECK_IN.value]}
