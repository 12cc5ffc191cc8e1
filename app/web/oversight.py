"""The audit on pages: what offices owed, counted by whatever is asked, the duties behind it, a month as it was kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import render_template, request

from app.actions.note_oversight import note_oversight
from app.queries import oversight_names, snapshots
from app.queries.oversight import By, Tally, tally
from app.queries.oversight_names import Named, names
from app.queries.oversight_out import standing_out
from app.queries.oversight_rows import audited_duties
from app.queries.oversight_sheets import in_order
from app.rules.access_log import Month
from app.rules.errors import NotFound, Refused
from app.rules.facts import About
from app.rules.oversight import Counts, Figure
from app.rules.wording import oversight as words
from app.rules.wording.duties import STATES
from app.rules.wording.visits import MOVED
from app.web.blueprint import PAGES
from app.web.charts import Chart, columns
from app.web.context import deps, user
from app.web.guard import page
from app.web.oversight_asked import View, view_of
from app.web.paging import chosen, cursor, next_link, part_of

LIMIT = 100
LINES_AT_ONCE = 100
MOST_PARTS = 62
"""Parts of a stretch that are told below the chart; more of them make a table of their own."""
MOST_LISTED = 10
FIGURES = tuple(words.FIGURES)
DRAWN = ("in_time", "late", "missed", "waived", "unjudged", "open")
"""From below, as a column is made of them: together they are what was due."""


@dataclass(frozen=True)
class Line:
    """One line of the table; `where` is the address of the duties behind it."""

    name: str
    beside: str | None
    counts: Counts
    where: Mapping[str, str]


@PAGES.get("/compliance/audit")
@page("compliance.read")
def oversight() -> str:
    """The figures, their course over the stretch, who stands out, and one line for each of what they are counted by."""
    now = deps().now()
    view = view_of(request.args, now=now)
    with deps().transaction() as tx:
        found, named = counted(tx, view, now)
        note_oversight(tx, user(), opened(view), now=now, about=_about(view))
    lines, parts = (lines_of(view, found, named, by) for by in (view.by, By.PERIOD))
    return render_template(
        "oversight.html",
        here="compliance",
        view=view,
        total=found.total,
        counted_at=found.as_of,
        lines=part_of(lines, LINES_AT_ONCE),
        most_parts=MOST_PARTS,
        parts=parts,
        chart=_chart(parts),
        out=[
            (one.why, {**view.where(view.asked.at(one.by, one.key)), "figure": one.figure.value})
            for one in standing_out(found, named)
        ],
        named=named,
        chosen=_chosen(view, named),
        listed=MOST_LISTED,
        figures=FIGURES,
        words=words,
    )


@PAGES.get("/compliance/audit/duties")
@page("compliance.read")
def oversight_rows() -> str:
    """The duties behind one figure; with `since`, those of which something became known after that instant."""
    now = deps().now()
    view = view_of(request.args, now=now)
    figure = Figure(chosen("figure", tuple(Figure)) or Figure.DUE)
    since = _since()
    with deps().transaction() as tx:
        officers = [view.asked.officer_id] if view.asked.officer_id else []
        named = names(tx, user(), view.asked, officers, now=now)
        rows = audited_duties(tx, user(), view.asked, figure, now=now, changed_since=since, after=cursor(), limit=LIMIT)
        told = {**opened(view), "figure": figure.value}
        note_oversight(tx, user(), told, now=now, about=_about(view))
    return render_template(
        "oversight_rows.html",
        here="compliance",
        view=view,
        figure=figure,
        since=since,
        rows=rows.items,
        more=next_link(rows.next_key),
        named=named,
        chosen=_chosen(view, named),
        states=STATES,
        moved=MOVED,
        words=words,
    )


@PAGES.get("/compliance/snapshots")
@page("compliance.read")
def compliance_snapshots() -> str:
    """A month as it was kept, beside the same figures now."""
    now = deps().now()
    with deps().transaction() as tx:
        months = snapshots.months(tx, user())
        month = _month(months)
        found = snapshots.beside(tx, user(), month, now=now) if month else None
        items = oversight_names.items(tx, user(), now=now)
        told = {"snapshot": f"{month:%Y-%m}" if month else None}
        note_oversight(tx, user(), told, now=now)
    if month and found is None:
        raise NotFound("no_snapshot")
    return render_template(
        "oversight_snapshots.html",
        here="compliance",
        months=months,
        month=month,
        found=found,
        offices=part_of(list(found.offices.items()), LINES_AT_ONCE) if found else None,
        items=items,
        figures=FIGURES,
        words=words,
    )


def counted(tx: Any, view: View, now: datetime) -> tuple[Tally, Named]:
    """The figures by what the page shows and compares, and the names of all of it."""
    by = list(dict.fromkeys([view.by, By.OFFICE, By.OFFICER, By.PERIOD]))
    found = tally(tx, user(), view.asked, by, now=now, unit=view.unit)
    return found, names(tx, user(), view.asked, found.lines[By.OFFICER], now=now, also=found.lines[By.OFFICE])


def lines_of(view: View, found: Tally, named: Named, by: By) -> list[Line]:
    """The lines by one thing, in the order in which they are read."""
    return [
        Line(
            name=named.of(by, key, view.unit),
            beside=named.offices[key].county if by is By.OFFICE and key in named.offices else None,
            counts=counts,
            where=view.where(view.asked.at(by, key)),
        )
        for key, counts in in_order(found.lines[by], view.asked, by, view.unit, named)
    ]


def _chart(parts: list[Line]) -> Chart | None:
    return columns(
        [part.name for part in parts],
        [[(look, words.FIGURES[look], part.counts.of(Figure(look))) for look in DRAWN] for part in parts],
    )


def _chosen(view: View, named: Named) -> list[tuple[str, str]]:
    """The further conditions in words, each with the name under which the address has it."""
    return [(by.value, told) for by, told in named.conditions(view.asked)]


def opened(view: View) -> dict[str, object]:
    """What was opened, for the record of readings: codes and ids, which the record turns into words."""
    asked = view.asked
    given = {
        "from": asked.span.from_day.isoformat(),
        "to": asked.span.to_day.isoformat(),
        "by": view.by.value,
        "item": asked.item,
        "class": asked.class_,
        "officer": str(asked.officer_id) if asked.officer_id else None,
        "alone": asked.alone or None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _about(view: View) -> About | None:
    return About("office", view.asked.office_id) if view.asked.office_id else None


def _since() -> datetime | None:
    given = request.args.get("since")
    try:
        found = datetime.fromisoformat(given) if given else None
    except ValueError:
        raise Refused("bad_filter") from None
    if found is not None and found.tzinfo is None:
        raise Refused("bad_filter")
    return found


def _month(months: tuple[date, ...]) -> date | None:
    """The one that the address names, else the latest that is kept."""
    given = request.args.get("month")
    try:
        return Month.read(given).first if given else next(iter(months), None)
    except ValueError:
        raise Refused("bad_filter") from None
