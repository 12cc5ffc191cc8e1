"""Offices on disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

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
    added = tx.execute(insert(Office).values(vars(office)).on_conflict_do_nothing().returning(Office.id))
    if added.one_or_none() is None:
        raise Conflict("office_exists")


def find(tx: Connection, office_id: UUID) -> NewOffice | None:
    """One office wherever it is: for a repeated request to be told from another one."""
    row = tx.execute(
        select(
            Office.id,
            Office.code,
            Office.level,
            Office.name,
            Office.parent_id,
            Office.path,
            Office.phone,
            Office.created_at,
        ).where(Office.id == office_id)
    ).one_or_none()
    if row is None:
        return None
    return NewOffice(
        row.id, row.code, OfficeLevel(row.level), row.name, row.parent_id, row.path, row.phone, row.created_at
    )


def change(tx: Connection, office_id: UUID, values: Mapping[str, str | None]) -> None:
    """New values for `name` or `phone`: a code or a place in the tree never changes."""
    tx.execute(update(Office).where(Office.id == office_id).values(**values))


def within_reach(tx: Connection, actor: Actor, office_id: UUID) -> Site:
    """One office inside the actor's offices; NotFound for any other."""
    row = tx.execute(
        select(Office.id, Office.code, Office.level, Office.path).where(Office.id == office_id, offices_of(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("not_found")
    return Site(row.id, row.code, OfficeLevel(row.level), row.path)
