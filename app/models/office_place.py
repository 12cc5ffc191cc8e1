"""Where an office is: what the way to visits begins at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class OfficePlace(Base):
    """The place of one office in degrees of WGS-84, beside the pair and the datum in which it was entered."""

    __tablename__ = "office_places"
    __table_args__ = (CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="on_earth"),)

    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"), primary_key=True)
    lon: Mapped[float]
    lat: Mapped[float]
    given: Mapped[dict[str, Any]]
    set_at: Mapped[datetime]
    set_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
