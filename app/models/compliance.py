"""The figures of a month as they stood after its end."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ComplianceSnapshot(Base):
    """One county's month, never changed: what is corrected later shows beside it. `month` is its first day."""

    __tablename__ = "compliance_snapshots"
    __table_args__ = (UniqueConstraint("office_id", "month"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    month: Mapped[date]
    taken_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
