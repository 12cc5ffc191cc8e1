"""What officers noted of patterns, on disk."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select

from app.models.pattern import PatternNote
from app.rules.patterns import NewNote


def body_hash_of(tx: Connection, note_id: UUID) -> bytes | None:
    """The fingerprint of the request that wrote this note; None where there is none."""
    return tx.execute(select(PatternNote.body_hash).where(PatternNote.id == note_id)).scalar_one_or_none()


def add(tx: Connection, note: NewNote, *, noted_by: UUID, now: datetime) -> None:
    """Write a note. The caller holds the lock of its id."""
    row = {
        "id": note.id,
        "subject_id": note.subject_id,
        "pattern": note.pattern,
        "noted_at": now,
        "noted_by": noted_by,
        "note": note.note,
        "answer": note.answer,
        "body_hash": note.body_hash,
    }
    tx.execute(insert(PatternNote), row)
