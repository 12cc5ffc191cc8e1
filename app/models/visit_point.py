"""Points of the places where visits are made beside the home."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class VisitPoint(Base):
    """One point in degrees of WGS-84, beside the pair and the datum in which it was entered. It is never moved: where
    it was wrong or is so no more, it is ended and another one set. A person's has the `office_id` of then.
    """

    __tablename__ = "visit_points"
    __table_args__ = (
        CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="on_earth"),
        CheckConstraint("place IN ('workplace', 'neighbours', 'community', 'police_station')", name="place_known"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
        Index("ix_visit_points_subject_id", "subject_id", postgresql_where=text("subject_id IS NOT NULL")),
        Index("ix_visit_points_office_id", "office_id", postgresql_where=text("subject_id IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subjects.id"))
    place: Mapped[str]
    name: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    given: Mapped[dict[str, Any]] = mapped_column(JSONB)
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    body_hash: Mapped[bytes]
