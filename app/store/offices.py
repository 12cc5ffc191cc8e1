"""Offices on disk."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from app.models.office import Office
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Actor, OfficeLevel
from app.rules.offices import Site
from app.store.scope import offices_of


@dataclass(frozen=True)
class NewOffice:
    """An office to be written; its path follows from its parent's."""

    id: UUID
    code: str
    level: OfficeLevel
    name: str
    parent_id: UUID | None
    path: str
    phone: str | None
    created_at: datetime


def add(tx: Connection, office: NewOffice) -> None:
    """Write one office; Conflict `office_exists` where id or code is taken."""
    try:
        with tx.begin_nested():
            tx.execute(insert(Office), vars(office))
    except IntegrityError as error:
        raise Conflict("office_exists") from error


def within_reach(tx: Connection, actor: Actor, office_id: UUID) -> Site:
    """One office inside the actor's offices; NotFound for any other."""
    row = tx.execute(
        select(Office.id, Office.code, Office.level, Office.path).where(Office.id == office_id, offices_of(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return Site(row.id, row.code, OfficeLevel(row.level), row.path)
