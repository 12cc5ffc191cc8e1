"""How a subject can be reached now: phone, contacts, and when the phone was last heard."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from app.models.subject import Subject, SubjectContact, SubjectState
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import subjects_of


@dataclass(frozen=True)
class Contact:
    """Somebody who can reach the subject."""

    name: str
    relation: str
    phone: str


@dataclass(frozen=True)
class Reach:
    """Whom to call. `last_heard_at` is None for a phone that was never heard."""

    phone: str | None
    last_heard_at: datetime | None
    contacts: tuple[Contact, ...]


def how_to_reach(connection: Connection, actor: Actor, subject_id: UUID) -> Reach:
    """Whom to call about one subject; NotFound where it is not within reach."""
    row = connection.execute(
        select(Subject.phone, SubjectState.last_heard_at)
        .outerjoin(SubjectState, SubjectState.subject_id == Subject.id)
        .where(Subject.id == subject_id, subjects_of(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    contacts = connection.execute(
        select(SubjectContact.name, SubjectContact.relation, SubjectContact.phone)
        .where(SubjectContact.subject_id == subject_id)
        .order_by(SubjectContact.relation, SubjectContact.name, SubjectContact.id)
    )
    return Reach(row.phone, row.last_heard_at, tuple(Contact(*contact) for contact in contacts))
