"""How the service itself stands: were all of yesterday's checks made?"""

from flask import render_template

from app.queries import poison, service_days
from app.queries.incidents import incidents
from app.queries.service_days import DayView
from app.rules.wording import sentence
from app.rules.wording.outages import OF, OUTAGES
from app.rules.wording.service import FAULTS, MISSING
from app.rules.wording.trackers import ASIDE, CLIENTS, OWN_APP
from app.web.blueprint import PAGES
from app.web.context import deps
from app.web.guard import may, page, user_for

DAYS = 14


@PAGES.get("/service")
@page("service.read")
def service() -> str:
    """Yesterday in one word, the days before it, and the faults that last."""
    now = deps().now()
    with deps().autocommit() as connection:
        days = service_days.days(connection, now=now, how_many=DAYS)
        faults = service_days.faults(connection)
        aside = poison.poison_counts(connection, user_for("poison.read")) if may("poison.read") else ()
        known = incidents(connection, now=now)
    return render_template(
        "service.html",
        here="service",
        days=days,
        faults=faults,
        aside=[one for one in aside if one.waiting],
        sources={"mobile": OWN_APP, **CLIENTS},
        reasons=ASIDE,
        incidents=known,
        outages=OUTAGES,
        outage_of=OF,
        told=told,
        missing=missing,
        fault_words=FAULTS,
    )


def told(view: DayView) -> str:
    """The day's account as a sentence."""
    if view.made_at is None:
        return sentence("day_not_accounted", {"day": view.day})
    return sentence(f"day_{view.verdict.value}", {"day": view.day})


def missing(view: DayView) -> list[tuple[str, int]]:
    """Which checks were not made, and how many of each."""
    return [(word, n) for code, word in MISSING.items() if (n := getattr(view.counts, code))]
