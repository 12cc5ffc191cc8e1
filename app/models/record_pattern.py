"""What was said of patterns of an officer's records: the officer's own answers, and supervisors' notes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.record_patterns import RecordPattern


class RecordPatternNote(Base):
    """One note, never changed afterwards. It is the officer's own answer where `noted_by` is `officer_id`."""

    __tablename__ = "record_pattern_notes"
    __table_args__ = (
        one_of("pattern", RecordPattern),
        Index("ix_record_pattern_notes_officer_id", "officer_id", "noted_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    pattern: Mapped[str]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str]
    body_hash: Mapped[bytes]
