"""Rosters that were imported: how many of whom, by whom. Of the file itself nothing is kept but a keyed fingerprint."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class RosterImport(Base):
    """One roster that was imported whole. `id` is the client's, so that a repeated request gets the same receipt."""

    __tablename__ = "roster_imports"
    __table_args__ = (CheckConstraint("rows = added + already_there", name="every_row_counted"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID | None] = mapped_column(ForeignKey("offices.id"))
    imported_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    imported_at: Mapped[datetime]
    rows: Mapped[int]
    added: Mapped[int]
    already_there: Mapped[int]
    fingerprint: Mapped[bytes]
