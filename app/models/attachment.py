"""Attachments of case files: what is known of each, and where the sealed contents lie in the store of files."""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import FilePurpose


class FileContent(Base):
    """A content, held by any number of attachments. `sha256` is that of the content as it is kept, unsealed.

    `object` is the name under which it lies sealed: the SHA-256 of the sealed bytes, in hex. It is nobody's since
    `gone_at`; without `object` it is deleted in the store, too.
    """

    __tablename__ = "file_contents"
    __table_args__ = (
        CheckConstraint("object IS NOT NULL OR gone_at IS NOT NULL", name="held_has_object"),
        Index("uq_file_contents_sha256", "sha256", unique=True, postgresql_where=text("gone_at IS NULL")),
        Index("uq_file_contents_object", "object", unique=True, postgresql_where=text("object IS NOT NULL")),
        Index(
            "ix_file_contents_gone_at",
            "gone_at",
            postgresql_where=text("gone_at IS NOT NULL AND object IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[bytes]
    size: Mapped[int]
    object: Mapped[str | None]
    key_version: Mapped[int]
    stored_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]


class Attachment(Base):
    """One attachment of one subject's file. `sha256` is that of the bytes as they were sent.

    The row stays when the content goes; place and device go with it. `deleted_by` is None where its time was over.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        one_of("purpose", FilePurpose),
        CheckConstraint("place IS NULL OR purpose IN ('photo', 'stamp')", name="place_for_a_purpose"),
        CheckConstraint("deleted_at IS NULL OR place IS NULL", name="deleted_keeps_no_place"),
        CheckConstraint("(deleted_at IS NULL) = (delete_reason IS NULL)", name="deleted_for_a_reason"),
        Index("ix_attachments_about", "about_kind", "about_id"),
        Index("ix_attachments_subject_id", "subject_id", "added_at"),
        Index("ix_attachments_content_id", "content_id", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_attachments_keep_until", "keep_until", postgresql_where=text("deleted_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    about_kind: Mapped[str]
    about_id: Mapped[UUID]
    purpose: Mapped[str]
    content_id: Mapped[UUID] = mapped_column(ForeignKey("file_contents.id"))
    sha256: Mapped[bytes]
    media_type: Mapped[str]
    size: Mapped[int]
    title: Mapped[str | None]
    taken_at: Mapped[datetime | None]
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    accuracy_m: Mapped[float | None]
    device_model: Mapped[str | None]
    look: Mapped[int | None] = mapped_column(BigInteger)
    added_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]
    keep_until: Mapped[datetime]
    basis: Mapped[str]
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    delete_reason: Mapped[str | None]
