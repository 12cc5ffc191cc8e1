"""Waivers: who let which duty go and why, and who confirmed it where a second person has to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.effects.waivers import WaiverKind, WaiverState


class Waiver(Base):
    """One request to let a duty go. `decided_by` is None while it waits, and where nobody else had to confirm."""

    __tablename__ = "waivers"
    __table_args__ = (
        one_of("kind", WaiverKind),
        one_of("state", WaiverState),
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_by_somebody"),
        CheckConstraint("state <> 'refused' OR answer IS NOT NULL", name="refused_with_reason"),
        Index("uq_waivers_waiting", "duty_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index("ix_waivers_waiting", "asked_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_waivers_duty_id", "duty_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duties.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None]
