"""The versions of the policy that hold, held or will hold for the actor's offices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, or_, select, tuple_

from app.models.office import Office, User
from app.models.policy import PolicyVersion
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import offices_of


@dataclass(frozen=True)
class PolicyView:
    """One version, in force in [effective_from, effective_to), for an office and everything below it."""

    id: UUID
    office_id: UUID
    office_name: str
    name: str
    title: str
    version: int
    content_hash: str
    effective_from: datetime
    effective_to: datetime | None
    created_at: datetime
    created_by: str | None
    content: dict[str, Any] | None = None


def policy(connection: Connection, actor: Actor, version_id: UUID) -> PolicyView:
    """One version with its content; NotFound where it concerns none of the actor's offices."""
    statement = _policies(actor).add_columns(PolicyVersion.content).where(PolicyVersion.id == version_id)
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    return PolicyView(**row)


def policies(
    connection: Connection,
    actor: Actor,
    *,
    office_id: UUID | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[PolicyView]:
    """Versions of the actor's offices, of those below and of those above them, the latest first.

    With `office_id` only those that can concern that office: its own and those above it.
    """
    begins = func.lower(PolicyVersion.in_force)
    statement = _policies(actor).order_by(begins.desc(), PolicyVersion.id.desc()).limit(limit + 1)
    if office_id:
        path = select(Office.path).where(Office.id == office_id, offices_of(actor)).scalar_subquery()
        statement = statement.where(_at_or_above(path))
    if key := instant_key(after):
        statement = statement.where(tuple_(begins, PolicyVersion.id) < key)
    rows = [PolicyView(**row) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.effective_from.isoformat(), str(row.id)])


def _at_or_above(path: Any) -> ColumnElement[bool]:
    return or_(path == Office.path, path.like(Office.path + ".%"))


def _policies(actor: Actor) -> Select[*tuple[Any, ...]]:
    above = (_at_or_above(literal(grant.office_path)) for grant in actor.grants)
    return (
        select(
            PolicyVersion.id,
            PolicyVersion.office_id,
            Office.name.label("office_name"),
            PolicyVersion.name,
            PolicyVersion.content["title"].astext.label("title"),
            PolicyVersion.content["version"].as_integer().label("version"),
            PolicyVersion.content_hash,
            func.lower(PolicyVersion.in_force).label("effective_from"),
            func.upper(PolicyVersion.in_force).label("effective_to"),
            PolicyVersion.created_at,
            User.name.label("created_by"),
        )
        .join(Office, Office.id == PolicyVersion.office_id)
        .outerjoin(User, User.id == PolicyVersion.created_by)
        .where(and_(or_(offices_of(actor), *above)))
    )
