"""What officers noted when they looked at a pattern of check-ins, beside what the person said of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.patterns import Pattern


class PatternNote(Base):
    """One note, never changed afterwards. `answer` is the person's own, as the officer wrote it down."""

    __tablename__ = "pattern_notes"
    __table_args__ = (one_of("pattern", Pattern), Index("ix_pattern_notes_subject_id", "subject_id", "noted_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    pattern: Mapped[str]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str]
    answer: Mapped[str | None]
    body_hash: Mapped[bytes]
