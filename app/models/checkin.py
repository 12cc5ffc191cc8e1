"""Every try at a check-in, with its receipt."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Sequence, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, one_of
from app.rules.facts import AreaVerdict, Outcome

RECEIPT_NUMBERS = Sequence("receipt_numbers", metadata=Base.metadata)


class Attempt(Base):
    """One try. The key is the subject's and the client's id together, so that ids tell nothing across people.

    `place_given` is the pair of coordinates and the datum as they were sent, `place` the same place in WGS-84.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        one_of("outcome", Outcome),
        one_of("area_verdict", AreaVerdict),
        CheckConstraint("outcome <> 'refused' OR place IS NULL", name="refused_keeps_no_place"),
        CheckConstraint("place IS NULL OR power_id IS NOT NULL", name="place_needs_power"),
        CheckConstraint("place_given IS NULL OR place IS NOT NULL", name="given_only_with_place"),
        Index("ix_attempts_received_at", "subject_id", "received_at"),
        Index("ix_attempts_placed", "subject_id", "received_at", postgresql_where=text("place IS NOT NULL")),
        Index(
            "ix_attempts_to_review",
            "received_at",
            postgresql_where=text("outcome = 'to_review' AND reviewed_at IS NULL"),
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    receipt_no: Mapped[str] = mapped_column(unique=True)
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duties.id"))
    photo_id: Mapped[UUID | None]
    outcome: Mapped[str]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    recorded_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    effective_at: Mapped[datetime | None]
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    place_given: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    accuracy_m: Mapped[float | None]
    provider: Mapped[str | None]
    mock: Mapped[bool | None]
    power_id: Mapped[UUID | None]
    area_verdict: Mapped[str | None]
    area_distance_m: Mapped[float | None]
    home_distance_m: Mapped[float | None]
    officer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str | None]
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    review_accepted: Mapped[bool | None]
    review_note: Mapped[str | None]


class AttemptDuty(Base):
    """A further duty that a try counts for, beside the one that its receipt names: two windows may be open at once."""

    __tablename__ = "attempt_duties"
    __table_args__ = (ForeignKeyConstraint(["subject_id", "attempt_id"], ["attempts.subject_id", "attempts.id"]),)

    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duties.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    attempt_id: Mapped[UUID] = mapped_column(primary_key=True)
