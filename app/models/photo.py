"""Photos of check-ins and of papers that prove a ground of leave: what is known of each, and the picture, sealed."""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.photos import PhotoPurpose


class Photo(Base):
    """One photo, and what its file told of itself. `row_id` is derived from subject and client id.

    `sha256` is that of the bytes as they were sent. A photo that belongs to no check-in goes early; `keep_days` is how
    long one that does is kept. The row stays when the picture is deleted.
    """

    __tablename__ = "photos"
    __table_args__ = (
        UniqueConstraint("subject_id", "id"),
        CheckConstraint("place IS NULL OR power_id IS NOT NULL", name="place_needs_power"),
        CheckConstraint("deleted_at IS NULL OR place IS NULL", name="deleted_keeps_no_place"),
        CheckConstraint("purpose = 'check_in' OR (place IS NULL AND attempt_id IS NULL)", name="proof_keeps_no_place"),
        one_of("purpose", PhotoPurpose),
        Index("ix_photos_keep_until", "keep_until", postgresql_where=text("deleted_at IS NULL")),
        Index("ix_photos_leave_id", "leave_id", postgresql_where=text("leave_id IS NOT NULL")),
    )

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    id: Mapped[UUID]
    sha256: Mapped[bytes]
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    device_model: Mapped[str | None]
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    accuracy_m: Mapped[float | None]
    power_id: Mapped[UUID | None]
    attempt_id: Mapped[UUID | None]
    purpose: Mapped[str]
    leave_id: Mapped[UUID | None] = mapped_column(ForeignKey("leave_requests.id"))
    keep_days: Mapped[int]
    keep_until: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class PhotoContent(Base):
    """The picture, without what its file told of itself, encrypted. Deleted when its time is over."""

    __tablename__ = "photo_contents"

    row_id: Mapped[UUID] = mapped_column(ForeignKey("photos.row_id"), primary_key=True)
    cipher: Mapped[bytes]
    key_version: Mapped[int]
