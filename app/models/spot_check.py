"""Spot checks: who ordered one, why, and what it asks for. What became of it is in its duty."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.spot_checks import SpotGround


class SpotCheck(Base):
    """One spot check as it was ordered, never changed afterwards."""

    __tablename__ = "spot_checks"
    __table_args__ = (
        UniqueConstraint("duty_id"),
        one_of("ground", SpotGround),
        Index("ix_spot_checks_subject_id", "subject_id", "ordered_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duties.id"))
    ordered_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ordered_at: Mapped[datetime]
    limit_minutes: Mapped[int]
    ground: Mapped[str]
    reason: Mapped[str]
    photo: Mapped[bool]
    question: Mapped[str | None]
    body_hash: Mapped[bytes]
