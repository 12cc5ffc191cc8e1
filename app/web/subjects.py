"""People on pages: the list, and for each person the page from which everything about them is reached."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for

from app.access.case_files import open_file
from app.actions.note_reading import note_reading
from app.actions.reveal_identity import reveal_identity
from app.queries import maps
from app.queries import subjects as queries
from app.queries.attachments import portrait_of
from app.queries.subject_file import subject_file
from app.queries.subjects import Wanted
from app.rules.errors import NotFound, ZhifangError
from app.rules.facts import SubjectStatus, SupervisionClass
from app.rules.wording.own_file import CATEGORIES, CLASSES
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.forms import told, written
from app.web.guard import may, page, user_for
from app.web.paging import chosen, cursor, next_link
from app.web.sections import parts_of
from app.web.shown_codes import CHANNELS, STATUSES
from app.web.subject_sections import SECTIONS

LIMIT = 50
LONGEST_SOUGHT = 50
LONGEST_REASON = 500


@dataclass(frozen=True)
class Link:
    """A page about one person: what it is called, where it is, and the action that whoever opens it must be allowed.

    `first`: it stands at the head of the page, one tap away; the others follow below.
    """

    title: str
    build: Callable[[UUID], str]
    action: str
    first: bool = False


def to(endpoint: str) -> Callable[[UUID], str]:
    """The address of a page whose only parameter is the person."""
    return lambda subject_id: url_for(endpoint, subject_id=subject_id)


LINKS: tuple[Link, ...] = (
    Link("写现场记录", to("pages.record_of"), "visits.record", first=True),
    Link("四知道", to("pages.facts"), "facts.read", first=True),
    Link("完整经过", to("pages.subject_timeline"), "subjects.read", first=True),
    Link("地图和轨迹", to("pages.subject_map"), "tracks.read"),
    Link("画一处区域", to("pages.draw_zone"), "zones.change"),
    Link("走访地点", to("pages.visit_points_of"), "visit_points.read"),
    Link("抽查一次", to("pages.spot_check"), "spot_checks.order"),
    Link("限制区域", to("pages.zones"), "zones.read"),
    Link("外出", to("pages.leave_of"), "leave.read", first=True),
    Link("事件和起因", to("pages.occasions_of"), "occasions.read"),
    Link("定位客户端", to("pages.trackers"), "trackers.read"),
    Link("电子定位决定", to("pages.subject_orders"), "orders.read"),
    Link("查找", to("pages.search_subject"), "searches.open"),
    Link("谁看过这个人的信息", to("pages.access"), "access_log.read"),
)
"""What the page of one person leads to. A room with a page of its own for one person adds its line here; what it has to
show on this page itself is a line of `subject_sections.SECTIONS`.
"""


@PAGES.get("/subjects")
@page("subjects.read")
def subjects() -> str:
    """People within reach by number; those under correction, unless the address asks for others."""
    sought = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SOUGHT]
    status = chosen("status", tuple(SubjectStatus), SubjectStatus.IN_CORRECTION.value)
    class_ = chosen("class", tuple(SupervisionClass))
    wanted = Wanted(sought or None, status, class_)
    with deps().autocommit() as connection:
        found = queries.subjects(connection, user(), wanted, now=deps().now(), after=cursor(), limit=LIMIT)
    return render_template(
        "subjects.html",
        here="subjects",
        people=found.items,
        more=next_link(found.next_key),
        sought=sought,
        status=status,
        class_=class_,
        statuses=STATUSES,
        classes=CLASSES,
    )


@PAGES.post("/subjects/find")
@page("subjects.read")
def find() -> Response:
    """On to the person with this identity number, which stands in no address. NotFound beyond reach."""
    given = request.form.get("id_number", "").replace("\0", "").strip()
    with deps().autocommit() as connection:
        found = queries.by_id_number(connection, user(), given, deps().settings, now=deps().now())
    if not found:
        raise NotFound("not_found")
    return redirect(url_for("pages.subject", subject_id=found[0].id), code=303)  # type: ignore[return-value]


@PAGES.get("/subjects/<uuid:subject_id>")
@page("subjects.read")
def subject(subject_id: UUID) -> str:
    """One person: what is known, missing and due. That it was looked at is recorded."""
    return _page(subject_id, None, None)


@PAGES.get("/subjects/<uuid:subject_id>/portrait")
@page("attachments.read")
def portrait(subject_id: UUID) -> Response:
    """The photo of the person, kept by no browser; that it was looked at is recorded. NotFound where there is none."""
    with deps().autocommit() as connection:
        kept = portrait_of(connection, user(), subject_id)
    if kept is None:
        raise NotFound("not_found")
    opened = open_file(deps(), user(), kept)
    return Response(opened.content, mimetype=opened.kept.media_type, headers={"Cache-Control": "no-store"})


@PAGES.post("/subjects/<uuid:subject_id>/identity")
@page("identity.reveal")
def reveal(subject_id: UUID) -> Response | str | tuple[str, int]:
    """The whole identity number on the answer to this one form, kept in no address; recorded with its reason."""
    try:
        reason = written("reason", LONGEST_REASON, missing="reason_needed")
        with deps().transaction() as tx:
            number = reveal_identity(tx, user(), subject_id, reason, deps().settings, now=deps().now())
    except ZhifangError as error:
        fault, status = told(error)
        return _page(subject_id, None, fault), status
    return _page(subject_id, number, None)


def _page(subject_id: UUID, id_number: str | None, fault: str | None) -> str:
    now = deps().now()
    reader = user_for("subjects.read")
    with deps().transaction() as tx:
        shown = subject_file(tx, reader, subject_id, deps().settings, now=now)
        note_reading(tx, reader, "subjects.read", subject_id, now=now)
        has_portrait = may("attachments.read") and portrait_of(tx, user_for("attachments.read"), subject_id) is not None
        parts = parts_of(SECTIONS, tx, shown, now=now)
        county = maps.county_of_last(tx, reader, subject_id) if shown.last_position_at and may("tracks.read") else None
    return render_template(
        "subject.html",
        here="subjects",
        person=shown,
        id_number=id_number,
        fault=fault,
        county=county,
        links=[(link.title, link.build(subject_id), link.first) for link in LINKS if may(link.action)],
        statuses=STATUSES,
        classes=CLASSES,
        categories=CATEGORIES,
        channels=CHANNELS,
        parts=parts,
        has_portrait=has_portrait,
    )
