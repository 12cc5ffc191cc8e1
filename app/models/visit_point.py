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
    it was wrong or is so no more, it is ended and another one set. A person's has the `office_id` of then, ends with
    the supervision, and loses name and place when its time is over. `ended_by` is None where nobody noted who it was.
    """

    __tablename__ = "visit_points"
    __table_args__ = (
        CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="on_earth"),
        CheckConstraint("place IN ('workplace', 'neighbours', 'community', 'police_station')", name="place_known"),
        CheckConstraint("ended_by IS NULL OR ended_at IS NOT NULL", name="ended_when_by_somebody"),
        CheckConstraint("deleted_at IS NULL OR (subject_id IS NOT NULL AND deleted_at > ended_at)", name="ended_first"),
        CheckConstraint(
            "num_nulls(name, lon, lat, given) = CASE WHEN deleted_at IS NULL THEN 0 ELSE 4 END",
            name="deleted_keeps_no_place",
        ),
        Index("ix_visit_points_subject_id", "subject_id", postgresql_where=text("subject_id IS NOT NULL")),
        Index("ix_visit_points_office_id", "office_id", postgresql_where=text("subject_id IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subjects.id"))
    place: Mapped[str]
    name: Mapped[str | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    given: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    body_hash: Mapped[bytes]
    deleted_at: Mapped[datetime | None]
