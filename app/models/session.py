"""Log-in sessions of users and subjects, guesses at passwords, and the endpoints to which pushes go."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Session(Base):
    """One logged-in device. `generation` is that of the only refresh token still good."""

    __tablename__ = "sessions"
    __table_args__ = (
        CheckConstraint("owner_kind IN ('user', 'subject')", name="owner_kind_known"),
        Index("ix_sessions_owner_id", "owner_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_sessions_device_id", "device_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_kind: Mapped[str]
    owner_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    generation: Mapped[int]
    created_at: Mapped[datetime]
    refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]


class WrongLogIn(Base):
    """One log-in that failed, kept for a day. Only hashes: people type passwords into the wrong field."""

    __tablename__ = "wrong_log_ins"
    __table_args__ = (Index("ix_wrong_log_ins_login_hash", "login_hash", "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    login_hash: Mapped[bytes]
    client_hash: Mapped[bytes]
    at: Mapped[datetime]


class PushEndpoint(Base):
    """An address at a push service. It belongs to one holder at a time and moves with the device."""

    __tablename__ = "push_endpoints"
    __table_args__ = (
        CheckConstraint("owner_kind IN ('user', 'subject')", name="owner_kind_known"),
        CheckConstraint("kind IN ('token', 'fid')", name="kind_known"),
        Index("uq_push_endpoints_address", "address", unique=True, postgresql_where=text("retired_at IS NULL")),
        Index("ix_push_endpoints_owner_id", "owner_id", postgresql_where=text("retired_at IS NULL")),
        Index("ix_push_endpoints_device_id", "device_id", postgresql_where=text("retired_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_kind: Mapped[str]
    owner_id: Mapped[UUID]
    device_id: Mapped[UUID]
    kind: Mapped[str]
    address: Mapped[str]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    retire_reason: Mapped[str | None]
