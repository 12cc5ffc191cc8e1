"""The office table on a page, and the duties behind each of its figures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask import render_template, request

from app.actions.note_oversight import note_oversight
from app.queries import compliance as queries
from app.queries.compliance import OfficeLine, Stretch
from app.queries.left_alone import MOST as MOST_ALONE
from app.queries.left_alone import left_alone
from app.rules.calendar import legal_day
from app.rules.compliance import ITEMS, OTHERS, Figure
from app.rules.errors import Refused
from app.rules.facts import About, Obligor, Role
from app.rules.wording import sentence
from app.rules.wording.visits import MOVED, SIDES, title_of
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import page
from app.web.paging import chosen, cursor, next_link, part_of

LONGEST = timedelta(days=366)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LIMIT = 100
OFFICES_AT_ONCE = 50
_F = Figure
FIGURES = tuple(
    f.value for f in (_F.DUE, _F.MISSED, _F.LATE, _F.IN_TIME, _F.OPEN, _F.SUBMITTED, _F.WAIVED, _F.UNJUDGED)
)
"""In the order in which a narrow screen shows them: what somebody should look at comes before what went well."""


@PAGES.get("/compliance")
@page("compliance.read")
def compliance() -> str:
    """Which offices stand out and why; then one table for each item, every office with its figures."""
    stretch = _stretch()
    with _reading(stretch, by="office") as connection:
        table = queries.table(connection, user(), stretch, now=deps().now())
        alone = left_alone(connection, user(), now=deps().now())
    return render_template(
        "compliance.html",
        here="compliance",
        table=table,
        part=part_of(table.offices, OFFICES_AT_ONCE),
        stretch=stretch,
        items=ITEMS,
        others=OTHERS,
        figures=FIGURES,
        sides=SIDES,
        title_of=title_of,
        why_out=why_out,
        alone=alone,
        most_alone=MOST_ALONE,
    )


@PAGES.get("/compliance/duties")
@page("compliance.read")
def compliance_duties() -> str:
    """The rows behind one figure."""
    stretch = _stretch()
    figure = Figure(chosen("figure", FIGURES) or Figure.DUE)
    with _reading(stretch, figure=figure.value) as connection:
        found = queries.duties(connection, user(), stretch, figure, now=deps().now(), after=cursor(), limit=LIMIT)
    return render_template(
        "compliance_duties.html",
        here="compliance",
        rows=found.items,
        more=next_link(found.next_key),
        stretch=stretch,
        figure=figure.value,
        title_of=title_of,
        moved=MOVED,
    )


@contextmanager
def _reading(stretch: Stretch, **what: str) -> Iterator[Any]:
    """A connection to read by. What a procurator opens is put on record in the transaction that reads it."""
    if not user().has(Role.PROCURATOR):
        with deps().autocommit() as connection:
            yield connection
        return
    days = {"from": stretch.from_day.isoformat(), "to": stretch.to_day.isoformat()}
    about = About("office", stretch.office_id) if stretch.office_id else None
    told = {**days, **what, **({"item": stretch.item} if stretch.item else {})}
    with deps().transaction() as tx:
        yield tx
        note_oversight(tx, user(), told, now=deps().now(), about=about)


def why_out(line: OfficeLine) -> list[tuple[str, str]]:
    """Each of its own items that an office missed, with the sentence that says how many."""
    missed = [item for item, counts in line.items.items() if ITEMS[item] is Obligor.OFFICE and counts.missed]
    told = [sentence(reason.code, dict(reason.params)) for reason in line.stands_out]
    return list(zip(missed, told, strict=True))


def _stretch() -> Stretch:
    """This month so far, unless the address says otherwise; Refused where it makes no sense."""
    today = legal_day(deps().now())
    try:
        from_day = date.fromisoformat(request.args.get("from") or today.replace(day=1).isoformat())
        to_day = date.fromisoformat(request.args.get("to") or today.isoformat())
        office_id = UUID(request.args["office"]) if request.args.get("office") else None
    except ValueError:
        raise Refused("bad_filter") from None
    if not FIRST_DAY <= from_day <= to_day <= LAST_DAY:
        raise Refused("days_unfit")
    if to_day - from_day > LONGEST:
        raise Refused("days_unfit")
    return Stretch(from_day, to_day, office_id, chosen("item", tuple(ITEMS)), request.args.get("alone") == "1")
