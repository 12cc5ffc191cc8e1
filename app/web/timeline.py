"""What happened to one person, the newest first: a page of its own, and a line or two on the page of the person."""

from typing import Any
from uuid import UUID

from flask import render_template, url_for

from app.access.table import allowed
from app.actions.note_reading import note_reading
from app.queries.timeline import OPENED_BY, Entry, Section, timeline
from app.queries.zones import whose
from app.rules.facts import Actor
from app.rules.wording.timeline import SECTIONS, line
from app.web.blueprint import PAGES
from app.web.context import deps, user
from app.web.guard import known_to_page, page
from app.web.paging import chosen, cursor, next_link
from app.web.sections import Seen

LIMIT = 50
SHOWN = 6


@PAGES.get("/subjects/<uuid:subject_id>/timeline")
@page("subjects.read")
def subject_timeline(subject_id: UUID) -> str:
    """All of it, or one section; that it was looked at is recorded."""
    section, now = chosen("section", tuple(OPENED_BY)), deps().now()
    opened = {part: reader for part, reader in _readers(known_to_page()).items() if section in {None, part}}
    with deps().transaction() as tx:
        name = whose(tx, user(), subject_id)
        found = timeline(tx, user(), opened, subject_id, after=cursor(), limit=LIMIT)
        note_reading(tx, user(), "subjects.read", subject_id, now=now)
    return render_template(
        "timeline.html",
        here="subjects",
        subject_id=subject_id,
        name=name,
        entries=[(line(each.section, each.what, each.state), each, target(each, subject_id)) for each in found.items],
        more=next_link(found.next_key),
        section=section,
        sections=SECTIONS,
    )


def last_lines(seen: Seen) -> Any:
    """The last entries, for the page of the person."""
    found = timeline(seen.tx, seen.reader, _readers(seen.user), seen.person.id, limit=SHOWN).items
    return [(line(each.section, each.what, each.state), each, target(each, seen.person.id)) for each in found]


def _readers(known: Actor) -> dict[Section, Actor]:
    return allowed(known, OPENED_BY)


def target(entry: Entry, subject_id: UUID) -> str | None:
    """The page on which more of it stands."""
    match entry.section:
        case "duty":
            return url_for("pages.duty", duty_id=entry.about_id)
        case "alert":
            return url_for("pages.alert", alert_id=entry.about_id)
        case "fact":
            return url_for("pages.fact_history", subject_id=subject_id)
        case _:
            return None
