"""The office table on a page, and the duties behind each of its figures."""

from datetime import date, timedelta
from uuid import UUID

from flask import render_template, request

from app.queries import compliance as queries
from app.queries.compliance import Stretch
from app.rules.calendar import legal_day
from app.rules.compliance import ITEMS, Figure
from app.rules.errors import Refused
from app.rules.wording import sentence
from app.rules.wording.visits import title_of
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import page
from app.web.paging import cursor, next_link

LONGEST = timedelta(days=366)
LIMIT = 100


@PAGES.get("/compliance")
@page("compliance.read")
def compliance() -> str:
    """One table for each item: every office with its figures, those that stand out first."""
    stretch = _stretch()
    with deps().autocommit() as connection:
        table = queries.table(connection, user(), stretch, now=deps().now())
    return render_template(
        "compliance.html",
        here="compliance",
        table=table,
        stretch=stretch,
        items=list(ITEMS),
        figures=[figure.value for figure in Figure],
        title_of=title_of,
        say=sentence,
    )


@PAGES.get("/compliance/duties")
@page("compliance.read")
def compliance_duties() -> str:
    """The rows behind one figure."""
    stretch = _stretch()
    figure = request.args.get("figure", Figure.DUE.value)
    if figure not in set(Figure):
        raise Refused("bad_filter")
    with deps().autocommit() as connection:
        found = queries.duties(
            connection, user(), stretch, Figure(figure), now=deps().now(), after=cursor(), limit=LIMIT
        )
    return render_template(
        "compliance_duties.html",
        here="compliance",
        rows=found.items,
        more=next_link(found.next_key),
        stretch=stretch,
        figure=figure,
        title_of=title_of,
        now=deps().now(),
    )


def _stretch() -> Stretch:
    """This month so far, unless the address says otherwise; Refused where it makes no sense."""
    today = legal_day(deps().now())
    try:
        from_day = date.fromisoformat(request.args.get("from") or today.replace(day=1).isoformat())
        to_day = date.fromisoformat(request.args.get("to") or today.isoformat())
        office_id = UUID(request.args["office"]) if request.args.get("office") else None
    except ValueError:
        raise Refused("bad_filter") from None
    item = request.args.get("item") or None
    if not from_day <= to_day <= from_day + LONGEST or (item is not None and item not in ITEMS):
        raise Refused("bad_filter")
    return Stretch(from_day, to_day, office_id, item)
