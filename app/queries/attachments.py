"""Attachments of case files in lists: what belongs to a thing or to a person, without what is inside."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, and_, or_, select
from sqlalchemy.orm import aliased

from app.models.attachment import Attachment
from app.models.office import User
from app.models.subject import Subject
from app.queries.names import Named, is_sealed
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.attachments import Kept
from app.rules.errors import NotFound
from app.rules.facts import Actor, FilePurpose
from app.store.attachments import KEPT, LIVE, kept
from app.store.scope import subjects_of

SEALED_KINDS = ("subject", "record", "search")
IN_FILE = (Subject.minor_regime, Subject.office_id, Attachment.about_kind.in_(SEALED_KINDS).label("in_file"))
"""What decides whether an attachment is sealed."""


@dataclass(frozen=True)
class Wanted:
    """Whose attachments, or which thing's. `gone` shows those, too, whose content was deleted."""

    subject_id: UUID | None = None
    about_kind: str | None = None
    about_id: UUID | None = None
    purpose: FilePurpose | None = None
    gone: bool = True


@dataclass(frozen=True)
class Listed:
    """One attachment in a list, and who added it. `sealed` ones are opened with a reason only, see `is_closed`."""

    kept: Kept
    added_by_name: str
    deleted_by_name: str | None
    sealed: bool


def attachments(
    connection: Connection, actor: Actor, wanted: Wanted, *, after: Key | None = None, limit: int = 50
) -> Page[Listed]:
    """Attachments of subjects within the actor's reach, the latest first. One statement."""
    statement = _within(actor, wanted).order_by(Attachment.added_at.desc(), Attachment.id.desc()).limit(limit + 1)
    if last := instant_key(after):
        at, attachment_id = last
        same = and_(Attachment.added_at == at, Attachment.id < attachment_id)
        statement = statement.where(or_(Attachment.added_at < at, same))
    found = [_listed(actor, row) for row in connection.execute(statement).mappings()]
    return page_of(found, limit, lambda one: [one.kept.added_at.isoformat(), str(one.kept.id)])


def portrait_of(connection: Connection, actor: Actor, subject_id: UUID) -> UUID | None:
    """The last photo that was kept of the person as such; None where there is none, out of reach, and of a minor for
    those above the assigned office. One statement.
    """
    row = connection.execute(
        select(Attachment.id, Subject.name, Subject.minor_regime, Subject.office_id)
        .join(Subject, Subject.id == Attachment.subject_id)
        .where(
            *(Attachment.about_kind == "subject", Attachment.about_id == subject_id, LIVE, subjects_of(actor)),
            *(Attachment.purpose == FilePurpose.PHOTO, Attachment.media_type.like("image/%")),
        )
        .order_by(Attachment.added_at.desc(), Attachment.id)
        .limit(1)
    ).one_or_none()
    if row is None or is_sealed(actor, Named(row.name, row.minor_regime, row.office_id)):
        return None
    return cast("UUID", row.id)


def is_closed(connection: Connection, actor: Actor, attachment_id: UUID) -> bool:
    """Whether it takes a reason to open it: what a minor's file, records and searches hold, for those above the office.

    What belongs to something that they decide, such as a leave, is open to them [Law 54]. One statement.
    """
    statement = select(*IN_FILE).join(Subject, Subject.id == Attachment.subject_id)
    row = connection.execute(statement.where(Attachment.id == attachment_id, subjects_of(actor))).mappings()
    found = row.one_or_none()
    return found is not None and _is_closed(actor, found)


def attachment(connection: Connection, actor: Actor, attachment_id: UUID) -> Kept:
    """One attachment within reach, also one whose content is gone. NotFound for any other."""
    statement = select(*KEPT).join(Subject, Subject.id == Attachment.subject_id)
    row = connection.execute(statement.where(Attachment.id == attachment_id, subjects_of(actor))).mappings()
    found = row.one_or_none()
    if found is None:
        raise NotFound("not_found")
    return kept(found)


def _within(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    deleter = aliased(User)
    statement = (
        select(*KEPT, *IN_FILE, User.name.label("added_by_name"), deleter.name.label("deleted_by_name"))
        .join(Subject, Subject.id == Attachment.subject_id)
        .join(User, User.id == Attachment.added_by)
        .outerjoin(deleter, deleter.id == Attachment.deleted_by)
        .where(subjects_of(actor))
    )
    for column, value in (
        (Attachment.subject_id, wanted.subject_id),
        (Attachment.about_kind, wanted.about_kind),
        (Attachment.about_id, wanted.about_id),
        (Attachment.purpose, wanted.purpose),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return statement if wanted.gone else statement.where(LIVE)


def _listed(actor: Actor, row: RowMapping) -> Listed:
    return Listed(kept(row), row["added_by_name"], row["deleted_by_name"], _is_closed(actor, row))


def _is_closed(actor: Actor, row: RowMapping) -> bool:
    return bool(row["in_file"]) and is_sealed(actor, Named("", row["minor_regime"], row["office_id"]))
