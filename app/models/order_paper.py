"""The papers of a positioning order: notices served, assessments before its end, requests to lift it early."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.effects.orders_searches import NoticeOutcome, NoticeWay


class OrderNotice(Base):
    """A notice as it was served [Measures 37], never changed afterwards; a correction names the one it puts right."""

    __tablename__ = "order_notices"
    __table_args__ = (
        one_of("way", NoticeWay),
        one_of("outcome", NoticeOutcome),
        CheckConstraint("served_at <= written_at", name="written_after_it_happened"),
        Index("ix_order_notices_order_id", "order_id", "served_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("positioning_orders.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    served_at: Mapped[datetime]
    served_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    way: Mapped[str]
    outcome: Mapped[str]
    note: Mapped[str]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("order_notices.id"))
    written_at: Mapped[datetime]
    body_hash: Mapped[bytes]


class OrderAssessment(Base):
    """Whether an order is still needed, and why, in an officer's own words; never changed afterwards."""

    __tablename__ = "order_assessments"
    __table_args__ = (Index("ix_order_assessments_order_id", "order_id", "assessed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("positioning_orders.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    still_needed: Mapped[bool]
    why: Mapped[str]
    assessed_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    assessed_at: Mapped[datetime]
    body_hash: Mapped[bytes]


class LiftRequest(Base):
    """A request to lift an order early, by an officer or the person it is about, with the head's answer."""

    __tablename__ = "lift_requests"
    __table_args__ = (
        CheckConstraint("asked_by_kind IN ('user', 'subject')", name="asked_by_kind_known"),
        CheckConstraint(
            "(answered_at IS NULL) = (granted IS NULL) AND (answered_at IS NULL) = (answered_by IS NULL)",
            name="answered_by_somebody",
        ),
        Index("ix_lift_requests_order_id", "order_id", "asked_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("positioning_orders.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    asked_by_kind: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    why: Mapped[str]
    body_hash: Mapped[bytes]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    granted: Mapped[bool | None]
    answer: Mapped[str | None]
