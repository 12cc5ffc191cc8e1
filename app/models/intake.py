"""Judgments that open an intake clock, and the confirmations that only a named officer makes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import Category


class Judgment(Base):
    """A decision in effect. Dates are local days; `papers_on` is empty until the legal papers came [Law 20]."""

    __tablename__ = "judgments"
    __table_args__ = (one_of("category", Category), Index("ix_judgments_subject_id", "subject_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    category: Mapped[str]
    decided_by: Mapped[str | None]
    effective_on: Mapped[date]
    received_on: Mapped[date | None]
    papers_on: Mapped[date | None]
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duties.id"))
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    body_hash: Mapped[bytes]


class Confirmation(Base):
    """漏管 confirmed by a named officer with a reason; software never confirms."""

    __tablename__ = "confirmations"
    __table_args__ = (
        CheckConstraint("kind IN ('missed_intake')", name="kind_known"),
        Index("ix_confirmations_subject_id", "subject_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    judgment_id: Mapped[UUID] = mapped_column(ForeignKey("judgments.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    reason: Mapped[str]
