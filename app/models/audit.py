"""Who did what to whose record, and why, and the seals that show it unchanged. Rows are only ever added."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Audit(Base):
    """One audited act. A trigger refuses to change or delete it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject_id", "subject_id", "at"),
        Index("ix_audit_actor_id", "actor_id", "at"),
        Index("ix_audit_at", "at", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    action: Mapped[str]
    subject_id: Mapped[UUID | None]
    object_kind: Mapped[str | None]
    object_id: Mapped[UUID | None]
    reason: Mapped[str | None]
    details: Mapped[dict[str, Any]]


class AuditSeal(Base):
    """One link of the chain over the audit: the hash of an audited act's columns and of the link before.

    No foreign key: that a row is gone is what the seal must be able to tell.
    """

    __tablename__ = "audit_seals"
    __table_args__ = (CheckConstraint("octet_length(previous) = 32 AND octet_length(hash) = 32", name="hashes"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    form: Mapped[int]
    previous: Mapped[bytes]
    hash: Mapped[bytes]
    sealed_at: Mapped[datetime]
