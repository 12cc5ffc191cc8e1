"""The user's own notices on a page."""

from uuid import UUID

from flask import Response, render_template, request, url_for

from app.actions.take_notices import hand_out_notices, read_notice
from app.queries import notices as queries
from app.rules.calendar import legal_day
from app.rules.errors import Refused
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import done
from app.web.guard import page, user_for

LIMIT = 50
MOST_COUNTED = 1000


@PAGES.get("/notices")
@page("notices.read")
def notices() -> str:
    """Everything unread, the newest first. Shown here is handed out, as to an app."""
    now = deps().now()
    with deps().transaction() as tx:
        found = queries.unread_of_late(tx, user(), today=legal_day(now), limit=LIMIT)
        unread = queries.how_many_unread(tx, user(), most=MOST_COUNTED) if len(found) == LIMIT else len(found)
        hand_out_notices(tx, user(), [notice.id for notice in found], now=now)
    return render_template(
        "notices.html", here="notices", notices=found, left=unread - len(found), counted=MOST_COUNTED
    )


@PAGES.post("/notices/read")
@page("notices.read")
def read_notices() -> Response:
    """Note that the user has read those that the page named."""
    try:
        notice_ids = [UUID(given) for given in request.form.getlist("notice")[:LIMIT]]
    except ValueError:
        raise Refused("stale_form") from None
    with deps().transaction() as tx:
        for notice_id in notice_ids:
            read_notice(tx, user(), notice_id, now=deps().now())
    home = request.form.get("back") == "today"
    return done(url_for("pages.today" if home else "pages.notices"), "notices_read")


def read_about(about_id: UUID) -> None:
    """Whoever looked at a thing or dealt with it has read the notices of it."""
    reader = user_for("notices.read")
    with deps().transaction() as tx:
        for notice_id in queries.unread_about(tx, reader, about_id):
            read_notice(tx, reader, notice_id, now=deps().now())
