"""Who is not on duty when, among oneself and the users of one's offices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, and_, func, or_, select, tuple_

from app.models.office import Absence, Office, User, UserRole
from app.queries.page import Key, Page, instant_key, page_of
from app.rules.errors import NotFound
from app.rules.facts import Actor
from app.store.scope import offices_of


@dataclass(frozen=True)
class AbsenceView:
    """One absence, [from_at, to_at)."""

    id: UUID
    user_id: UUID
    user_name: str
    from_at: datetime
    to_at: datetime
    note: str | None
    created_at: datetime
    withdrawn_at: datetime | None


def absence(connection: Connection, actor: Actor, absence_id: UUID, *, now: datetime) -> AbsenceView:
    """One absence, withdrawn or not; NotFound outside the actor's reach."""
    row = connection.execute(_absences(actor, now).where(Absence.id == absence_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("not_found")
    return AbsenceView(**row)


def absences(
    connection: Connection,
    actor: Actor,
    *,
    now: datetime,
    user_id: UUID | None = None,
    from_at: datetime | None = None,
    after: Key | None = None,
    limit: int = 50,
) -> Page[AbsenceView]:
    """Absences that end after `from_at` (now, unless given) and were not withdrawn, by their beginning."""
    begins = func.lower(Absence.away)
    statement = (
        _absences(actor, now)
        .where(Absence.withdrawn_at.is_(None), func.upper(Absence.away) > (from_at or now))
        .order_by(begins, Absence.id)
        .limit(limit + 1)
    )
    if user_id:
        statement = statement.where(Absence.user_id == user_id)
    if key := instant_key(after):
        statement = statement.where(tuple_(begins, Absence.id) > key)
    rows = [AbsenceView(**row) for row in connection.execute(statement).mappings()]
    return page_of(rows, limit, lambda row: [row.from_at.isoformat(), str(row.id)])


def _absences(actor: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    colleague = (
        select(UserRole.id)
        .join(Office, Office.id == UserRole.office_id)
        .where(and_(UserRole.user_id == Absence.user_id, UserRole.held.contains(now), offices_of(actor)))
        .correlate(Absence)
        .exists()
    )
    return (
        select(
            Absence.id,
            Absence.user_id,
            User.name.label("user_name"),
            func.lower(Absence.away).label("from_at"),
            func.upper(Absence.away).label("to_at"),
            Absence.note,
            Absence.created_at,
            Absence.withdrawn_at,
        )
        .join(User, User.id == Absence.user_id)
        .where(or_(Absence.user_id == actor.id, colleague))
    )
