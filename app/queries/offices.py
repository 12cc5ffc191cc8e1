"""The tree of offices as far as the actor's grants reach."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from app.models.office import Office
from app.queries.page import Key, Page, page_of, text_key
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import offices_of


@dataclass(frozen=True)
class OfficeView:
    """One office. `path` joins the codes from the province down, so that a list by path is the tree."""

    id: UUID
    code: str
    level: str
    name: str
    parent_id: UUID | None
    path: str
    phone: str | None
    created_at: datetime


def office(connection: Connection, actor: Actor, office_id: UUID) -> OfficeView:
    """One office; NotFound outside the actor's."""
    row = connection.execute(_offices(actor).where(Office.id == office_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    return OfficeView(**row)


def offices(
    connection: Connection, actor: Actor, *, level: str | None = None, after: Key | None = None, limit: int = 50
) -> Page[OfficeView]:
    """The actor's offices and those below them, in the order of the tree."""
    statement = _offices(actor).order_by(Office.path.collate("C")).limit(limit + 1)
    if level:
        statement = statement.where(Office.level == level)
    if (path := text_key(after)) is not None:
        statement = statement.where(Office.path.collate("C") > path)
    rows = [OfficeView(**row) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.path])


def _offices(actor: Actor) -> Select[*tuple[Any, ...]]:
    return select(
        Office.id,
        Office.code,
        Office.level,
        Office.name,
        Office.parent_id,
        Office.path,
        Office.phone,
        Office.created_at,
    ).where(offices_of(actor))
