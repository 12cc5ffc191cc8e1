"""Visits, talks, and which duties each record fulfilled."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Record(Base):
    """A visit made or a talk held, as its officer wrote it. A correction is a new record that names the old one.

    `client_*` are the client's clock, `written_at` is ours. `place_given` is the pair of coordinates and the datum as
    they were sent, `place` the same place in WGS-84.
    """

    __tablename__ = "records"
    __table_args__ = (
        CheckConstraint("kind IN ('visit', 'talk', 'verification', 'review')", name="kind_known"),
        CheckConstraint("mood IN ('steady', 'uneasy', 'low', 'agitated', 'unclear')", name="mood_known"),
        CheckConstraint("risk IN ('low', 'watch', 'high', 'unclear')", name="risk_known"),
        CheckConstraint("signed_subject IN ('on_screen', 'on_paper', 'refused')", name="signed_subject_known"),
        CheckConstraint("signed_officer IN ('on_screen', 'on_paper')", name="signed_officer_known"),
        CheckConstraint("(follow_up IS NULL) = (follow_up_on IS NULL)", name="follow_up_has_day"),
        CheckConstraint("happened_at <= written_at", name="written_after_it_happened"),
        CheckConstraint("happened_at <= ended_at AND ended_at <= written_at", name="ended_in_between"),
        Index("ix_records_corrects_id", "corrects_id", postgresql_where=text("corrects_id IS NOT NULL")),
        Index("ix_records_happened_at", "kind", "happened_at", "id"),
        Index("ix_records_subject_id", "subject_id", "happened_at"),
        Index("ix_records_office_id", "office_id", "happened_at"),
        Index("ix_records_officer_id", "officer_id", "happened_at"),
        Index("ix_records_written_at", "written_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subjects.id"))
    office_id: Mapped[UUID] = mapped_column(ForeignKey("offices.id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    happened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    written_at: Mapped[datetime]
    place: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    place_given: Mapped[dict[str, Any] | None]
    accuracy_m: Mapped[float | None]
    home_distance_m: Mapped[float | None]
    met: Mapped[str | None]
    note: Mapped[str]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("records.id"))
    mood: Mapped[str | None]
    risk: Mapped[str | None]
    findings: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    lines: Mapped[list[dict[str, str]] | None] = mapped_column(JSONB)
    signed_subject: Mapped[str | None]
    signed_officer: Mapped[str | None]
    why_not_signed: Mapped[str | None]
    follow_up: Mapped[str | None]
    follow_up_on: Mapped[date | None]
    why_added: Mapped[str | None]
    place_name: Mapped[str | None]
    client_started_at: Mapped[datetime | None]
    client_sent_at: Mapped[datetime | None]
    drafted_offline: Mapped[bool] = mapped_column(server_default=text("false"))
    device: Mapped[str | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    body_hash: Mapped[bytes]


class RecordProof(Base):
    """What is known of whether a record tells of something that was really done, check by check."""

    __tablename__ = "record_proofs"
    __table_args__ = (
        CheckConstraint("verdict IN ('proven', 'contradicted', 'unknown')", name="verdict_known"),
        Index("ix_record_proofs_look_again_at", "look_again_at", postgresql_where=text("look_again_at IS NOT NULL")),
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    verdict: Mapped[str]
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    judged_at: Mapped[datetime]
    look_again_at: Mapped[datetime | None]


class RecordItem(Base):
    """An item of the local rule (访1, 谈1, ...) that a record covers, and the duty that it fulfilled, if any."""

    __tablename__ = "record_items"

    record_id: Mapped[UUID] = mapped_column(ForeignKey("records.id"), primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True)
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duties.id"))
