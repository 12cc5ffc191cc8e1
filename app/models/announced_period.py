"""Periods that a county announces for all people of its offices: sensitive times, security for great events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.effects.occasions import PeriodKind


class AnnouncedPeriod(Base):
    """One period for an office and all below it. A job writes its occasion for each person, by id from `spread_after`
    on; `spread_at` is when all had it, or, once it is withdrawn, when all of them were taken back.
    """

    __tablename__ = "announced_periods"
    __table_args__ = (
        one_of("kind", PeriodKind),
        CheckConstraint("from_at < until", name="span_runs_forward"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdraw_reason IS NULL)", name="withdrawn_with_reason"),
        Index("ix_announced_periods_unspread", "announced_at", postgresql_where=text("spread_at IS NULL")),
        Index("ix_announced_periods_office_id", "office_id", "until"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    kind: Mapped[str]
    title: Mapped[str]
    from_at: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str]
    announced_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    announced_at: Mapped[datetime]
    body_hash: Mapped[bytes]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    withdraw_reason: Mapped[str | None]
    spread_after: Mapped[UUID | None]
    spread_at: Mapped[datetime | None]
