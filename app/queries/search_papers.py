"""What the papers of a search are filled from: the person by full name, since the paper goes to another organ."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import aliased

from app.models.office import Office
from app.models.subject import Subject
from app.queries.searches import search
from app.rules.errors import Refused
from app.rules.facts import Actor
from app.rules.wording.own_file import CATEGORIES
from app.rules.wording.papers import PHOTO, VISIT, Done, Searched

EMPTY = ""


def searched(
    connection: Connection, actor: Actor, search_id: UUID, *, now: datetime, reason: str | None = None
) -> Searched:
    """The search and whom it is for; NotFound out of reach.

    Refused `reason_needed_for_minor` where the law seals the person's name and nobody says why it is opened.
    """
    found = search(connection, actor, search_id, now=now, reason=reason)
    if found.closed:
        raise Refused("reason_needed_for_minor")
    county = aliased(Office)
    row = connection.execute(
        select(Subject.name, Subject.sex, Subject.birth_date)
        .add_columns(Office.name.label("office_name"), county.name.label("county_name"))
        .join(Office, Office.id == Subject.office_id)
        .outerjoin(county, county.id == Office.parent_id)
        .where(Subject.id == found.search.subject_id)
    ).one()
    view = found.search
    return Searched(
        name=row.name,
        subject_no=view.subject_no,
        sex=row.sex,
        born=row.birth_date,
        category=CATEGORIES[view.category],
        kind=view.kind,
        agency=row.county_name or row.office_name,
        office=row.office_name,
        absent_since=view.absent_since,
        opened_at=view.opened_at,
        why=found.why or EMPTY,
        outcome=view.outcome,
        found_at=view.found_at,
        ended_at=view.ended_at,
        ended_by=view.ended_by_name,
        end_note=found.end_note,
        contact_back_at=view.contact_back_at,
        done=[
            Done(
                one.kind,
                one.happened_at,
                one.written_by_name,
                one.with_whom or EMPTY,
                one.found or EMPTY,
                one.document_no,
                one.corrected,
                tuple(words for words, given in ((PHOTO, one.photo_id), (VISIT, one.visit_id)) if given),
            )
            for one in found.entries
        ],
    )
