"""Log-in sessions, what is counted against guessing, second factors, and the endpoints to which pushes go."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Session(Base):
    """One logged-in device. `generation` is that of the only refresh token still good; `client_name` is what its owner
    knows it by, such as a model or a browser.
    """

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
    client_name: Mapped[str | None]


class Throttle(Base):
    """How far one key has climbed by failures, as of `at`. The key is a hash: people type passwords into wrong fields.

    Rows are small, and go a day after the last failure.
    """

    __tablename__ = "throttles"
    __table_args__ = (CheckConstraint("level >= 0", name="level_counts"),)

    key: Mapped[bytes] = mapped_column(primary_key=True)
    level: Mapped[int]
    at: Mapped[datetime]


class Totp(Base):
    """An officer's secret for one-time codes, sealed. It counts from `confirmed_at` to `ended_at`.

    `last_step` is that of the last code that was taken: none counts twice.
    """

    __tablename__ = "totps"
    __table_args__ = (
        Index(
            "uq_totps_user_id_counting",
            "user_id",
            unique=True,
            postgresql_where=text("confirmed_at IS NOT NULL AND ended_at IS NULL"),
        ),
        Index(
            "uq_totps_user_id_offered",
            "user_id",
            unique=True,
            postgresql_where=text("confirmed_at IS NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    cipher: Mapped[bytes]
    key_version: Mapped[int]
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """One of the codes that open an account once where the phone with the secret is lost; only its hash is kept."""

    __tablename__ = "recovery_codes"
    __table_args__ = (
        Index("ix_recovery_codes_user_id", "user_id", postgresql_where=text("used_at IS NULL AND ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    code_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class WrongLogIn(Base):
    """One log-in that failed, as releases before 0003 wrote it. Nothing reads it; it goes when none of them runs."""

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
