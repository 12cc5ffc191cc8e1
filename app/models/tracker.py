"""Phones of people without our app: what a third-party client may log in with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import TrackerClient


class TrackerCredential(Base):
    """What one phone with a third-party client sends by. Only a hash of its secret is kept.

    It is good for as long as its session is, and its device the subject's: whatever ends those ends it. `name` is what
    the client calls itself by, `refused_at` when it was first used after it had ended.
    """

    __tablename__ = "tracker_credentials"
    __table_args__ = (
        one_of("client", TrackerClient),
        Index("ix_tracker_credentials_subject_id", "subject_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    device_id: Mapped[UUID]
    client: Mapped[str]
    name: Mapped[str]
    datum: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    body_hash: Mapped[bytes]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    revoke_reason: Mapped[str | None]
    refused_at: Mapped[datetime | None]
