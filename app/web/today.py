"""The first screen: who needs somebody now and why, then what is due, then what went well."""

from datetime import datetime
from itertools import chain
from typing import Any

from flask import render_template

from app.queries import alerts as alert_queries
from app.queries import checkins, compliance, day, notices
from app.queries import duties as duty_queries
from app.queries.compliance import Stretch
from app.rules.calendar import legal_day
from app.rules.day import Urgency
from app.rules.facts import Channel, DutyKind, DutyState
from app.rules.wording.day import URGENCIES
from app.web.blueprint import PAGES
from app.web.compliance import FIGURES, why_out
from app.web.context import deps
from app.web.frame import sees_many_offices
from app.web.guard import may, page, user_for

ALERTS_SHOWN = 20
DUTIES_SHOWN = 20
OFFICES_SHOWN = 5
NOTICES_SHOWN = 5
REVIEWS_COUNTED = 20
SHOWN_FIRST = (Urgency.OVERDUE, Urgency.TODAY, Urgency.WEEK)


@PAGES.get("/")
@page("self.read")
def today() -> str:
    """The whole screen."""
    now = deps().now()
    parts = (_notices(now), _offices(now), _alerts(now), _reviews(), _in_person(now), _due(now), _went_well(now))
    shown = dict(chain.from_iterable(part.items() for part in parts))
    return render_template("today.html", here="today", now=now, why_out=why_out, figures=FIGURES, **shown)


@PAGES.get("/today/alerts")
@page("alerts.read")
def today_alerts() -> str:
    """The alerts alone: the page fetches them again every fifteen seconds."""
    return render_template("_alert_list.html", **_alerts(deps().now()))


def _notices(now: datetime) -> dict[str, Any]:
    """What is not about an alert, such as an office without anybody on duty; alerts stand on the page anyway."""
    with deps().autocommit() as connection:
        reader = user_for("notices.read")
        found = notices.unread_of_late(
            connection, reader, today=legal_day(now), limit=NOTICES_SHOWN, apart_from="alert"
        )
    return {"notices": found}


def _offices(now: datetime) -> dict[str, Any]:
    """For whoever answers for several offices: those that stand out this month, and why."""
    if not (may("compliance.read") and sees_many_offices()):
        return {"standing_out": None}
    first, last = legal_day(now).replace(day=1), legal_day(now)
    with deps().autocommit() as connection:
        table = compliance.table(connection, user_for("compliance.read"), Stretch(first, last), now=now)
    lines = [line for line in table.offices if line.stands_out]
    return {"standing_out": lines[:OFFICES_SHOWN], "offices_out": len(lines), "offices_all": len(table.offices)}


def _alerts(now: datetime) -> dict[str, Any]:
    """The most urgent alerts, and whether there are more than are shown."""
    if not may("alerts.read"):
        return {"alerts": None, "more_alerts": False}
    with deps().autocommit() as connection:
        found = alert_queries.alerts(connection, user_for("alerts.read"), today=legal_day(now), limit=ALERTS_SHOWN)
    return {"alerts": found.items, "more_alerts": found.next_key is not None}


def _reviews() -> dict[str, Any]:
    """Check-ins that wait for this user's answer; the first has waited longest."""
    if not may("check_ins.review"):
        return {"reviews": (), "more_reviews": False}
    with deps().autocommit() as connection:
        found = checkins.waiting(connection, user_for("check_ins.review"), limit=REVIEWS_COUNTED)
    return {"reviews": found.items, "more_reviews": found.next_key is not None}


def _in_person(now: datetime) -> dict[str, Any]:
    """Open check-ins of people without a smartphone: somebody has to meet them and write it down."""
    if not may("check_ins.record") or sees_many_offices():
        return {"in_person": ()}
    with deps().autocommit() as connection:
        found = duty_queries.duties(
            connection,
            user_for("check_ins.record"),
            now=now,
            kind=DutyKind.CHECK_IN,
            state=DutyState.OPEN,
            channel=Channel.NO_SMARTPHONE,
            due_after=now,
            limit=DUTIES_SHOWN,
        )
    return {"in_person": found.items}


def _due(now: datetime) -> dict[str, Any]:
    """What the office owes: overdue, due today, due within a week. Whoever sees the table of offices reads it there."""
    if not may("duties.read") or (may("compliance.read") and sees_many_offices()):
        return {"due": None}
    with deps().autocommit() as connection:
        found = day.day(connection, user_for("duties.read"), now=now)
    tasks = {one: [task for task in found.tasks if task.urgency is one][:DUTIES_SHOWN] for one in SHOWN_FIRST}
    return {"due": tasks, "due_counts": found.counts, "urgencies": URGENCIES}


def _went_well(now: datetime) -> dict[str, Any]:
    """Today's check-ins in figures."""
    if not may("compliance.read"):
        return {"check_ins": None}
    last = legal_day(now)
    with deps().autocommit() as connection:
        table = compliance.table(
            connection, user_for("compliance.read"), Stretch(last, last, None, DutyKind.CHECK_IN.value), now=now
        )
    return {"check_ins": table.totals[DutyKind.CHECK_IN.value], "day": last}
