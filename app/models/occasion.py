"""Occasions: what happened in somebody's life or case that gives rise to a visit or a talk."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import OccasionKind


class Occasion(Base):
    """One occasion, once for each source. `planned_at` is when the duties that follow from it were made.

    `happened_at` is what their clocks count from, `known_at` when the service learned of it. What a person wrote down
    has the fingerprint of the request, and a receipt where it came from the subject's phone.
    """

    __tablename__ = "occasions"
    __table_args__ = (
        one_of("kind", OccasionKind),
        UniqueConstraint("subject_id", "kind", "source_kind", "source_id"),
        UniqueConstraint("receipt_no"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdraw_reason IS NULL)", name="withdrawn_with_reason"),
        Index(
            "ix_occasions_unplanned",
            "known_at",
            "id",
            postgresql_where=text("planned_at IS NULL AND withdrawn_at IS NULL"),
        ),
        Index("ix_occasions_subject_id", "subject_id", "happened_at"),
        Index("ix_occasions_of_periods", "source_id", "subject_id", postgresql_where=text("source_kind = 'period'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    kind: Mapped[str]
    happened_at: Mapped[datetime]
    known_at: Mapped[datetime]
    source_kind: Mapped[str]
    source_id: Mapped[UUID]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    note: Mapped[str | None]
    event_on: Mapped[date | None]
    planned_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    withdraw_reason: Mapped[str | None]
    body_hash: Mapped[bytes | None]
    receipt_no: Mapped[str | None]
