"""Importing a roster on a page: the file is looked through first, and imported only after somebody has seen that."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from flask import Response, render_template, request, url_for

from app.actions.import_roster import Roster, check_roster, import_roster
from app.clients import roster_file
from app.queries import offices
from app.queries.offices import OfficeView
from app.rules.errors import Refused, ZhifangError
from app.rules.facts import OfficeLevel
from app.rules.roster import Faulty, Reading, read
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import client_id, done, told
from app.web.guard import page

MOST_SHOWN = 200
"""Faults and people that are listed; the counts are always whole."""
MOST_OFFICES = 2000


@PAGES.get("/roster")
@page("subjects.change")
def roster() -> str:
    """The form for a roster."""
    return _page(None)


@PAGES.get("/roster/template")
@page("subjects.change")
def roster_template() -> Response:
    """The table to be filled in."""
    answer = Response(roster_file.template(), mimetype=roster_file.TEMPLATE_TYPE)
    answer.headers["Content-Disposition"] = 'attachment; filename="roster.xlsx"'
    return answer


@PAGES.post("/roster")
@page("subjects.change")
def roster_sent() -> Response | tuple[str, int] | str:
    """Look a file through; import it where just this file was looked through before, without a fault."""
    try:
        content = _content()
        if not content:
            raise Refused("roster_file_needed")
        office_id = _office_id()
        reading = read(roster_file.sheets(content))
        if request.form.get("step") == "import" and request.form.get("seen") == _seen(content, office_id):
            return _import(content, office_id, reading)
        return _look(content, office_id, reading)
    except Faulty as faulty:
        fault, status = told(faulty)
        return _page(fault), status
    except ZhifangError as error:
        fault, status = told(error)
        return _page(fault), status


def _content() -> bytes:
    sent = request.files.get("file")
    return sent.read() if sent else b""


def _import(content: bytes, office_id: UUID | None, reading: Reading) -> Response:
    made = Roster(client_id(), office_id, sha256(content).digest(), reading, door="page")
    with deps().transaction() as tx:
        receipt, _ = import_roster(tx, user(), made, deps().settings, now=deps().now())
    counts = {"added": str(receipt.added), "already_there": str(receipt.already_there)}
    return done(url_for("pages.roster"), "roster_imported", counts)


def _look(content: bytes, office_id: UUID | None, reading: Reading) -> str:
    with deps().autocommit() as connection:
        report = check_roster(connection, user(), reading, office_id, deps().settings, now=deps().now())
    return _page(None, report=report, seen=_seen(content, office_id), most=MOST_SHOWN)


def _seen(content: bytes, office_id: UUID | None) -> str:
    """What tells the file that was looked through from another one."""
    return sha256(content + str(office_id).encode()).hexdigest()


def _office_id() -> UUID | None:
    given = request.form.get("office_id", "")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise Refused("stale_form") from None


def _page(fault: str | None, **shown: Any) -> str:
    return render_template(
        "roster.html",
        here="roster",
        fault=fault,
        offices=_offices(),
        office_id=request.form.get("office_id", ""),
        roster_id=request.form.get("id") or uuid4(),
        **shown,
    )


def _offices() -> list[OfficeView]:
    """The offices that may have subjects, in the order of the tree."""
    with deps().autocommit() as connection:
        found = offices.offices(connection, user(), limit=MOST_OFFICES).items
    return [office for office in found if office.level in {OfficeLevel.JUSTICE_OFFICE, OfficeLevel.COUNTY}]
