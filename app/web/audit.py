"""Who did what, and who looked at whose data: the log, one subject's sheet of a month, and the sheet as a file."""

from datetime import date
from uuid import UUID

from flask import Response, render_template, request

from app.actions.note_reading import note_reading
from app.clients import workbooks
from app.queries import access_log, audit_log
from app.queries.access_log import Sheet
from app.queries.acts import Act
from app.queries.audit_log import Wanted
from app.rules.access_log import FIRST, LAST, Month
from app.rules.calendar import SHANGHAI, end_of_day, legal_day, start_of_day
from app.rules.errors import Refused
from app.rules.wording.access_log import ACTS, COLUMNS, NAMELESS, act_word, post_words, shown_of
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import page
from app.web.paging import chosen, cursor, next_link
from app.web.shown_codes import ROLES

LIMIT = 50
SHEET_LIMIT = 100
FILE_LIMIT = 20_000
LONGEST_DAYS = 366
WORDS = {"act_word": act_word, "shown_of": shown_of, "nameless": NAMELESS}


@PAGES.get("/audit-log")
@page("audit.read")
def audit() -> str:
    """What was done about subjects within reach and by people of the own offices, the latest first."""
    from_day, to_day = _days()
    wanted = Wanted(
        start_of_day(from_day),
        end_of_day(to_day),
        _id("subject"),
        _id("actor"),
        chosen("action", tuple(ACTS)),
    )
    now, details = deps().now(), {"from": from_day.isoformat(), "to": to_day.isoformat(), "action": wanted.action}
    with deps().transaction() as tx:
        found = audit_log.audit_log(tx, user(), wanted, after=cursor(), limit=LIMIT)
        note_reading(tx, user(), "audit.read", None, now=now, details=details)
    return render_template(
        "audit_log.html",
        here="audit",
        rows=found.items,
        more=next_link(found.next_key),
        wanted=wanted,
        from_day=from_day,
        to_day=to_day,
        acts=ACTS,
        **WORDS,
    )


@PAGES.get("/subjects/<uuid:subject_id>/access-log")
@page("access_log.read")
def access(subject_id: UUID) -> str:
    """Who looked at one subject's data in a month; fit to be printed."""
    sheet = _sheet(subject_id, SHEET_LIMIT)
    return render_template(
        "access_log.html", here="audit", sheet=sheet, more=next_link(sheet.page.next_key), own=subject_id, **WORDS
    )


@PAGES.get("/subjects/<uuid:subject_id>/access-log.csv")
@page("access_log.read")
def access_file(subject_id: UUID) -> Response:
    """The whole month as a file that a spreadsheet opens."""
    sheet = _sheet(subject_id, FILE_LIMIT)
    content = workbooks.csv_of(COLUMNS, [_line(act) for act in sheet.page.items])
    name = f"access-log-{sheet.subject_no}-{sheet.month}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=workbooks.CSV, headers=headers)


def _sheet(subject_id: UUID, limit: int) -> Sheet:
    now, month = deps().now(), _month()
    with deps().transaction() as tx:
        found = access_log.sheet(tx, user(), subject_id, month, after=cursor(), limit=limit)
        note_reading(tx, user(), "access_log.read", subject_id, now=now, details={"month": str(month)})
    return found


def _line(act: Act) -> list[str]:
    """One reading as cells."""
    return [
        f"{act.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
        act.actor_name or NAMELESS.get(act.actor_kind, act.actor_kind),
        post_words(act.posts, ROLES),
        act_word(act.action),
        shown_of(act.action, act.details) or "",
        act.reason or "",
    ]


def _month() -> Month:
    given = request.args.get("month")
    try:
        return Month.read(given) if given else Month.containing(deps().now())
    except ValueError:
        raise Refused("bad_filter") from None


def _days() -> tuple[date, date]:
    """This month so far, unless the address says otherwise; Refused where it makes no sense."""
    today = legal_day(deps().now())
    try:
        from_day = date.fromisoformat(request.args.get("from") or today.replace(day=1).isoformat())
        to_day = date.fromisoformat(request.args.get("to") or today.isoformat())
    except ValueError:
        raise Refused("bad_filter") from None
    if not FIRST <= from_day <= to_day <= LAST or (to_day - from_day).days > LONGEST_DAYS:
        raise Refused("days_unfit")
    return from_day, to_day


def _id(name: str) -> UUID | None:
    given = request.args.get(name)
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Refused("bad_filter") from None
