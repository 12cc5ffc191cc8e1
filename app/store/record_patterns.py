"""What was said of patterns of officers' records, on disk."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, exists, select
from sqlalchemy.dialects.postgresql import insert

from app.models.office import Office
from app.models.record_pattern import RecordPatternNote
from app.models.visit import Record
from app.rules.facts import Actor
from app.rules.record_patterns import NewRecordNote
from app.store.scope import offices_of


def writes_within(tx: Connection, actor: Actor, officer_id: UUID) -> bool:
    """Whether this officer has written records in an office within the actor's reach."""
    within = exists().where(Record.officer_id == officer_id, Record.office_id == Office.id, offices_of(actor))
    return bool(tx.execute(select(within)).scalar_one())


def noted(tx: Connection, note_id: UUID) -> tuple[UUID, UUID, bytes] | None:
    """About whom this note is, whose, and the fingerprint of its request; None where there is none."""
    note = RecordPatternNote
    row = tx.execute(select(note.officer_id, note.noted_by, note.body_hash).where(note.id == note_id)).one_or_none()
    return None if row is None else (row.officer_id, row.noted_by, row.body_hash)


def add(tx: Connection, note: NewRecordNote, *, noted_by: UUID, now: datetime) -> bool:
    """Write a note; False where its id was used at this very moment."""
    row = {
        "id": note.id,
        "officer_id": note.officer_id,
        "pattern": note.pattern,
        "noted_at": now,
        "noted_by": noted_by,
        "note": note.note,
        "body_hash": note.body_hash,
    }
    added = insert(RecordPatternNote).values(row).on_conflict_do_nothing(index_elements=["id"])
    return tx.execute(added.returning(RecordPatternNote.id)).one_or_none() is not None
