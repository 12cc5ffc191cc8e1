"""What the paper of a record is filled from: the person by full name, since the paper is signed and filed."""

from uuid import UUID

from sqlalchemy import Connection, select

from app.models.office import Office
from app.models.subject import Subject
from app.queries.names import Named, is_sealed
from app.queries.visits import record
from app.rules.errors import NotAllowed
from app.rules.facts import Actor
from app.rules.wording.own_file import CATEGORIES
from app.rules.wording.record_papers import Added, Written
from app.rules.wording.visits import title_of


def written(connection: Connection, actor: Actor, record_id: UUID) -> tuple[UUID, Written]:
    """Whom a record is about, and the record; NotFound out of reach, NotAllowed where the law seals the name."""
    found = record(connection, actor, None, record_id)
    row = connection.execute(
        select(Subject.name, Subject.minor_regime, Subject.office_id, Subject.sex, Subject.birth_date)
        .add_columns(Subject.subject_no, Subject.category, Office.name.label("office_name"))
        .join(Office, Office.id == found.office_id)
        .where(Subject.id == found.subject_id)
    ).one()
    if is_sealed(actor, Named(row.name, row.minor_regime, row.office_id)):
        raise NotAllowed("not_allowed")
    return found.subject_id, Written(
        id=found.id,
        kind=found.kind,
        name=row.name,
        subject_no=row.subject_no,
        sex=row.sex,
        born=row.birth_date,
        category=CATEGORIES[row.category],
        office=row.office_name,
        officer=found.officer_name,
        happened_at=found.happened_at,
        ended_at=found.ended_at,
        written_at=found.written_at,
        items=tuple((one.item, title_of(one.item)) for one in found.items),
        met=found.met,
        note=found.note,
        details=found.details,
        added=[Added(one.written_at, one.officer_name, one.note, one.why) for one in found.additions],
    )
