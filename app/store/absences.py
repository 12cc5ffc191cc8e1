"""Absences on disk. One that was withdrawn stays, and counts no more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import Range, insert

from app.models.office import Absence, Office, UserRole
from app.rules.absences import Away
from app.rules.errors import Conflict, NotFound
from app.rules.facts import Actor
from app.store.scope import offices_of


def add(tx: Connection, absence: Away, *, created_by: UUID | None, now: datetime) -> None:
    """Write an absence; Conflict `absence_overlaps` where the user is away already in a part of that time."""
    row = {
        "id": absence.id,
        "user_id": absence.user_id,
        "away": Range(absence.from_at, absence.to_at, bounds="[)"),
        "note": absence.note,
        "created_by": created_by,
        "created_at": now,
    }
    added = tx.execute(insert(Absence).values(row).on_conflict_do_nothing().returning(Absence.id))
    if added.one_or_none() is None:
        raise Conflict("absence_overlaps")


def find(tx: Connection, absence_id: UUID) -> Away | None:
    """One absence wherever; withdrawn or not."""
    row = tx.execute(
        select(Absence.id, Absence.user_id, Absence.away, Absence.note).where(Absence.id == absence_id)
    ).one_or_none()
    if row is None or row.away.lower is None or row.away.upper is None:
        return None
    return Away(row.id, row.user_id, row.away.lower, row.away.upper, row.note)


def withdraw(tx: Connection, absence_id: UUID, *, now: datetime) -> None:
    """The user is (or will be) on duty after all."""
    tx.execute(update(Absence).where(Absence.id == absence_id, Absence.withdrawn_at.is_(None)).values(withdrawn_at=now))


def refuse_out_of_reach(tx: Connection, actor: Actor, user_id: UUID, *, now: datetime) -> None:
    """NotFound unless the user is the actor, or holds a role in one of the actor's offices."""
    colleague = (
        select(UserRole.id)
        .join(Office, Office.id == UserRole.office_id)
        .where(UserRole.user_id == user_id, UserRole.held.contains(now), offices_of(actor))
        .limit(1)
    )
    if user_id != actor.id and tx.execute(colleague).one_or_none() is None:
        raise NotFound("not_found")
