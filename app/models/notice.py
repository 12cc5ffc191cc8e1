"""Notices and their deliveries: the outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import DeliveryState


class Notice(Base):
    """One notice for one recipient about one thing at one step. `seq` orders a recipient's list."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("recipient_kind IN ('user', 'subject')", name="recipient_kind_known"),
        UniqueConstraint("recipient_id", "about_kind", "about_id", "step"),
        Index("ix_notices_recipient_id", "recipient_id", "seq"),
        Index("ix_notices_about_id", "about_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity())
    recipient_kind: Mapped[str]
    recipient_id: Mapped[UUID]
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subjects.id"))
    about_kind: Mapped[str]
    about_id: Mapped[UUID]
    step: Mapped[str]
    wording: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Delivery(Base):
    """One way on which one notice goes to one endpoint. Due while pending and `next_try_at` has come.

    A claim moves `next_try_at` to the end of its lease, so a worker that dies gives the row back by itself.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint("channel IN ('in_app', 'fcm', 'apprise')", name="channel_known"),
        one_of("state", DeliveryState),
        UniqueConstraint("notice_id", "channel", "endpoint"),
        Index("ix_deliveries_next_try_at", "next_try_at", postgresql_where=text("state = 'pending'")),
        Index("ix_deliveries_sent_at", "settled_at", postgresql_where=text("state = 'sent' AND channel = 'fcm'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"))
    channel: Mapped[str]
    endpoint: Mapped[str]
    endpoint_id: Mapped[UUID | None] = mapped_column(ForeignKey("push_endpoints.id"))
    channel_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_channels.id"))
    state: Mapped[str]
    next_try_at: Mapped[datetime | None]
    lease: Mapped[UUID | None]
    attempts: Mapped[int]
    last_error: Mapped[str | None]
    settled_at: Mapped[datetime | None]
