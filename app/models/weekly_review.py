"""Weekly reviews (周例会): who was talked about, why, and what was decided."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class WeeklyReview(Base):
    """One meeting of an office about one week, never changed: what was forgotten is another review of that week."""

    __tablename__ = "weekly_reviews"
    __table_args__ = (Index("ix_weekly_reviews_week", "week", "written_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    week: Mapped[date]
    held_on: Mapped[date]
    attended: Mapped[str]
    summary: Mapped[str]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    body_hash: Mapped[bytes]


class ReviewedPerson(Base):
    """Somebody who was talked about: the reasons as they stood then, and the decision in words."""

    __tablename__ = "weekly_review_people"
    __table_args__ = (Index("ix_weekly_review_people_subject_id", "subject_id"),)

    review_id: Mapped[UUID] = mapped_column(ForeignKey("weekly_reviews.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    n: Mapped[int]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    decision: Mapped[str]
    follow_up_on: Mapped[date | None]
