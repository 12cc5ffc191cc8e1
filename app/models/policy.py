"""The local policy as versioned data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PolicyVersion(Base):
    """One version of a policy for an office and everything below it; a trigger keeps its content unchanged.

    `correction_owed_at` is when all who came before it were looked at for the groups and plans that it asks for.
    A version that another one replaced before it began is in force at no time; `would_begin_at` tells when it was to.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (
        ExcludeConstraint(("office_id", "="), ("in_force", "&&"), name="ex_policy_versions_in_force", using="gist"),
        CheckConstraint("isempty(in_force) = (would_begin_at IS NOT NULL)", name="begins_or_would_have"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    name: Mapped[str]
    content: Mapped[dict[str, Any]]
    content_hash: Mapped[str]
    in_force: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    would_begin_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    correction_owed_at: Mapped[datetime | None]
